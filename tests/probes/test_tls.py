"""Encryption: what SSLRequest is answered with, both handshakes, and the chain judged for the client spoken for."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
import ssl
import time
from pathlib import Path

import pytest

from pgwhy.client import LIBPQ_HERE
from pgwhy.facts import Observations
from pgwhy.failure import Failure
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.lab.sockets.manners import agree_to_tls, encrypt, reset, silent
from pgwhy.machine import Machine
from pgwhy.network import Network, wire
from pgwhy.network.tls import Hello
from pgwhy.probes import tcp, tls
from pgwhy.probes.tls import Speaks, SslAnswer, Tls, Trust, small_packets
from tests import servers
from tests.limits import HANGS_S
from tests.probes.conftest import Look

NAME = "db.test"
OLD = dataclasses.replace(LIBPQ_HERE, version="13", named=True, sends_sni=False)


def record(seen: Observations) -> Tls:
    found = seen.records["tls"]
    assert isinstance(found, Tls)
    return found


def uri(port: int, rest: str = "", host: str = NAME) -> str:
    return f"postgresql://a@{host}:{port}/d?hostaddr=127.0.0.1{rest}"


@pytest.fixture
def trusting(authority: Authority, machine: Machine) -> Machine:
    """The machine, with the authority in `~/.postgresql/root.crt`."""
    folder = machine.postgres_folder
    assert folder
    folder.mkdir()
    (folder / "root.crt").write_bytes(authority.root_file.read_bytes())
    return machine


@pytest.mark.parametrize(
    ("behave", "answer", "speaks"),
    [
        (servers.answering(b"N"), SslAnswer.NO, None),
        (servers.closing, SslAnswer.CLOSED, None),
        (servers.resetting, SslAnswer.RESET, None),
        (servers.answering(servers.HTTP_ANSWER), SslAnswer.NOT_POSTGRES, Speaks.HTTP),
        (servers.greeting(servers.SSH_GREETING), SslAnswer.NOT_POSTGRES, Speaks.SSH),
        (servers.greeting(servers.MYSQL_GREETING), SslAnswer.NOT_POSTGRES, Speaks.MYSQL),
        (servers.greeting(servers.SMTP_GREETING), SslAnswer.NOT_POSTGRES, Speaks.SMTP),
        (servers.answering(servers.TLS_ALERT), SslAnswer.NOT_POSTGRES, Speaks.TLS),
        (servers.answering(b"Some gibberish"), SslAnswer.NOT_POSTGRES, Speaks.UNKNOWN),
        (servers.answering(b"S and more before the handshake"), SslAnswer.NOT_POSTGRES, Speaks.UNKNOWN),
    ],
)
def test_each_answer_to_sslrequest_is_told_apart(
    behave: servers.Behaviour, answer: SslAnswer, speaks: Speaks | None, look: Look
) -> None:
    with servers.serving(behave) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.speaks, seen.handshake, seen.chain) == (answer, speaks, None, None)


def test_a_banner_is_printed_without_its_control_characters(look: Look) -> None:
    with servers.serving(servers.greeting(b"\x1b[31mSSH\x07 boo\r\n")) as port:
        assert record(look(uri(port), tcp.PROBE, tls.PROBE)).banner == "SSH boo"


def test_an_error_in_answer_to_sslrequest_keeps_its_text(look: Look) -> None:
    refusal = wire.error_response({"S": "FATAL", "C": "53300", "M": "sorry, too many clients already"})
    with servers.serving(servers.answering(refusal)) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.error_message) == (SslAnswer.ERROR, "sorry, too many clients already")


@pytest.mark.parametrize(
    ("answer", "speaks"), [(servers.HTTP_ANSWER, Speaks.HTTP), (servers.REDIS_ANSWER, Speaks.REDIS)]
)
def test_what_waits_for_a_line_of_text_gets_one_after_the_silence(
    answer: bytes, speaks: Speaks, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls.connection, "SILENT_S", 0.2)
    with servers.serving(servers.answering_lines(answer)) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.speaks) == (SslAnswer.NOT_POSTGRES, speaks)


def test_a_silent_server_is_silent_and_waited_for_once(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls.connection, "SILENT_S", 0.4)
    monkeypatch.setattr(tls.connection, "NUDGE_S", 0.1)
    begin = time.monotonic()
    with servers.serving(servers.silent) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.failure) == (SslAnswer.SILENT, None)
    assert time.monotonic() - begin < HANGS_S


def test_a_healthy_server_is_looked_at_with_sni_and_without(
    look: Look, authority: Authority, trusting: Machine
) -> None:
    server = servers.Postgres(authority.issue(NAME).context())
    with servers.serving(server) as port:
        seen = record(look(uri(port, "&sslmode=verify-full"), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.handshake, seen.sni_sent, seen.handshake_without_sni) == (
        SslAnswer.YES,
        True,
        True,
        True,
    )
    assert (seen.version, seen.alpn, seen.same_certificate_without_sni) == ("TLSv1.3", "postgresql", True)
    assert (seen.verify_required, seen.trust, seen.name_matches, seen.verifies) == ("full", Trust.TRUSTED, True, True)
    assert seen.strict_refusal == ""
    assert seen.trust_store == str(trusting.postgres_folder and trusting.postgres_folder / "root.crt")
    assert (seen.system_trust, seen.issuer, seen.issuer_expected) == (Trust.UNKNOWN_ISSUER, "Let's Encrypt", None)
    assert seen.chain and len(seen.chain) == 2 and seen.expires_in_days and 59 < seen.expires_in_days <= 60


@pytest.mark.parametrize(
    ("fault", "trust", "name_matches"),
    [
        (CertificateFault.EXPIRED, Trust.EXPIRED, True),
        (CertificateFault.OTHER_NAME, Trust.TRUSTED, False),
        (CertificateFault.MISSING_INTERMEDIATE, Trust.MISSING_INTERMEDIATE, True),
        (CertificateFault.SELF_SIGNED, Trust.SELF_SIGNED, True),
    ],
)
def test_a_faulty_certificate_does_not_verify(
    fault: CertificateFault, trust: Trust, name_matches: bool, look: Look, authority: Authority, trusting: Machine
) -> None:
    with servers.serving(servers.Postgres(authority.issue(NAME, fault=fault).context())) as port:
        seen = record(look(uri(port, "&sslmode=verify-full"), tcp.PROBE, tls.PROBE))
    assert (seen.trust, seen.name_matches, seen.verifies) == (trust, name_matches, False)


@pytest.mark.parametrize(
    ("settings", "required"),
    [
        ("", "none"),
        ("&sslmode=require", "none"),
        ("&sslmode=verify-ca", "ca"),
        ("&sslmode=disable", "none"),
        ("&sslmode=verify-full", "full"),
    ],
)
def test_what_the_client_checks_follows_from_sslmode(
    settings: str, required: str, look: Look, authority: Authority
) -> None:
    with servers.serving(servers.Postgres(authority.issue(NAME).context())) as port:
        assert record(look(uri(port, settings), tcp.PROBE, tls.PROBE)).verify_required == required


@pytest.mark.parametrize("sslmode", ["prefer", "require"])
def test_a_root_file_in_the_home_folder_makes_every_sslmode_check_the_chain(
    sslmode: str, look: Look, authority: Authority, trusting: Machine
) -> None:
    with servers.serving(servers.Postgres(authority.issue("other.test").context())) as port:
        seen = record(look(uri(port, f"&sslmode={sslmode}"), tcp.PROBE, tls.PROBE))
    assert (seen.verify_required, seen.trust, seen.name_matches, seen.verifies) == ("ca", Trust.TRUSTED, False, True)


def test_verification_without_any_root_file_has_no_store(look: Look, authority: Authority) -> None:
    with servers.serving(servers.Postgres(authority.issue(NAME).context())) as port:
        seen = record(look(uri(port, "&sslmode=verify-full"), tcp.PROBE, tls.PROBE))
    assert (seen.trust, seen.verifies) == (Trust.NO_STORE, False)
    assert seen.verify_detail and seen.verify_detail.endswith("root.crt does not exist")


def test_sslrootcert_system_is_the_machines_own_store(
    look: Look, authority: Authority, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgwhy.network.trust_store._BUNDLES", (authority.root_file,))
    with servers.serving(servers.Postgres(authority.issue(NAME).context())) as port:
        seen = record(look(uri(port, "&sslmode=verify-full&sslrootcert=system"), tcp.PROBE, tls.PROBE))
    assert (seen.trust, seen.trust_store) == (Trust.TRUSTED, f"the system's store ({authority.root_file})")


def test_a_client_that_verifies_under_require_uses_the_machines_store_and_the_name(
    look: Look, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgwhy.network.trust_store._BUNDLES", (authority.root_file,))
    node = dataclasses.replace(LIBPQ_HERE, id="node-postgres", family="node", named=True, require_verifies=True)
    with servers.serving(servers.Postgres(authority.issue("other.test").context())) as port:
        seen = record(look(uri(port, "&sslmode=require"), tcp.PROBE, tls.PROBE, client=node))
    assert (seen.verify_required, seen.trust, seen.name_matches, seen.verifies) == ("full", Trust.TRUSTED, False, False)


def test_without_sni_another_certificate_is_noticed_and_judged_for_a_client_that_sends_none(
    look: Look, authority: Authority, trusting: Machine
) -> None:
    named, default = authority.issue(NAME).context(), authority.issue("default.test").context()

    def choose(tls_object: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name == NAME:
            tls_object.context = named

    default.sni_callback = choose
    with servers.serving(servers.tls_only(default)) as port:
        new = record(look(uri(port, "&sslmode=verify-full"), tcp.PROBE, tls.PROBE))
        old = record(look(uri(port, "&sslmode=verify-full"), tcp.PROBE, tls.PROBE, client=OLD))
    assert (new.same_certificate_without_sni, new.name_matches) == (False, True)
    assert (old.same_certificate_without_sni, old.name_matches) == (False, False)
    assert (new.alpn, old.alpn) == ("postgresql", "")


def test_an_ip_address_is_never_sent_as_sni_and_one_handshake_is_enough(look: Look, authority: Authority) -> None:
    server = servers.Postgres(authority.issue("127.0.0.1").context())
    with servers.serving(server) as port:
        seen = record(look(f"postgresql://a@127.0.0.1:{port}/d", tcp.PROBE, tls.PROBE))
    assert (seen.handshake, seen.sni_sent, seen.handshake_without_sni, seen.name_matches) == (True, False, True, True)


def test_a_server_that_refuses_handshakes_without_sni_says_so(look: Look, authority: Authority) -> None:
    context = servers.unknown_names_refused(authority.issue(NAME).context(), NAME)
    with servers.serving(servers.tls_only(context)) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.handshake, seen.handshake_without_sni, seen.alert_without_sni) == (True, False, "unrecognized_name")


def test_a_refused_name_is_an_alert_of_the_handshake_with_sni(look: Look, authority: Authority) -> None:
    context = servers.unknown_names_refused(authority.issue(NAME).context(), "another.test")
    with servers.serving(servers.tls_only(context)) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.handshake, seen.failure, seen.alert) == (False, Failure.TLS_ALERT, "unrecognized_name")


def test_a_stalled_handshake_times_out(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls.connection, "SILENT_S", 0.3)
    with servers.serving(servers.stalling_in_the_handshake) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.handshake, seen.failure) == (SslAnswer.YES, False, Failure.TIMED_OUT)


def test_a_handshake_that_stalls_is_tried_in_small_packets(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls.connection, "SILENT_S", 0.6)
    monkeypatch.setattr(tls, "STALLS_S", 0.2)
    with servers.serving(servers.stalling_in_the_handshake) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.handshake, seen.failure, seen.handshake_in_small_packets) == (False, Failure.TIMED_OUT, False)
    assert seen.handshake_without_sni is None


def test_a_handshake_in_small_packets_succeeds(authority: Authority) -> None:
    async def go_through(port: int) -> bool | None:
        place = tcp.Attempt("", "127.0.0.1", port, 0.1, None)
        return await small_packets.get_through(place, Hello(NAME), direct=False, network=Network(), limit_s=2.0)

    with servers.serving(servers.Postgres(authority.issue(NAME).context())) as port:
        assert asyncio.run(go_through(port)) is True
    with servers.serving(servers.answering(b"N")) as port:
        assert asyncio.run(go_through(port)) is None


def test_a_small_hello_is_tried_where_a_large_one_ends_the_connection(look: Look, authority: Authority) -> None:
    context = authority.issue(NAME).context()

    def behave(connection: socket.socket) -> None:
        """Reset a ClientHello of more than one segment."""
        with contextlib.suppress(EOFError):  # the probe of TCP leaves without a word
            agree_to_tls(connection)
        if int.from_bytes(connection.recv(5, socket.MSG_PEEK)[3:], "big") > 1400:
            reset(connection)
        else:
            with encrypt(connection, context) as encrypted:
                silent(encrypted)

    with servers.serving(behave) as port:
        seen = record(look(uri(port), tcp.PROBE, tls.PROBE))
    assert (seen.handshake, seen.failure, seen.handshake_with_small_hello) == (False, Failure.RESET, True)


def test_direct_tls_begins_without_sslrequest_and_with_alpn(look: Look, authority: Authority) -> None:
    server = servers.Postgres(authority.issue(NAME).context(), direct=True)
    with servers.serving(server) as port:
        seen = record(look(uri(port, "&sslmode=require&sslnegotiation=direct"), tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.direct, seen.handshake, seen.alpn) == (SslAnswer.NOT_ASKED, True, True, "postgresql")


def test_direct_tls_to_a_server_that_waits_for_sslrequest_fails(look: Look, authority: Authority) -> None:
    with servers.serving(servers.Postgres(authority.issue(NAME).context())) as port:
        seen = record(look(uri(port, "&sslmode=require&sslnegotiation=direct"), tcp.PROBE, tls.PROBE))
    assert (seen.direct, seen.handshake) == (True, False)
    assert seen.failure in (Failure.CLOSED, Failure.RESET)


def test_a_unix_socket_is_not_asked_for_tls(look: Look, tmp_path: Path) -> None:
    with servers.serving_on_path(servers.silent, tmp_path / ".s.PGSQL.5432"):
        seen = record(look(f"host={tmp_path} user=a", tcp.PROBE, tls.PROBE))
    assert (seen.ssl_answer, seen.handshake, seen.verifies) == (SslAnswer.NOT_ASKED, None, True)


def test_without_a_connection_nothing_is_known(look: Look) -> None:
    assert record(look(uri(servers.closed_port()), tcp.PROBE, tls.PROBE)) == Tls()
