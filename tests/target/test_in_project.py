"""Without a target, the settings files of the project are looked through."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from pgwhy.cli import given
from tests.target.machines import machine

URL = "postgresql://alex:s3cret@db.acme.internal/shop"


def put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env.local", f"DATABASE_URL={URL}\n"),
        ("config/database.yml", f"development:\n  url: {URL}\n"),
        (
            "src/main/resources/application.properties",
            "spring.datasource.url=jdbc:postgresql://db.acme.internal/shop\n",
        ),
        ("docker-compose.yml", f"services:\n  app:\n    environment:\n      DATABASE_URL: {URL}\n"),
        ("prisma/schema.prisma", f'datasource db {{\n  provider = "postgresql"\n  url = "{URL}"\n}}\n'),
        ("knexfile.js", f"module.exports = {{ client: 'pg', connection: '{URL}' }};\n"),
    ],
)
def test_the_only_one_is_used(name: str, text: str, tmp_path: Path) -> None:
    put(tmp_path, name, text)
    put(tmp_path, ".env.example", "DATABASE_URL=postgresql://user:password@host/db\n")
    put(tmp_path, "package.json", "{}")
    target = given.read(None, machine(folder=tmp_path))
    assert target.value("host") == "db.acme.internal"
    assert name in str(target.settings["host"].source)


def test_parents_up_to_the_repository_s_root_are_looked_at(tmp_path: Path) -> None:
    put(tmp_path, ".env.local", f"DATABASE_URL={URL}\n")
    put(tmp_path, "repository/.git/HEAD", "ref: x\n")
    put(tmp_path, "repository/packages/web/index.js", "")
    web = tmp_path / "repository/packages/web"
    assert given.read(None, machine(folder=web)).value("host") is None
    put(tmp_path, "repository/.env.local", f"DATABASE_URL={URL}\n")
    target = given.read(None, machine(folder=web))
    assert str(target.settings["host"].source) == "../../.env.local line 1 (DATABASE_URL)"


def test_several_are_listed_with_the_command_for_each(tmp_path: Path) -> None:
    put(tmp_path, "config/database.yml", "a:\n  url: postgresql://h1/d\nb:\n  url: postgresql://h2/d\n")
    put(tmp_path, ".env.local", f"DATABASE_URL={URL}\n")
    with pytest.raises(click.UsageError) as told:
        given.read(None, machine(folder=tmp_path))
    assert "pgwhy @.env.local" in told.value.message
    assert "pgwhy @config/database.yml --in a" in told.value.message
    assert "s3cret" not in told.value.message


def test_what_the_environment_names_comes_first(tmp_path: Path) -> None:
    put(tmp_path, ".env.local", f"DATABASE_URL={URL}\n")
    target = given.read(None, machine({"PGHOST": "other.acme.internal"}, folder=tmp_path))
    assert target.value("host") == "other.acme.internal"


DATABASE = "services:\n  db:\n    image: postgres:16\n    environment: [POSTGRES_USER=shop]\n    ports: ['5544:5432']\n"


def test_a_server_that_is_started_here_counts_where_nothing_else_names_one(tmp_path: Path) -> None:
    put(tmp_path, "compose.yaml", DATABASE)
    target = given.read(None, machine(folder=tmp_path))
    assert [target.value(name) for name in ("host", "port", "user", "dbname")] == ["localhost", "5544", "shop", "shop"]
    put(tmp_path, ".env.local", f"DATABASE_URL={URL}\n")
    assert given.read(None, machine(folder=tmp_path)).value("host") == "db.acme.internal"
