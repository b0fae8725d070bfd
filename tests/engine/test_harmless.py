"""What a run never does: more than three password exchanges, two at once, clear text where it is not safe."""

from __future__ import annotations

import ssl
import threading

import pytest

from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.neon import scram
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ENDPOINT, ROLE, World
from pgwhy.network import wire
from pgwhy.probes.probe import Options
from tests.engine.password_taker import PasswordTaker
from tests.engine.runs import MARKER, cause, check
from tests.servers import serving, serving_on_path, silent

WRONG = "npg_0ther+wr0ng"
CLIENTS = [None, "libpq@13", "psycopg2@2.8", "asyncpg", "pgjdbc", "node-postgres", "pg8000"]


@pytest.fixture(scope="module")
def server_context(world: World) -> ssl.SSLContext:
    leaf = world.authority.issue("localhost", "127.0.0.1", "::1", fault=CertificateFault.NONE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.chain_file, leaf.key_file)
    return context


@pytest.fixture
def exchanges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many SCRAM exchanges of the gateway were open at the start of each one, that one included."""
    open_now: set[int] = set()
    counted: list[int] = []
    lock, first, final = threading.Lock(), scram.ServerExchange.first, scram.ServerExchange.final

    def begins(self: scram.ServerExchange, mechanism: str, data: bytes) -> bytes:
        with lock:
            open_now.add(id(self))
            counted.append(len(open_now))
        return first(self, mechanism, data)

    def ends(self: scram.ServerExchange, data: bytes) -> bytes:
        with lock:
            open_now.discard(id(self))
        return final(self, data)

    monkeypatch.setattr(scram.ServerExchange, "first", begins)
    monkeypatch.setattr(scram.ServerExchange, "final", ends)
    return counted


@pytest.mark.parametrize("sslmode", [None, "allow", "require"])
@pytest.mark.parametrize("client", CLIENTS)
def test_three_password_exchanges_are_the_most(secure15: Postgres, client: str | None, sslmode: str | None) -> None:
    """Under prefer and allow libpq tries a wrong password twice in one login. node-postgres verifies under require, and
    sends nothing to a server whose authority it does not know, so pgwhy sends nothing either."""
    query = f"?sslmode={sslmode}" if sslmode else ""
    before = secure15.log().count("password authentication failed")
    report = check(f"postgresql://{ROLE}:{WRONG}@127.0.0.1:{secure15.port}/{DATABASE}{query}", client=client)
    made = secure15.log().count("password authentication failed") - before
    assert report.verdict.status == "fails"
    assert (made == 0) if (client, sslmode) == ("node-postgres", "require") else (1 <= made <= 3)


@pytest.mark.parametrize("sslmode", [None, "allow"])
def test_an_exchange_is_counted_whatever_language_the_server_speaks(
    server_context: ssl.SSLContext, sslmode: str | None
) -> None:
    taker = PasswordTaker(wire.Auth.MD5_PASSWORD, server_context)
    with serving(taker) as port:
        query = f"?sslmode={sslmode}" if sslmode else ""
        report = check(f"postgresql://{ROLE}:{WRONG}@127.0.0.1:{port}/{DATABASE}{query}", client="libpq@13")
    assert report.observations.get("authentication.exchanges") == 2
    assert len(taker.answers) == 2
    assert taker.at_once == 1


@pytest.mark.parametrize(
    ("given", "client"),
    [
        ({}, "libpq@13"),
        ({"channel_binding": None}, "libpq@13"),
        ({"sslmode": None, "channel_binding": None}, "libpq@13"),
        ({"password": WRONG}, "libpq@13"),
        ({"password": WRONG, "sslmode": None, "channel_binding": None}, "libpq@13"),
        ({"options": "endpoint=ep-old-morning-123456"}, None),
        ({}, "asyncpg"),
    ],
)
def test_experiments_are_counted_with_the_run(
    world: World, exchanges: list[int], given: dict[str, str | None], client: str | None
) -> None:
    check(world.uri(**given), client=client)
    assert 1 <= len(exchanges) <= 3
    assert set(exchanges) == {1}, "one is in flight at a time"


@pytest.mark.promise("no-clear-text", 1, 1)
@pytest.mark.parametrize(
    ("query", "tls"),
    [
        ("", True),
        ("", False),
        ("?sslmode=require", True),
        ("?sslmode=allow", True),
        ("?sslmode=verify-ca&sslrootcert=ROOT", True),
        ("?sslmode=require&require_auth=password", True),
        ("?sslmode=require&channel_binding=require", True),
        ("?sslmode=require&sslsni=0", True),
    ],
)
def test_a_clear_text_password_is_kept_back(
    server_context: ssl.SSLContext, world: World, query: str, tls: bool
) -> None:
    taker = PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD, server_context if tls else None)
    query = query.replace("ROOT", str(world.root_certificate))
    with serving(taker) as port:
        for password in (MARKER, f"endpoint%3D{ENDPOINT}%3B{MARKER}"):
            report = check(f"postgresql://{ROLE}:{password}@localhost:{port}/{DATABASE}{query}")
            assert report.verdict.status == "fails"
            assert report.observations.get("authentication.outcome") in ("clear-text-held-back", "failed")
    assert taker.asked and taker.answers == []


def test_a_clear_text_password_is_kept_back_where_the_name_does_not_match(
    server_context: ssl.SSLContext, world: World
) -> None:
    taker = PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD, server_context)
    query = f"?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert={world.root_certificate}"
    with serving(taker) as port:
        report = check(f"postgresql://{ROLE}:{MARKER}@db.acme.example:{port}/{DATABASE}{query}")
    assert report.verdict.stage == "tls"
    assert taker.answers == []


@pytest.mark.parametrize("query", ["?sslmode=verify-full&sslrootcert=ROOT", "?sslmode=disable"])
def test_a_clear_text_password_is_sent_where_that_is_safe_or_asked_for(
    server_context: ssl.SSLContext, world: World, query: str
) -> None:
    tls = "disable" not in query
    taker = PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD, server_context if tls else None)
    with serving(taker) as port:
        query = query.replace("ROOT", str(world.root_certificate))
        check(f"postgresql://{ROLE}:{MARKER}@localhost:{port}/{DATABASE}{query}")
    assert taker.answers == [MARKER.encode() + b"\0"]


def test_an_option_of_ours_is_never_an_error_text(server_context: ssl.SSLContext) -> None:
    with serving(PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD, server_context)) as port:
        report = check(f"postgresql://{ROLE}:{MARKER}@localhost:{port}/{DATABASE}?sslmode=require")
    assert report.verdict.cause == "password-in-clear-refused"
    assert report.observations.get("error.message") is None
    assert "require_auth" not in cause(report).because


def test_without_a_login_the_server_sees_no_password(world: World, exchanges: list[int]) -> None:
    report = check(world.uri(), options=Options(login=False))
    assert (report.verdict.status, report.verdict.stage) == ("reachable", None)
    failing = check(world.uri(channel_binding=None), client="libpq@13", options=Options(login=False))
    assert failing.verdict.cause == "sni-missing"
    option = next(f for f in cause(failing).fixes if f.id == "option-in-uri")
    assert (option.verification, option.verified_to) == ("advanced", "auth")
    assert option.note == "the server asks for the password now; pgwhy stopped there, because this run makes no login"
    assert exchanges == []


def test_without_verification_nothing_is_tried(world: World, exchanges: list[int]) -> None:
    report = check(world.uri(options="endpoint=ep-old-morning-123456"), verify=False)
    fixes = [remedy for finding in report.findings for remedy in finding.fixes]
    assert report.verdict.cause == "endpoint-mismatch" and fixes
    assert {remedy.verification for remedy in fixes} == {"not tried"}
    assert any(remedy.edit for remedy in fixes)
    assert not [span for span in report.timeline if span.probe == "verify"]
    assert exchanges == []


@pytest.mark.parametrize(
    "broken",
    [
        "psql 'postgresql://alex:PASSWORD@127.0.0.1:PORT/neondb'",
        '"postgresql://alex:PASSWORD@127.0.0.1:PORT/neondb"',
        "postgresql://alex:PASSWORD%zz@127.0.0.1:PORT/neondb",
        "postgresql://alex:PASSWORD@127.0.0.1:PORTx/neondb",
        "postgres//alex:PASSWORD@127.0.0.1:PORT/neondb",
        "https://alex:PASSWORD@127.0.0.1:PORT/neondb",
        "jdbc:postgresql://alex:PASSWORD@127.0.0.1:PORT/neondb",
        "host=127.0.0.1 port=PORT password='PASSWORD user=alex",
        "postgresql://alex:PASSWORD@127.0.0.1:PORT/neondb?options=endpoint=x",
        "env:NO_SUCH_VARIABLE",
        "@/nonexistent/url.txt",
        "",
        "undefined",
    ],
)
def test_settings_that_cannot_be_read_end_before_any_connection(
    broken: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither to what the broken text seems to name, nor to where libpq would go by default."""
    came: list[str] = []
    folder = tmp_path_factory.mktemp("s")
    monkeypatch.setattr("pgwhy.probes.tcp.SOCKET_FOLDERS", (folder,))

    def take(connection) -> None:
        came.append("connection")
        silent(connection)

    with serving(take) as port, serving_on_path(take, folder / ".s.PGSQL.5432"):
        report = check(broken.replace("PORT", str(port)).replace("PASSWORD", MARKER), verify=False)
    assert (report.verdict.status, report.verdict.stage) == ("fails", "config")
    assert report.verdict.cause is not None
    assert came == []


def test_a_parameter_that_nobody_knows_sends_no_password(world: World, exchanges: list[int]) -> None:
    report = check(world.uri() + "&sslmod=require", verify=False)
    assert report.verdict.cause == "invalid-connection-option"
    assert report.observations.get("authentication.not_tried_because") == "earlier-stage"
    assert exchanges == []
