"""The first answer before a password: by SNI, without, with the option, without TLS; and how far the client gets."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import time
from pathlib import Path

import pytest

from pgwhy.client import LIBPQ_HERE, Client, UnknownParameters
from pgwhy.facts import Observations
from pgwhy.failure import Failure
from pgwhy.lab.authority import Authority
from pgwhy.network import Network, wire
from pgwhy.probes import startup, tcp, tls
from pgwhy.probes.startup import Reached, ServerReply, Startup, first_answer
from tests import servers
from tests.probes.conftest import NEON_HOST, Look

ENDPOINT = NEON_HOST.partition(".")[0]
OLD = dataclasses.replace(LIBPQ_HERE, version="13", named=True, sends_sni=False)
INSECURE = "connection is insecure (try using `sslmode=require`)"
SCRAM = wire.authentication_sasl(("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))


def record(seen: Observations) -> Startup:
    found = seen.records["startup"]
    assert isinstance(found, Startup)
    return found


def uri(port: int, rest: str = "", host: str = NEON_HOST) -> str:
    return f"postgresql://alex@{host}:{port}/neondb?hostaddr=127.0.0.1{rest}"


def as_neon(said: wire.Startup, name: str | None) -> bytes:
    """Answer as a proxy that routes by SNI or by the endpoint option (docs/neon.md, 3)."""
    if name == "":
        return wire.error_response({"S": "ERROR", "C": "XX000", "M": INSECURE})
    if name or "endpoint=" in said.parameters.get("options", ""):
        return SCRAM
    return wire.authentication(wire.Auth.CLEARTEXT_PASSWORD)


def saying(answer: bytes) -> servers.Postgres:
    """A Postgres without TLS that says this first."""
    return servers.Postgres(say=lambda said, name: answer)


@pytest.fixture
def neon(authority: Authority) -> servers.Postgres:
    return servers.Postgres(authority.issue(NEON_HOST).context(), say=as_neon)


def test_a_proxy_that_routes_by_sni_is_recognised_before_any_password(look: Look, neon: servers.Postgres) -> None:
    with servers.serving(neon) as port:
        seen = record(look(uri(port, "&sslmode=require"), tcp.PROBE, startup.PROBE))
    assert (seen.with_sni, seen.without_sni, seen.with_option) == (
        ServerReply.SASL_PLUS,
        ServerReply.CLEAR_TEXT,
        ServerReply.SASL_PLUS,
    )
    assert (seen.answer, seen.reached, seen.plaintext) == (ServerReply.SASL_PLUS, Reached.AUTH, None)
    assert seen.needs_sni is True
    assert seen.mechanisms == ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")
    assert seen.answer_ms is not None and (seen.message, seen.sqlstate, seen.failure) == ("", "", None)


def test_a_client_without_sni_gets_no_further_than_startup(look: Look, neon: servers.Postgres) -> None:
    with servers.serving(neon) as port:
        seen = record(look(uri(port, "&sslmode=require"), tcp.PROBE, startup.PROBE, client=OLD))
    assert (seen.answer, seen.reached) == (ServerReply.CLEAR_TEXT, Reached.STARTUP)


def test_the_endpoint_option_gets_a_client_without_sni_to_the_password(look: Look, neon: servers.Postgres) -> None:
    with servers.serving(neon) as port:
        text = uri(port, f"&sslmode=require&options=endpoint%3D{ENDPOINT}")
        seen = record(look(text, tcp.PROBE, startup.PROBE, client=OLD))
    assert (seen.answer, seen.reached, seen.with_option) == (ServerReply.SASL_PLUS, Reached.AUTH, None)


def test_the_endpoint_inside_the_password_makes_a_clear_text_request_the_ordinary_way(
    look: Look, neon: servers.Postgres
) -> None:
    with servers.serving(neon) as port:
        text = uri(port, "&sslmode=require").replace("alex@", f"alex:endpoint%3D{ENDPOINT}%3Bsecret@")
        seen = record(look(text, tcp.PROBE, startup.PROBE, client=OLD))
    assert (seen.answer, seen.reached) == (ServerReply.CLEAR_TEXT, Reached.AUTH)


def test_a_clear_text_request_of_an_ordinary_server_is_ordinary(look: Look, authority: Authority) -> None:
    answer = wire.authentication(wire.Auth.CLEARTEXT_PASSWORD)
    server = servers.Postgres(authority.issue("db.test").context(), say=lambda said, name: answer)
    with servers.serving(server) as port:
        seen = record(look(uri(port, host="db.test"), tcp.PROBE, startup.PROBE, client=OLD))
    assert (seen.answer, seen.reached, seen.with_option) == (ServerReply.CLEAR_TEXT, Reached.AUTH, None)


def test_a_client_of_which_nothing_is_known_has_an_answer_only_where_sni_does_not_matter(
    look: Look, neon: servers.Postgres, authority: Authority
) -> None:
    unknown = dataclasses.replace(LIBPQ_HERE, id="unknown", guessed=True, sends_sni=None)
    plain = servers.Postgres(authority.issue("db.test").context(), say=lambda said, name: SCRAM)
    with servers.serving(neon) as port, servers.serving(plain) as ordinary:
        routed = record(look(uri(port, "&sslmode=require"), tcp.PROBE, startup.PROBE, client=unknown))
        same = record(look(uri(ordinary, host="db.test"), tcp.PROBE, startup.PROBE, client=unknown))
    assert (routed.answer, routed.reached, routed.with_sni) == (None, None, ServerReply.SASL_PLUS)
    assert same.reached is Reached.AUTH


def test_sslmode_disable_is_about_the_connection_without_tls(look: Look, neon: servers.Postgres) -> None:
    with servers.serving(neon) as port:
        seen = record(look(uri(port, "&sslmode=disable"), tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.reached, seen.message) == (ServerReply.ERROR, Reached.STARTUP, INSECURE)
    assert (seen.sqlstate, seen.severity, seen.plaintext_message) == ("XX000", "ERROR", INSECURE)
    assert seen.with_sni is ServerReply.SASL_PLUS


@pytest.mark.parametrize(("sslmode", "plaintext"), [("prefer", ServerReply.ERROR), ("allow", ServerReply.ERROR)])
def test_prefer_and_allow_take_the_way_that_is_not_refused(
    sslmode: str, plaintext: ServerReply, look: Look, neon: servers.Postgres
) -> None:
    with servers.serving(neon) as port:
        seen = record(look(uri(port, f"&sslmode={sslmode}"), tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.reached, seen.plaintext) == (ServerReply.SASL_PLUS, Reached.AUTH, plaintext)


def test_a_server_without_tls_is_reached_by_prefer_and_not_by_require(look: Look) -> None:
    with servers.serving(saying(wire.authentication(wire.Auth.MD5_PASSWORD, b"salt"))) as port:
        prefer = record(look(uri(port, "&sslmode=prefer", "db.test"), tcp.PROBE, startup.PROBE))
        require = record(look(uri(port, "&sslmode=require", "db.test"), tcp.PROBE, startup.PROBE))
    assert (prefer.answer, prefer.reached, prefer.with_sni) == (ServerReply.MD5, Reached.AUTH, ServerReply.NOT_REACHED)
    assert (require.answer, require.reached, require.plaintext) == (ServerReply.NOT_REACHED, Reached.NONE, None)


def test_the_error_of_the_first_way_is_told_where_both_are_refused(look: Look, authority: Authority) -> None:
    def refuse(said: wire.Startup, name: str | None) -> bytes:
        text = INSECURE if name == "" else "The endpoint has been disabled. Enable it using Neon API and retry."
        return wire.error_response({"S": "ERROR", "C": "XX000", "M": text})

    with servers.serving(servers.Postgres(authority.issue(NEON_HOST).context(), say=refuse)) as port:
        seen = record(look(uri(port, "&sslmode=prefer"), tcp.PROBE, startup.PROBE))
    assert seen.message and seen.message.startswith("The endpoint has been disabled")
    assert (seen.reached, seen.plaintext_message) == (Reached.STARTUP, INSECURE)


@pytest.mark.parametrize(
    ("answer", "meaning", "reached"),
    [
        (wire.authentication(wire.Auth.OK), ServerReply.OK, Reached.SESSION),
        (wire.authentication(wire.Auth.GSS), ServerReply.GSS, Reached.AUTH),
        (wire.authentication_sasl(("SCRAM-SHA-256",)), ServerReply.SASL, Reached.AUTH),
        (wire.authentication_sasl(("OAUTHBEARER",)), ServerReply.SASL_OTHER, Reached.AUTH),
        (wire.message(b"N", b"Mhello\0\0") + wire.authentication(wire.Auth.OK), ServerReply.OK, Reached.SESSION),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ServerReply.NOT_POSTGRES, Reached.STARTUP),
        (wire.authentication(wire.Auth.SASL_FINAL), ServerReply.NOT_POSTGRES, Reached.STARTUP),
    ],
)
def test_every_first_answer_has_its_word(answer: bytes, meaning: ServerReply, reached: Reached, look: Look) -> None:
    with servers.serving(saying(answer)) as port:
        seen = record(look(uri(port, "&sslmode=disable", "db.test"), tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.reached) == (meaning, reached)


@pytest.mark.parametrize(
    ("behave", "answer", "failure"),
    [
        (servers.closing, ServerReply.CLOSED, Failure.CLOSED),
        (servers.resetting, ServerReply.RESET, Failure.RESET),
        (servers.silent, ServerReply.SILENT, Failure.TIMED_OUT),
    ],
)
def test_no_answer_has_its_word_too(
    behave: servers.Behaviour, answer: ServerReply, failure: Failure, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_answer, "SILENT_S", 0.2)
    with servers.serving(behave) as port:
        seen = record(look(uri(port, "&sslmode=disable", "db.test"), tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.failure, seen.reached) == (answer, failure, Reached.STARTUP)


@pytest.mark.parametrize("sslmode", ["disable", "allow", "prefer", "require"])
def test_a_silent_server_is_waited_for_once_by_all_ways_together(
    sslmode: str, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_answer, "SILENT_S", 2.0)
    monkeypatch.setattr(tls.connection, "SILENT_S", 2.0)
    monkeypatch.setattr(tls.connection, "NUDGE_S", 0.1)
    begin = time.monotonic()
    with servers.serving(servers.silent) as port:
        look(uri(port, f"&sslmode={sslmode}"), tcp.PROBE, tls.PROBE, startup.PROBE)
    assert time.monotonic() - begin < 4.0


def test_a_client_certificate_that_is_missing_shows_as_an_alert(look: Look, authority: Authority) -> None:
    context = authority.issue(NEON_HOST).context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.root_file)
    with servers.serving(servers.tls_only(context)) as port:
        seen = record(look(uri(port, "&sslmode=require"), tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.failure, seen.alert) == (ServerReply.CLOSED, Failure.TLS_ALERT, "certificate_required")


def test_exactly_the_parameters_that_matter_are_sent(look: Look) -> None:
    server = saying(wire.authentication(wire.Auth.OK))
    with servers.serving(server) as port:
        text = uri(port, "&sslmode=disable&options=-c%20geqo%3Doff&application_name=shop&connect_timeout=9", "db.test")
        look(text, tcp.PROBE, startup.PROBE)
    plain = [said for said, name in server.startups if name == ""]
    assert dict(plain[0].parameters) == {
        "user": "alex",
        "database": "neondb",
        "application_name": "shop",
        "options": "-c geqo=off",
    }
    assert (plain[0].major, plain[0].minor) == (3, 0)


def test_what_the_client_sends_to_the_server_because_it_does_not_know_it_is_sent(look: Look) -> None:
    sloppy = Client(
        id="postgres.js",
        title="postgres.js",
        family="node",
        sends_sni=True,
        unknown_parameters=UnknownParameters.FORWARDED,
        forwarded_parameters=("channel_binding",),
        named=True,
    )
    server = saying(wire.authentication(wire.Auth.OK))
    with servers.serving(server) as port:
        text = uri(port, "&sslmode=disable&channel_binding=prefer", "db.test")
        look(text, tcp.PROBE, startup.PROBE, client=sloppy)
    assert server.startups[0][0].parameters["channel_binding"] == "prefer"


def test_direct_tls_goes_without_sslrequest(look: Look, authority: Authority) -> None:
    server = servers.Postgres(authority.issue("db.test").context(), say=lambda said, name: SCRAM, direct=True)
    with servers.serving(server) as port:
        text = uri(port, "&sslmode=require&sslnegotiation=direct", "db.test")
        assert record(look(text, tcp.PROBE, startup.PROBE)).answer is ServerReply.SASL_PLUS


def test_a_unix_socket_is_asked_without_tls_alone(look: Look, tmp_path: Path) -> None:
    server = saying(wire.authentication(wire.Auth.OK))
    with servers.serving_on_path(server, tmp_path / ".s.PGSQL.5432"):
        seen = record(look(f"host={tmp_path} user=a", tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.plaintext, seen.without_sni) == (ServerReply.OK, ServerReply.OK, None)


def test_without_a_connection_startup_is_not_reached(look: Look) -> None:
    seen = record(look(uri(servers.closed_port()), tcp.PROBE, startup.PROBE))
    assert (seen.answer, seen.reached) == (ServerReply.NOT_REACHED, Reached.NONE)


def test_no_more_than_four_connections_are_open_at_a_time(look: Look, neon: servers.Postgres) -> None:
    network: list[Network] = []

    def keep() -> Network:
        network.append(Network())
        return network[0]

    with servers.serving(neon) as port:
        look(uri(port, "&sslmode=prefer"), tcp.PROBE, tls.PROBE, startup.PROBE, network=keep)
    spans = [span for span in network[0].timeline.spans if span.probe in ("tls", "startup")]
    assert len(spans) == 6
    assert max(sum(one.start_ms <= span.start_ms < one.end_ms for one in spans) for span in spans) <= 4


def test_the_message_goes_where_the_tls_probe_has_begun_tls(look: Look, neon: servers.Postgres) -> None:
    came: list[object] = []

    def counted(connection: socket.socket) -> None:
        came.append(connection)
        neon(connection)

    with servers.serving(counted) as port:
        seen = look(uri(port, "&sslmode=require"), tcp.PROBE, tls.PROBE, startup.PROBE)
    assert len(came) == 4, "TCP alone; with SNI; without; with the option"
    assert sorted(name or "" for _, name in neon.startups) == ["", "", NEON_HOST]
    assert seen.get("tls.handshake") is seen.get("tls.handshake_without_sni") is True
    assert (record(seen).with_sni, record(seen).without_sni) == (ServerReply.SASL_PLUS, ServerReply.CLEAR_TEXT)


def test_a_failed_handshake_is_not_made_again_for_the_message(look: Look, authority: Authority) -> None:
    came: list[object] = []
    refusing = servers.tls_only(servers.unknown_names_refused(authority.issue("db.test").context(), "db.test"))

    def counted(connection: socket.socket) -> None:
        came.append(connection)
        refusing(connection)

    with servers.serving(counted) as port:
        seen = look(uri(port, "&sslmode=require", "db.test"), tcp.PROBE, tls.PROBE, startup.PROBE, client=OLD)
    assert len(came) == 3
    found = record(seen)
    assert (found.answer, found.failure, found.alert) == (
        ServerReply.NOT_REACHED,
        Failure.TLS_ALERT,
        seen.get("tls.alert_without_sni"),
    )


def test_connections_that_nobody_goes_on_with_are_ended(look: Look, neon: servers.Postgres) -> None:
    network: list[Network] = []

    def keep() -> Network:
        network.append(Network())
        return network[0]

    with servers.serving(neon) as port:
        assert look(uri(port), tcp.PROBE, tls.PROBE, network=keep).get("tls.handshake") is True
    assert network[0].slots._value == Network.MAX_CONNECTIONS
