"""The service that finds the server by the role's name, by what a real psql makes of it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from pgwhy.lab.faults.real_clients import psql
from pgwhy.lab.impostors.role_router import routes_by_role
from pgwhy.lab.sockets.door import Address, Door
from pgwhy.lab.world import DATABASE, ROLE, World


@pytest.fixture
def port(world: World) -> Iterator[int]:
    behind = Address("127.0.0.1", world.postgres_port)
    with Door(routes_by_role(world.authority.issue("localhost"), behind)) as door:
        yield door.port


def test_a_role_without_a_server_is_refused_in_azures_words(world: World, port: int) -> None:
    said = asked(world, port, ROLE).stderr
    assert "FATAL:  Invalid Username specified." in said
    assert "<username@hostname> format." in said


def test_a_role_with_one_gets_there_as_itself(world: World, port: int) -> None:
    assert asked(world, port, f"{ROLE}%40cool-darkness").stdout == f"{ROLE}\n"


def asked(world: World, port: int, role: str) -> subprocess.CompletedProcess[str]:
    target = f"postgresql://{role}@localhost:{port}/{DATABASE}?sslmode=require"
    environment = {"PGPASSWORD": world.password.reveal()}
    return subprocess.run(psql().line(target), env=environment, capture_output=True, text=True, timeout=20)
