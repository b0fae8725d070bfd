"""Real clients through the gateway: psql 15 and 17, psycopg, and libpq of the past."""

from __future__ import annotations

import os
import subprocess
import threading

import psycopg
import pytest

from pgwhy.lab.postgres.installation import Installation
from pgwhy.lab.world import DOMAIN, ENDPOINT, World
from tests import parts
from tests.old_clients import run_old_client

POOLED = f"{ENDPOINT}-pooler.{DOMAIN}"
ENDPOINT_MISSING = "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq)"
MASKED = "channel binding required but not supported by server's authentication request"


@pytest.fixture(scope="module", params=["psql 15 of the system", "psql 17 of the wheel"])
def installation(request: pytest.FixtureRequest) -> Installation:
    return parts.system_postgres() if "system" in request.param else parts.wheel_postgres()


def psql(installation: Installation, uri: str, query: str = "select current_user") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    command = [parts.psql(installation), "-XAtc", query, uri]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"channel_binding": "disable"},
        {"sslmode": "prefer"},
        {"sslmode": "verify-full", "sslrootcert": "ROOT"},
        {"hostaddr": "::1"},
        {"sslsni": "0", "options": f"endpoint={ENDPOINT}"},
        {"sslsni": "0", "options": f"project={ENDPOINT} -c search_path=app"},
        {"options": f"endpoint={ENDPOINT}"},
        {"sslsni": "0", "channel_binding": None, "password": "FORM"},
    ],
    ids=lambda parameters: " ".join(f"{k}={v}" for k, v in parameters.items()) or "as the console prints it",
)
def test_psql_logs_in(installation: Installation, world: World, parameters: dict[str, str | None]) -> None:
    given = dict(parameters)
    if given.get("sslrootcert"):
        given["sslrootcert"] = str(world.root_certificate)
    if given.get("password"):
        given["password"] = f"endpoint={ENDPOINT};{world.password.reveal()}"
    ran = psql(installation, world.uri(**given))
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr


def test_psql_17_logs_in_by_direct_tls(world: World) -> None:
    ran = psql(parts.wheel_postgres(), world.uri(sslnegotiation="direct"))
    assert (ran.returncode, ran.stdout) == (0, "alex\n"), ran.stderr


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"sslsni": "0"}, MASKED),
        ({"sslsni": "0", "channel_binding": None}, f"ERROR:  {ENDPOINT_MISSING}"),
        (
            {"sslmode": "disable", "channel_binding": None},
            "ERROR:  connection is insecure (try using `sslmode=require`",
        ),
        ({"options": "endpoint=ep-x"}, "ERROR:  Inconsistent project name inferred from SNI"),
        ({"password": "npg_wrong"}, "ERROR:  password authentication failed for user 'alex'"),
        (
            {"host": POOLED, "options": "-c search_path=app"},
            "ERROR:  unsupported startup parameter in options: search_path. Please use unpooled connection",
        ),
        ({"sslmode": "verify-full", "sslrootcert": "ROOT", "host": "db.acme.example"}, "does not match host name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_psql_is_kept_out(installation: Installation, world: World, parameters: dict[str, str], said: str) -> None:
    given = parameters | ({"sslrootcert": str(world.root_certificate)} if "sslrootcert" in parameters else {})
    ran = psql(installation, world.uri(**given))
    assert ran.returncode == 2
    assert said in ran.stderr


def test_the_endpoint_form_of_the_password_fails_where_sni_is_sent(installation: Installation, world: World) -> None:
    form = f"endpoint={ENDPOINT};{world.password.reveal()}"
    ran = psql(installation, world.uri(password=form))
    assert "password authentication failed for user 'alex'" in ran.stderr


def test_parameters_that_the_proxy_does_not_forward_are_dropped_without_a_word(world: World) -> None:
    with psycopg.connect(world.uri(application_name="app", client_encoding="LATIN1")) as connection:
        assert connection.info.parameter_status("application_name") == "app"
        assert connection.info.parameter_status("client_encoding") == "UTF8"


def test_options_reach_postgres_without_the_tokens_of_the_gateway(world: World) -> None:
    options = f"endpoint={ENDPOINT} neon_endpoint_type:read_write -c statement_timeout=1234"
    with psycopg.connect(world.uri(options=options)) as connection:
        assert connection.execute("show statement_timeout").fetchone() == ("1234ms",)


def test_a_pooled_name_reaches_the_same_database(world: World) -> None:
    with psycopg.connect(world.uri(POOLED)) as connection:
        assert connection.execute("select current_database()").fetchone() == ("neondb",)


def test_a_running_query_can_be_cancelled_through_the_gateway(world: World) -> None:
    with psycopg.connect(world.uri()) as sleeper, psycopg.connect(world.uri(), autocommit=True) as watcher:
        (pid,) = sleeper.execute("select pg_backend_pid()").fetchone() or (0,)
        running = threading.Thread(target=_cancel_once_it_sleeps, args=(watcher, pid, sleeper))
        running.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            sleeper.execute("select pg_sleep(20)")
        running.join()


def _cancel_once_it_sleeps(watcher: psycopg.Connection, pid: int, sleeper: psycopg.Connection) -> None:
    asleep = "select wait_event = 'PgSleep' from pg_stat_activity where pid = %s"
    while watcher.execute(asleep, [pid]).fetchone() != (True,):
        pass
    sleeper.cancel_safe(timeout=5)


def test_what_a_session_sends_passes_untouched(world: World) -> None:
    with psycopg.connect(world.uri()) as connection:
        size = 3_000_000
        assert connection.execute("select length(repeat('x', %s))", [size]).fetchone() == (size,)
        (text,) = connection.execute("select repeat('x', %s)", [size]).fetchone() or ("",)
        assert text == "x" * size
        with pytest.raises(psycopg.errors.UndefinedTable) as raised:
            connection.execute("select * from no_such_table")
        assert raised.value.sqlstate == "42P01"


# Clients of the past: what docs/neon.md, G-1, says of them, measured.


def test_libpq_13_is_told_that_the_endpoint_is_missing(world: World) -> None:
    ran = run_old_client(13, world.uri(channel_binding=None))
    assert ran.status == 1
    assert ran.stderr.startswith(f"connection failed: {ENDPOINT_MISSING}")


def test_libpq_13_hides_that_behind_channel_binding(world: World) -> None:
    assert run_old_client(13, world.uri()).stderr == f"connection failed: {MASKED}"


def test_libpq_12_does_not_know_channel_binding(world: World) -> None:
    assert run_old_client(12, world.uri()).stderr == 'invalid URI query parameter: "channel_binding"'


def test_libpq_12_is_told_that_the_endpoint_is_missing(world: World) -> None:
    ran = run_old_client(12, world.uri(channel_binding=None))
    assert ran.stderr.startswith(f"connection failed: {ENDPOINT_MISSING}")


@pytest.mark.parametrize(("major", "channel_binding"), [(12, None), (13, None), (13, "require")])
def test_the_endpoint_option_lets_an_old_libpq_in(world: World, major: int, channel_binding: str | None) -> None:
    ran = run_old_client(major, world.uri(channel_binding=channel_binding, options=f"endpoint={ENDPOINT}"))
    assert (ran.status, ran.stdout) == (0, "alex"), ran.stderr


def test_the_password_of_an_old_client_may_come_apart(world: World) -> None:
    uri = world.uri(password="", channel_binding=None, options=f"endpoint={ENDPOINT}")
    assert run_old_client(13, uri, world.password).stdout == "alex"
