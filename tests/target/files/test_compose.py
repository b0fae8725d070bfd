"""A Compose file explains what goes wrong between its services, and says nothing where they are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy import diagnose_sync
from pgwhy.target import Change, read
from pgwhy.target.editing.in_file import file_with
from pgwhy.target.problem import ProblemCode as P
from tests.target.machines import MARKER, machine

FILE = """\
# the shop
services:
  app:
    build: .
    {app}
    environment:
      DATABASE_URL: postgresql://shop:{password}@{host}:{port}/shop  # the database
  {server}:
    image: postgres:16
    environment:
      - POSTGRES_USER=shop
      - POSTGRES_PASSWORD={theirs}
    ports: ['5433:5432']
    volumes: ['data:/var/lib/postgresql/data']
    healthcheck: {{test: 'pg_isready -h localhost -p 5432 -U shop'}}
volumes: {{data: {{}}}}
"""
PASSWORD = f"s3cret{MARKER}"


def text(**changes: str) -> str:
    usual = {
        "host": "db",
        "port": "5432",
        "server": "db",
        "password": PASSWORD,
        "theirs": PASSWORD,
        "app": "init: true",
    }
    return FILE.format(**{**usual, **changes})


BROKEN = {
    "the service is called postgresql": (
        {"host": "postgres", "server": "postgresql"},
        P.COMPOSE_SERVICE,
        "postgresql:5432",
    ),
    "localhost is the container": ({"host": "localhost"}, P.COMPOSE_LOCALHOST, "db:5432"),
    "localhost, and the published port": ({"host": "127.0.0.1", "port": "5433"}, P.COMPOSE_LOCALHOST, "db:5432"),
    "the published port": ({"port": "5433"}, P.COMPOSE_PORT, "db:5432"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_right_address_is_written_in_its_place(what: str, tmp_path: Path) -> None:
    changes, code, right = BROKEN[what]
    content = text(**changes)
    (tmp_path / "compose.yaml").write_text(content)
    target = read("@compose.yaml", machine(folder=tmp_path))
    (problem,) = target.problems
    assert problem.code is code
    edited = file_with(target, Change(repair=problem.repair or ""))
    address = f"{changes.get('host', 'db')}:{changes.get('port', '5432')}"
    assert edited.text == content.replace(f"@{address}/", f"@{right}/")
    assert [replacement.line for replacement in edited.replacements] == [7]
    (tmp_path / "compose.yaml").write_text(edited.text)
    assert read("@compose.yaml", machine(folder=tmp_path)).problems == ()


RIGHT = {
    "the service's name": text(),
    "the network of the host": text(host="localhost", port="5433", app="network_mode: host"),
    "a name that the container has": text(host="shop-db").replace("image:", "container_name: shop-db\n    image:"),
    "an alias": text(host="pg").replace("image:", "networks: {default: {aliases: [pg]}}\n    image:"),
    "a host of its own": text(host="outside", app="extra_hosts: ['outside:192.0.2.7']"),
    "a server elsewhere": text(host="db.acme.internal"),
    "a part of another file": "include: [db.yaml]\n" + text(host="postgres"),
    "another network": text(host="postgres") + "networks: {default: {external: true}}\n",
    "a port inside that is published too": text(port="5433").replace(
        "image: postgres:16", "image: postgres:16\n    command: -p 5433"
    ),
    "two servers": text(host="old").replace("volumes: {data", "  old: {image: 'postgis/postgis:15'}\nvolumes: {data"),
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_right_or_cannot_be_known_is_no_problem(what: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(RIGHT[what])
    target = read("@compose.yaml", machine(folder=tmp_path))
    assert (target.problems, bool(target.hosts)) == ((), True)


def test_a_service_of_an_override_file_is_known(tmp_path: Path) -> None:
    (tmp_path / "compose.override.yaml").write_text("services: {replica: {image: 'registry.acme/pg'}}\n")
    (tmp_path / "compose.yaml").write_text(text(host="replica"))
    assert read("@compose.yaml", machine(folder=tmp_path)).problems == ()


REFUSED = 'FATAL:  password authentication failed for user "shop"'
SAID = {
    "the volume keeps the first password": (text(), REFUSED, "auth/compose-volume-password"),
    "two passwords": (text(theirs="another"), REFUSED, "auth/compose-password-differs"),
    "no volume": (text().replace("volumes: ['data", "x-old: ['data"), REFUSED, "auth/wrong-password"),
    "POSTGRES_USER is another": (
        text().replace("POSTGRES_USER=shop", "POSTGRES_USER=owner"),
        'FATAL:  role "shop" does not exist',
        "auth/compose-role",
    ),
    "POSTGRES_DB is another": (
        text().replace("POSTGRES_USER=shop", "POSTGRES_USER=shop\n      - POSTGRES_DB=main"),
        'FATAL:  database "shop" does not exist',
        "startup/compose-database",
    ),
}


@pytest.mark.parametrize("what", SAID)
def test_the_file_explains_what_the_server_says(what: str, tmp_path: Path) -> None:
    content, error, rule = SAID[what]
    (tmp_path / "compose.yaml").write_text(content)
    report = diagnose_sync("@compose.yaml", error=error, machine=machine(folder=tmp_path))
    assert report.findings[0].rule == rule
    assert MARKER not in str(report)


def test_a_doubled_dollar_outside_of_the_file_is_another_password(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(text(theirs=f"pa$$word{MARKER}"))
    string = f"postgresql://shop:pa$$word{MARKER}@localhost:5433/shop"
    report = diagnose_sync(string, error=REFUSED, machine=machine(folder=tmp_path))
    assert report.findings[0].rule == "auth/compose-password-differs"
    same = string.replace("$$", "$")
    report = diagnose_sync(same, error=REFUSED, machine=machine(folder=tmp_path))
    assert report.findings[0].rule == "auth/compose-volume-password"


def test_a_dollar_that_is_not_doubled_is_the_cause(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(text(password=f"pa$word{MARKER}"))
    report = diagnose_sync("@compose.yaml", machine=machine(folder=tmp_path))
    assert report.findings[0].rule == "config/dollar-unescaped"
    assert "write $$" in str(report)
    assert MARKER not in str(report)


def test_another_database_and_a_build_are_no_connection_of_a_service(tmp_path: Path) -> None:
    build = "build: {context: ., args: {DATABASE_URL: 'postgresql://b:b@localhost/b'}}\n    init: true"
    content = text().replace("build: .\n    init: true", build)
    blog = "  blog:\n    image: wordpress\n    environment: {WORDPRESS_DB_HOST: sql, WORDPRESS_DB_NAME: w}\n"
    (tmp_path / "compose.yaml").write_text(
        content.replace("volumes: {data", f"{blog}  sql: {{image: 'mariadb:11'}}\nvolumes: {{data")
    )
    target = read("@compose.yaml", machine(folder=tmp_path))
    assert (target.value("host"), target.problems) == ("db", ())
