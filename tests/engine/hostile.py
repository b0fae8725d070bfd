"""Servers that want to keep a client: its time, its memory, or its password messages."""

from __future__ import annotations

import base64
import contextlib
import itertools
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from pgwhy.network import wire
from tests.engine.password_taker import exactly, read_startup
from tests.servers import Behaviour, silent

CHUNK = 1 << 16
_WELCOME = wire.authentication(wire.Auth.OK) + wire.message(b"K", struct.pack("!ii", 4242, 1))
_MD5 = wire.authentication(wire.Auth.MD5_PASSWORD, b"salt")


@dataclass
class Asking:
    """Asks for md5 passwords for ever, `at_once` requests in each packet, and keeps what comes."""

    at_once: int = 1
    context: ssl.SSLContext | None = None
    answers: list[bytes] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            connection = greeted(connection, self.context, stack)
            while True:
                connection.sendall(_MD5 * self.at_once)
                for _ in range(self.at_once):
                    kind, length = wire.split_header(exactly(connection, 5))
                    body = exactly(connection, length)
                    assert kind == b"p"
                    with self._lock:
                        self.answers.append(body)


@dataclass
class Scram:
    """Offers SCRAM with `iterations` as they are written in the server's first message; `then` follows the proof, or
    nothing at all."""

    iterations: str
    then: bytes = b""
    context: ssl.SSLContext | None = None
    begun: int = 0
    proofs: list[bytes] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            connection = greeted(connection, self.context, stack)
            connection.sendall(wire.authentication_sasl(("SCRAM-SHA-256",)))
            _, length = wire.split_header(exactly(connection, 5))
            _, first = wire.read_sasl_initial(exactly(connection, length))
            self.begun += 1
            nonce = first.decode().partition("r=")[2] + "server"
            salt = base64.b64encode(bytes(16)).decode()
            text = f"r={nonce},s={salt},i={self.iterations}"
            connection.sendall(wire.authentication(wire.Auth.SASL_CONTINUE, text.encode()))
            _, length = wire.split_header(exactly(connection, 5))
            self.proofs.append(exactly(connection, length))
            if not self.then:
                silent(connection)
            connection.sendall(self.then)


SIGNED_BADLY = wire.authentication(
    wire.Auth.SASL_FINAL, b"v=" + base64.b64encode(b"not what the password gives 32b!")
) + wire.authentication(wire.Auth.OK)


def flooding(*messages: bytes, welcome: bool = True, context: ssl.SSLContext | None = None) -> Behaviour:
    """These messages without an end, after the password is through, or (`welcome` false) instead of asking for it."""

    def behave(connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            connection = greeted(connection, context, stack)
            if welcome:
                connection.sendall(_WELCOME)
            once = b"".join(messages)
            chunk = once * max(1, CHUNK // len(once))
            while True:
                connection.sendall(chunk)

    return behave


def parameters_for_ever(connection: socket.socket) -> None:
    """A ParameterStatus with another name each time: libpq keeps all of them."""
    with contextlib.ExitStack() as stack:
        connection = greeted(connection, None, stack)
        connection.sendall(_WELCOME)
        for number in itertools.count():
            connection.sendall(wire.message(b"S", b"p%d\0" % number + b"x" * 30_000 + b"\0"))


def huge(kind: bytes, size: int = 0x7FFF0000) -> Behaviour:
    """One message of such a size, sent as fast as it is taken."""

    def behave(connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            connection = greeted(connection, None, stack)
            connection.sendall(_WELCOME + kind + struct.pack("!i", size))
            while True:
                connection.sendall(b"x" * CHUNK)

    return behave


def one_byte_a_second(connection: socket.socket) -> None:
    """A notice that gets longer and longer."""
    waiting = threading.Event()
    connection.sendall(b"N")
    for byte in itertools.chain(b"N\0\0\x0f\xff", itertools.repeat(120)):
        connection.sendall(bytes([byte]))
        waiting.wait(1.0)


NOTICE = wire.message(b"N", b"SNOTICE\0VNOTICE\0C00000\0Mwait for it\0\0")
NOTIFICATION = wire.message(b"A", struct.pack("!i", 1) + b"channel\0" + b"x" * 200 + b"\0")
PARAMETER = wire.message(b"S", b"application_name\0x\0")


def floods() -> Iterator[tuple[str, Behaviour]]:
    """Every flood by its name, the worst first."""
    yield "notifications", flooding(NOTIFICATION)
    yield "parameters with new names", parameters_for_ever
    yield "md5 in one packet", Asking(at_once=20)
    yield "a huge row", huge(b"D")
    yield "notices instead of a question", flooding(NOTICE, welcome=False)
    yield "one byte a second", one_byte_a_second
    yield "notices", flooding(NOTICE)
    yield "parameters", flooding(PARAMETER)
    yield "md5 one by one", Asking()
    yield "a huge error", huge(b"E")
    yield "a huge parameter", huge(b"S")
    yield "all of them", flooding(NOTICE, NOTIFICATION, PARAMETER)
    yield "iterations without an end", Scram(str(2**31 - 1))


def greeted(
    connection: socket.socket, context: ssl.SSLContext | None, stack: contextlib.ExitStack
) -> socket.socket | ssl.SSLSocket:
    """The connection after the start-up message, over TLS where there is a context."""
    startup = read_startup(connection)
    if startup.code == wire.SSL_REQUEST_CODE:
        connection.sendall(b"S" if context else b"N")
        if context:
            connection = stack.enter_context(context.wrap_socket(connection, server_side=True))
        read_startup(connection)
    return connection
