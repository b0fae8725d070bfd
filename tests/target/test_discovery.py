"""Without a TARGET: the order of docs/design.md, "Contracts", and the candidates that are not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.target import facts_of, read
from pgwhy.target.dialects import Dialect
from pgwhy.target.forms import dotenv
from tests.target.machines import MARKER, machine

URL = "postgresql://u:{0}@{1}/d"


@pytest.mark.parametrize(
    ("environment", "file", "host", "origin"),
    [
        ({"DATABASE_URL": "host=one", "PGHOST": "x"}, "DATABASE_URL=host=two", "one", "DATABASE_URL (environment)"),
        ({"PGHOST": "x", "PGSERVICE": "s"}, "A=1\nDATABASE_URL=host=two", "two", ".env line 2 (DATABASE_URL)"),
        ({"PGHOST": "four"}, "PGHOST=five", "four", "PG* variables (environment)"),
        ({"PGSSLMODE": "disable"}, "PGHOST=five", "five", ".env"),
        ({"PGSSLMODE": "disable"}, "", None, "libpq's defaults"),
    ],
)
def test_the_first_of_the_order_is_used(
    tmp_path: Path, environment: dict[str, str], file: str, host: str | None, origin: str
) -> None:
    (tmp_path / ".env").write_text(file)
    target = read(None, machine(environment, folder=tmp_path))
    assert (target.value("host"), facts_of(target).origin) == (host, origin)


def test_pgservice_beats_pg_variables(tmp_path: Path) -> None:
    (tmp_path / ".pg_service.conf").write_text("[s]\nhost=three\n")
    target = read(None, machine({"PGSERVICE": "s", "PGHOST": "four"}, home=tmp_path))
    assert target.value("host") == "three"
    assert target.written is not None and target.written.dialect is Dialect.SERVICE


def test_nothing_at_all_is_libpqs_defaults() -> None:
    target = read(None, machine())
    assert (target.written, target.problems, facts_of(target).dialect) == (None, (), Dialect.DEFAULTS)


def test_with_a_target_no_dotenv_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PGSSLMODE=disable\nDATABASE_URL=postgresql://other/d")
    target = read("postgresql://h/d", machine(folder=tmp_path))
    assert (target.value("sslmode"), target.candidates) == (None, ())


def test_pg_variables_of_the_dotenv_fill_gaps_of_its_own_url(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://h/d\nPGSSLMODE=disable\nPGUSER=file")
    target = read(None, machine({"PGUSER": "environment"}, folder=tmp_path))
    assert str(target.settings["sslmode"].source) == ".env line 2 (PGSSLMODE)"
    assert target.value("user") == "environment"


def test_other_variables_that_name_another_host_are_told(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f'DIRECT_URL="{URL.format(MARKER, "direct")}"\nSHADOW_DATABASE_URL=postgresql://h/x')
    environment = {
        "DATABASE_URL": URL.format("a", "h"),
        "POSTGRES_URL": URL.format(MARKER + "2", "elsewhere"),
        "DATABASE_URL_UNPOOLED": URL.format("b", "h"),
        "MY_HOMEPAGE_URL": "https://example.com",
    }
    target = read(None, machine(environment, folder=tmp_path))
    assert facts_of(target).other_candidates == (
        "POSTGRES_URL (environment): elsewhere",
        ".env line 1 (DIRECT_URL): direct",
    )
    hidden = {secret.reveal() for secret in target.secrets}
    assert {MARKER, MARKER + "2", "a", "b"} <= hidden


def test_a_named_dotenv_file_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / ".env.production").write_text("# prod\nexport DATABASE_URL='postgresql://u@h/d'\n")
    target = read("@.env.production", machine(folder=tmp_path))
    assert target.value("host") == "h"
    assert facts_of(target).origin == ".env.production line 2 (DATABASE_URL)"


def test_the_syntax_of_a_dotenv_file() -> None:
    text = (
        "\ufeffA=plain # comment\r\n"
        "export B = 'single # kept $A'\n"
        'C="double \\"quoted\\"\\nnext ${A}"\n'
        "# D=commented\n"
        "E=`back`\n"
        'F="two\nlines"\n'
        "G=a#b\n"
        "H=\n"
        "A=again\n"
        "I=${UNKNOWN}-${HOME}\n"
    )
    found = dotenv.parse(text, {"HOME": "/root"})
    assert {name: (variable.value, variable.line) for name, variable in found.items()} == {
        "A": ("again", 9),
        "B": ("single # kept $A", 2),
        "C": ('double "quoted"\nnext plain', 3),
        "E": ("back", 5),
        "F": ("two\nlines", 6),
        "G": ("a#b", 8),
        "H": ("", 9),
        "I": ("${UNKNOWN}-/root", 11),
    } | {"A": ("again", 10)}
