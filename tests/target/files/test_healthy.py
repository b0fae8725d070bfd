"""A settings file that is right is read right, and nothing is said against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.target import choice, facts_of, read
from pgwhy.target import files as settings_files
from pgwhy.target.files.kinds import kinds
from tests.target.files.healthy import HEALTHY
from tests.target.files.values import DATABASE, HOST, PASSWORD, PORT, ROLE, VARIABLES
from tests.target.machines import MARKER, machine

CASES = [
    (kind, file, number)
    for kind, by_file in HEALTHY.items()
    for file, texts in by_file.items()
    for number in range(len(texts))
]
WITHOUT_PASSWORD = frozenset(("pgadmin", "dbeaver", "datagrip"))
"""Tools that keep the password elsewhere."""
SAME = frozenset(
    (
        "airflow-connections-json",
        "compose-named-otherwise",
        "drizzle-kit",
        "typeorm-code",
        "knex-code",
        "neon-serverless",
        "go-lib-pq",
        "rust-tokio",
    )
)
"""Kinds that differ from another one in nothing but the client or the syntax."""
WITHOUT_ROLE = frozenset(("dbeaver", "datagrip"))


@pytest.mark.parametrize(("kind", "file", "number"), CASES, ids=lambda value: str(value))
def test_it_is_read_as_its_program_reads_it(kind: str, file: str, number: int, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEALTHY[kind][file][number])
    target = read(f"@{file}", machine(VARIABLES, folder=tmp_path))
    assert choice(target) == ""
    assert target.problems == ()
    expected = {"host": HOST, "port": PORT, "user": ROLE, "dbname": DATABASE}
    if kind in WITHOUT_ROLE:
        del expected["user"]
    assert {name: target.value(name) for name in expected} == expected
    if kind in WITHOUT_PASSWORD:
        assert target.password is None
    else:
        assert target.password is not None
        assert target.password.reveal() == PASSWORD
    assert MARKER not in repr(target)
    assert MARKER not in str(facts_of(target))


@pytest.mark.parametrize(("kind", "file", "number"), CASES, ids=lambda value: str(value))
def test_its_kind_is_recognised(kind: str, file: str, number: int) -> None:
    recognised = settings_files.recognise(file, HEALTHY[kind][file][number])
    assert recognised is not None
    assert recognised[0].name == kind


def test_every_kind_has_five() -> None:
    described = {kind.name for kind in kinds() if kind.source} - SAME
    assert described <= HEALTHY.keys()
    assert all(sum(map(len, by_file.values())) >= 5 for by_file in HEALTHY.values())


def test_every_kind_names_a_client_that_exists() -> None:
    from pgwhy.client import resolve

    for kind in kinds():
        if kind.client:
            assert resolve(kind.client, None, None).id == kind.client
