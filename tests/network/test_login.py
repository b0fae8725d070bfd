"""libpq's own login against a real Postgres: what it says, what it counts, and what it never reads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest

from pgwhy.lab.postgres.server import Postgres
from pgwhy.network import Network
from pgwhy.network import login as libpq
from pgwhy.secret import Secret
from tests import parts

PASSWORD = "s3cret-Marker"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    hba = ("local all all trust", "host all plain 127.0.0.1/32 password", "host all all 127.0.0.1/32 scram-sha-256")
    secret = Secret(PASSWORD)
    with Postgres(
        parts.system_postgres(), roles={"alex": secret, "plain": secret}, databases=("neondb",), hba=hba
    ) as running:
        yield running


def parameters(server: Postgres, **changes: str) -> dict[str, str]:
    return {
        "host": "localhost",
        "hostaddr": "127.0.0.1",
        "port": str(server.port),
        "user": "alex",
        "dbname": "neondb",
        "sslmode": "disable",
        **changes,
    }


def log_in(given: dict[str, str], password: str | None, limit_s: float | None = 5) -> tuple[libpq.Login, Network]:
    async def once() -> tuple[libpq.Login, Network]:
        network = Network()
        try:
            return await converse(network), network
        finally:
            await network.leave()

    async def converse(network: Network) -> libpq.Login:
        ended = await libpq.login(network, given, password, limit_s)
        if ended.connection is not None:
            rows = await libpq.query(network, ended.connection, "select 1, 'two'", 5)
            assert rows == [["1", "two"]]
            refusal = await libpq.query(network, ended.connection, "select no_such_column", 5)
            assert isinstance(refusal, str)
            assert "no_such_column" in refusal
            ended.connection.finish()
        return ended

    return asyncio.run(once())


def test_a_right_password_gives_an_open_connection(server: Postgres) -> None:
    ended, network = log_in(parameters(server), PASSWORD)
    assert (ended.connected, ended.message, ended.password_used) == (True, "", True)
    assert (ended.exchanges, network.exchanges) == (1, 1)
    assert ended.local.startswith("127.0.0.1:")


def test_a_wrong_password_gives_libpqs_own_text_and_counts(server: Postgres) -> None:
    ended, network = log_in(parameters(server), "wrong-Marker")
    assert 'FATAL:  password authentication failed for user "alex"' in ended.message
    assert "Marker" not in ended.message
    assert (ended.connected, network.exchanges) == (False, 1)


def test_no_password_is_told_apart_from_a_wrong_one(server: Postgres) -> None:
    ended, network = log_in(parameters(server), None)
    assert ended.password_needed
    assert "no password supplied" in ended.message
    assert network.exchanges == 0


def test_require_auth_keeps_a_clear_text_password_back(server: Postgres) -> None:
    ended, network = log_in(parameters(server, user="plain", require_auth="!password"), PASSWORD)
    assert 'requirement "!password" failed' in ended.message
    assert network.exchanges == 0


def test_the_environment_is_not_read_and_stays_as_it_was(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.99")
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSERVICE", "nowhere")
    ended, _ = log_in(parameters(server), PASSWORD)
    assert ended.connected
    assert os.environ["PGSERVICE"] == "nowhere"


def test_the_limit_ends_a_login_that_gets_no_answer() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        given = {"host": "x", "hostaddr": "127.0.0.1", "port": str(silent.getsockname()[1]), "user": "alex"}
        ended, _ = log_in(given, None, limit_s=0.2)
    assert (ended.connected, ended.timed_out, ended.message) == (False, True, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("postgresql://a:b@host/db?sslmode=require", ""),
        ("psql 'postgresql://a:b@host/db'", 'missing "=" after'),
        ("postgresql://host/db?endpoint=x", 'invalid URI query parameter: "endpoint"'),
    ],
)
def test_libpqs_words_about_a_string_it_cannot_read(text: str, words: str) -> None:
    async def ask() -> str:
        network = Network()
        try:
            return await libpq.conninfo_error(network, text)
        finally:
            await network.leave()

    said = asyncio.run(ask())
    assert words in said
    assert bool(words) is bool(said)
