"""What a server sends in a TLS handshake."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import cast

from hypothesis import strategies as st
from OpenSSL import SSL

from pgwhy.network import tls
from pgwhy.network.stream import Stream
from tests.fuzz.damage import damaged
from tests.fuzz.invariants import Broken, plain
from tests.fuzz.places import Peer, done
from tests.fuzz.targets import certificates

HELLO = tls.Hello(server_name="db.example.com", alpn=b"postgresql")


def attempt(raw: bytes) -> None:
    peer = Peer(raw, 1000)
    try:
        done(tls.handshake(cast(Stream, peer), HELLO, 1.0))
    except tls.HandshakeBroken as broken:
        plain(broken.detail)
        plain(broken.alert)
        certificates.judged(broken.session.chain)
    if peer.given > tls.MAX_HANDSHAKE_BYTES + tls._RECORD_BYTES:
        raise Broken(f"{peer.given} bytes are read")


def seeds() -> Iterator[bytes]:
    yield _flight(SSL.TLS1_2_VERSION)
    yield _flight(SSL.TLS1_3_VERSION)
    yield b"\x15\x03\x03\x00\x02\x02\x70"
    yield b"HTTP/1.1 400 Bad Request\r\n\r\n"


def inputs() -> st.SearchStrategy[bytes]:
    records = st.builds(
        lambda kind, body: bytes([kind]) + b"\x03\x03" + len(body).to_bytes(2, "big") + body,
        st.integers(20, 24),
        st.binary(max_size=200),
    )
    return damaged(seeds()) | st.lists(records, max_size=4).map(b"".join) | st.binary(max_size=200)


@cache
def _flight(version: int) -> bytes:
    """What a server answers to our hello, up to where it waits for us."""
    asked: list[bytes] = []

    class Asking(Peer):
        async def send(self, data: bytes, limit_s: float) -> None:
            asked.append(data)

    with suppress(tls.HandshakeBroken):
        done(tls.handshake(cast(Stream, Asking(b"")), HELLO, 1.0))
    key, certificate = certificates.made("db.example.com")
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_max_proto_version(version)
    context.use_privatekey(key)
    context.use_certificate(certificate)
    server = SSL.Connection(context, None)
    server.set_accept_state()
    server.bio_write(b"".join(asked))
    with suppress(SSL.WantReadError):
        server.do_handshake()
    return server.bio_read(1 << 16)
