"""The lab answers as Neon's own proxy did: its recorded conversations, replayed (fixtures/neon/README.md)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import parts
from tests.lab.neon import replay_443
from tests.lab.neon.recorded_world import SCALE, RecordedWorld, recorded_world
from tests.lab.neon.replay import Place, replayed, waits

FOLDER = Path(__file__).parents[3] / "fixtures" / "neon"
ON_5432: dict[str, list[dict[str, Any]]] = json.loads((FOLDER / "port_5432.json").read_text(encoding="utf-8"))
DIFFERENCES: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "differences.toml").read_text(encoding="utf-8"))
ON_443: dict[str, dict[str, Any]] = json.loads((FOLDER / "port_443.json").read_text(encoding="utf-8"))
OF_PGBOUNCER_1_18 = ("pooler_options", "pooler_replication", "pooler_unknown_db")
OF_POSTGRES_15 = ("param_replication_database",)


@pytest.fixture(scope="module")
def recorded() -> Iterator[RecordedWorld]:
    with recorded_world() as up:
        yield up


def test_few_conversations_differ_on_purpose() -> None:
    assert len(ON_5432) == 159
    assert len(ON_443) == 54
    assert len(DIFFERENCES["port_5432"]) <= 9
    assert len(DIFFERENCES["port_443"]) <= 4


@pytest.mark.parametrize("name", ON_5432)
def test_a_conversation_on_5432(name: str, recorded: RecordedWorld) -> None:
    conversation = ON_5432[name]
    if name in OF_PGBOUNCER_1_18 and not recorded.has_pgbouncer("1.18"):
        parts.permitted("the recorded words are those of PgBouncer 1.18")
    if name in OF_POSTGRES_15 and not recorded.world.postgres.installation.version.startswith("15"):
        parts.permitted("the recorded words are those of Postgres 15")
    late = waits(conversation)
    gateway = recorded.scaled if late else recorded.as_long
    place = Place(gateway.port, recorded.world.password.reveal(), SCALE if late else 1.0)
    then, now = replayed(conversation, place)
    if name in DIFFERENCES["port_5432"]:
        assert now != then
    else:
        assert now == then


@pytest.mark.parametrize("name", ON_443)
def test_a_conversation_on_443(name: str, recorded: RecordedWorld) -> None:
    place = Place(recorded.door.port, recorded.world.password.reveal(), SCALE)
    then, now = replay_443.compared(ON_443[name]["answered"], replay_443.replayed(ON_443[name]["asked"], place))
    if name in DIFFERENCES["port_443"]:
        assert now != then
    else:
        assert now == then
