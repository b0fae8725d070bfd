"""What a server sends before a session, read as messages of the protocol; and what a client of the lab sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import cast

from hypothesis import strategies as st

from pgwhy.error_text import Origin, clean
from pgwhy.network import Network, wire
from pgwhy.network.postgres import ask_for_tls
from pgwhy.network.stream import Broken
from pgwhy.probes.startup import first_answer
from pgwhy.probes.tls import banner
from tests.fuzz.damage import damaged
from tests.fuzz.invariants import Broken as BrokenInvariant
from tests.fuzz.invariants import plain
from tests.fuzz.places import Peer, done

MOST = first_answer.MAX_NOTICES * (5 + wire.MAX_MESSAGE_BYTES)


def attempt(raw: bytes) -> None:
    for piece in (1 << 16, 3):
        peer = Peer(raw, piece)
        heard = done(first_answer.first_answer(peer, {"user": "alex"}, cast(Network, _NETWORK)))
        if peer.given > MOST:
            raise BrokenInvariant(f"{peer.given} bytes are read")
        for text in heard.fields.values():
            plain(text)
            plain(clean(text, Origin.OBSERVED).message or "")
        plain(", ".join(map(banner.printable, (name.encode() for name in heard.mechanisms))))
    with suppress(Broken):
        said = done(ask_for_tls(Peer(raw), 1.0))
        banner.recognise(said)
        plain(banner.printable(said))
    for read in (wire.read_startup, wire.read_authentication, wire.read_sasl_initial):
        with suppress(wire.WireError):
            read(raw)


def seeds() -> Iterator[bytes]:
    fields = {"S": "FATAL", "V": "FATAL", "C": "28P01", "M": 'password authentication failed for user "alex"'}
    yield wire.error_response(fields)
    yield b"E" + b"could not fork new process for connection: Resource temporarily unavailable\n\0"
    yield wire.authentication_sasl(("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"))
    yield wire.authentication(wire.Auth.MD5_PASSWORD, b"salt")
    yield wire.message(b"N", wire.error_response(fields)[5:]) + wire.authentication(wire.Auth.CLEARTEXT_PASSWORD)
    yield wire.negotiate_protocol_version(0, ("_pq_.x",)) + wire.authentication(wire.Auth.OK)
    yield wire.startup_message({"user": "alex", "database": "neondb", "options": "endpoint=ep-x-1"})[4:]
    yield wire.sasl_initial("SCRAM-SHA-256", b"n,,n=,r=nonce")[5:]
    yield b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"
    yield b"J\0\0\0\x0a5.7.1\0" + bytes(60)
    yield b"\x15\x03\x01\x00\x02\x02\x28"


def inputs() -> st.SearchStrategy[bytes]:
    field = st.builds(lambda code, text: code + text.replace(b"\0", b"") + b"\0", st.binary(max_size=1), st.binary())
    body = st.lists(field, max_size=6).map(b"".join) | st.binary(max_size=80)
    message = st.builds(wire.message, st.sampled_from([b"E", b"R", b"N", b"v", b"S", b"\x1b"]), body)
    return damaged(seeds()) | st.lists(message, max_size=12).map(b"".join) | st.binary(max_size=300)


_NETWORK = SimpleNamespace(allowance=lambda limit_s: limit_s)
