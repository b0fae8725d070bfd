"""How other tools are read."""

from __future__ import annotations

import pytest

from benchmarks import rivals
from diagnostics.lab import faults
from diagnostics.lab.namespace import Ran
from diagnostics.lab.stage import staged
from diagnostics.lab.world import World
from tests import parts

PSQL, PG_ISREADY, *_ = rivals.RIVALS


@pytest.fixture(autouse=True)
def _names() -> None:
    parts.network_namespace()


def test_psql_names_a_wrong_password(world: World) -> None:
    with staged(faults.load("wrong-password"), world) as stage:
        answer = rivals.ask(PSQL, stage)
    assert (answer.detected, answer.causes, answer.stages) == (True, {"wrong-password"}, {"auth"})


def test_pg_isready_calls_a_wrong_password_healthy(world: World) -> None:
    with staged(faults.load("wrong-password"), world) as stage:
        assert not rivals.ask(PG_ISREADY, stage).detected


def test_a_healthy_server_is_healthy_to_psql_and_the_name_leads_to_it(world: World) -> None:
    with staged(faults.load("healthy-sni"), world) as stage:
        assert not rivals.ask(PSQL, stage).detected
        names = rivals._with_names(stage, rivals._target(stage))
        asked = stage.run([*names, "getent", "hosts", stage.values["host"]])
    assert asked.stdout.split() == ["127.0.0.1", stage.values["host"]]


def test_sslyze_is_judged_by_the_roots_that_it_was_given() -> None:
    said = "   Mozilla CA Store (2026):   FAILED - NOT Trusted\n   Supplied CA file CA Store (N/A):   {}\n"
    trusted, expired = said.format("OK - Certificate is trusted"), said.format("FAILED - cert is not valid at ...")
    assert not rivals._sslyze_complains(Ran(0, trusted, ""))
    assert rivals._sslyze_complains(Ran(0, expired, ""))
