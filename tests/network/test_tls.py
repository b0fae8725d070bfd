"""Handshakes: what was agreed on, and how each failure is told."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pgwhy.failure import Failure
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.network import postgres, stream, tls
from pgwhy.network.stream import Broken
from pgwhy.network.tls import HandshakeBroken, Hello, TlsStream
from tests import servers

NAME = "db.test"
NAMED = Hello(NAME)
Use = Callable[[TlsStream], Awaitable[object]]


async def only_the_handshake(channel: TlsStream) -> None:
    return None


def shake(port: int, hello: Hello = NAMED, use: Use = only_the_handshake, limit_s: float = 5) -> TlsStream:
    """SSLRequest, the handshake, and what `use` does with it."""

    async def main() -> TlsStream:
        await tls.pyopenssl.ready()
        plain = await stream.connect("127.0.0.1", port, 5)
        try:
            assert await postgres.ask_for_tls(plain, 5) == b"S"
            channel = await tls.handshake(plain, hello, limit_s)
            await use(channel)
            return channel
        finally:
            plain.abort()

    return asyncio.run(main())


@pytest.fixture
def context(authority: Authority) -> ssl.SSLContext:
    return authority.issue(NAME).context()


def test_what_was_agreed_on_is_told(context: ssl.SSLContext, authority: Authority) -> None:
    with servers.serving(servers.tls_only(context)) as port:
        session = shake(port, Hello(NAME, alpn=b"postgresql")).session
    assert (session.version, session.alpn, session.client_certificate_requested) == ("TLSv1.3", "postgresql", False)
    assert session.cipher.startswith("TLS_")
    assert len(session.chain) == 2
    assert session.chain[0] == authority.issue(NAME).certificate.public_bytes(Encoding.DER)


def test_nothing_is_verified(authority: Authority) -> None:
    context = authority.issue(NAME, fault=CertificateFault.SELF_SIGNED).context()
    with servers.serving(servers.tls_only(context)) as port:
        assert len(shake(port).session.chain) == 1


def test_the_server_name_is_sent_or_not(context: ssl.SSLContext) -> None:
    server = servers.Postgres(context, say=lambda startup, name: b"!")

    async def use(channel: TlsStream) -> None:
        await channel.send(b"\x00\x00\x00\x09\x00\x03\x00\x00\x00", 5)
        await channel.receive(1, 5)

    with servers.serving(server) as port:
        shake(port, Hello(NAME + "."), use)
        shake(port, Hello(), use)
    assert [name for _, name in server.startups] == [NAME + ".", None]  # as written, as libpq sends it


def test_what_goes_through_comes_out(context: ssl.SSLContext) -> None:
    def echo(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as wrapped:
            while data := wrapped.recv(65536):
                wrapped.sendall(data)

    sent = bytes(range(256)) * 400
    got: list[bytes] = []

    async def use(channel: TlsStream) -> None:
        await channel.send(sent, 5)
        got.append(await stream.read_exactly(channel, len(sent), 5))

    with servers.serving(echo) as port:
        shake(port, use=use)
    assert got == [sent]


def test_the_end_of_a_connection_reads_as_nothing(context: ssl.SSLContext) -> None:
    def close(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(1)

    got: list[bytes] = []

    async def use(channel: TlsStream) -> None:
        await channel.send(b"x", 5)
        got.append(await channel.receive(1, 5))

    with servers.serving(close) as port:
        shake(port, use=use)
    assert got == [b""]


def test_a_server_of_tls_1_1_alone_ends_with_protocol_version(authority: Authority) -> None:
    context = authority.issue(NAME).context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with servers.serving(servers.tls_only(context)) as port, pytest.raises(HandshakeBroken) as broken:
        shake(port)
    assert (broken.value.failure, broken.value.alert) == (Failure.TLS_ALERT, "protocol_version")


def test_the_clients_own_limit_on_versions_is_kept(context: ssl.SSLContext) -> None:
    with servers.serving(servers.tls_only(context)) as port:
        assert shake(port, Hello(NAME, max_version="tlsv1.2")).session.version == "TLSv1.2"


def test_an_unknown_name_ends_with_its_alert(context: ssl.SSLContext) -> None:
    servers.unknown_names_refused(context, "another.test")
    with servers.serving(servers.tls_only(context)) as port, pytest.raises(HandshakeBroken) as broken:
        shake(port)
    assert (broken.value.failure, broken.value.alert) == (Failure.TLS_ALERT, "unrecognized_name")
    assert "unrecognized name" in broken.value.detail


def test_a_demanded_client_certificate_is_noticed_and_its_refusal_comes_with_the_first_read(
    authority: Authority,
) -> None:
    context = demanding(authority)
    failed: list[Broken] = []

    async def use(channel: TlsStream) -> None:
        with pytest.raises(Broken) as broken:
            await channel.receive(1, 5)
        failed.append(broken.value)

    with servers.serving(servers.tls_only(context)) as port:
        session = shake(port, use=use).session
    assert session.client_certificate_requested
    assert (failed[0].failure, failed[0].alert) == (Failure.TLS_ALERT, "certificate_required")


def test_before_tls_1_3_the_handshake_itself_is_refused_without_a_client_certificate(authority: Authority) -> None:
    context = demanding(authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with servers.serving(servers.tls_only(context)) as port, pytest.raises(HandshakeBroken) as broken:
        shake(port)
    assert (broken.value.failure, broken.value.alert) == (Failure.TLS_ALERT, "handshake_failure")
    assert broken.value.session.client_certificate_requested
    assert len(broken.value.session.chain) == 2


@pytest.mark.parametrize(
    ("behave", "failure"),
    [
        (servers.stalling_in_the_handshake, Failure.TIMED_OUT),
        (servers.answering_in_the_handshake(b""), Failure.CLOSED),
        (servers.answering_in_the_handshake(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Failure.PROTOCOL),
        (servers.answering_in_the_handshake(b"\x00" * 4000), Failure.PROTOCOL),
    ],
)
def test_what_is_no_handshake_has_its_failure(behave: servers.Behaviour, failure: Failure) -> None:
    with servers.serving(behave) as port, pytest.raises(HandshakeBroken) as broken:
        shake(port, limit_s=0.5)
    assert broken.value.failure is failure


def demanding(authority: Authority) -> ssl.SSLContext:
    context = authority.issue(NAME).context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.root_file)
    return context
