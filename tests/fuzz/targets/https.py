"""What answers on the provider's port 443: the head of an HTTP answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import cast

from hypothesis import strategies as st

from pgwhy.network import https, tls
from pgwhy.network.stream import Broken
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import Broken as BrokenInvariant
from tests.fuzz.places import Peer, done


def attempt(raw: bytes) -> None:
    peer = Peer(raw, 100)
    with suppress(Broken):
        https._read(done(https._head(cast(tls.TlsStream, peer), 1.0)))
    if peer.given > https.MAX_HEAD_BYTES:
        raise BrokenInvariant(f"{peer.given} bytes are read")


def seeds() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nNeon-Request-Id: 5f0c8a1e\r\n\r\n{}"
    yield b"HTTP/1.1 302 Found\r\nLocation: https://portal.example/\r\n\r\n"


def inputs() -> st.SearchStrategy[bytes]:
    return damaged(seeds()) | joined(["HTTP/1.", "1 ", "200", " OK", "\r\n", ": ", "Server", "²³¹ "])
