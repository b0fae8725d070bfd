"""What people type as a TARGET that is no connection string: it is done where it is plain, or the command is named."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from pgwhy.cli import natural, run
from tests.target.machines import MARKER, machine


def meant(text: str, folder: Path) -> str | None:
    return natural.target(text, machine(folder=folder))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (".env", "@.env"),
        ("config/database.yml", "@config/database.yml"),
        ("localhost:5544", "postgresql://localhost:5544"),
        ("db.example.com:5432", "postgresql://db.example.com:5432"),
        ("host=h dbname=d", "host=h dbname=d"),
        ("Host=h;Database=d", "Host=h;Database=d"),
        ("alex:secret@db.example.com/shop", "alex:secret@db.example.com/shop"),
    ],
)
def test_it_is_done_where_it_is_plain(text: str, target: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://h/d\n")
    (tmp_path / "config").mkdir()
    (tmp_path / "config/database.yml").write_text("development:\n  url: postgresql://h/d\n")
    assert meant(text, tmp_path) == target


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("app.log", "pgwhy explain app.log"),
        ('psql: error: connection to server at "h" (192.0.2.1), port 5432 failed: Connection refused', "pgwhy explain"),
        ("Error: connect ECONNREFUSED 127.0.0.1:5432", "pgwhy explain"),
    ],
)
def test_otherwise_the_command_is_named(text: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("FATAL: x\n")
    with pytest.raises(click.UsageError) as told:
        meant(text, tmp_path)
    assert command in told.value.message


def test_a_folder_is_looked_through_where_it_is_the_working_one(tmp_path: Path) -> None:
    (tmp_path / "my backend").mkdir()
    assert meant(".", tmp_path) is None
    with pytest.raises(click.UsageError, match="cd 'my backend' && pgwhy"):
        meant("my backend", tmp_path)


def test_what_is_not_known_is_left_to_the_reader_of_strings(tmp_path: Path) -> None:
    assert meant(MARKER, tmp_path) == MARKER


def test_an_error_text_on_standard_input_is_told_where_it_belongs() -> None:
    with pytest.raises(click.UsageError, match="pgwhy explain -"):
        natural.standard_input('FATAL:  password authentication failed for user "alex"\n')
    assert natural.standard_input("postgresql://alex@h/d\n") == "postgresql://alex@h/d\n"


@pytest.mark.parametrize("program", ["psql", "pg_dump", "pg_isready"])
def test_a_command_in_front_is_told_to_go(program: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([program, f"postgresql://alex:{MARKER}@h/d"]) == 2
    said = capfd.readouterr().err
    assert f"pgwhy run -- {program}" in said
    assert MARKER not in said
