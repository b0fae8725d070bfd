"""A server that asks for a password and notes what comes, and one that lets everybody in and then misbehaves."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field

from pgwhy.network import wire
from tests.servers import Behaviour

READY = wire.message(b"Z", b"I")


@dataclass
class PasswordTaker:
    """Asks by `method`, reads one answer and refuses it with `refusal`. Offers TLS where it has a context."""

    method: wire.Auth
    context: ssl.SSLContext | None = None
    refusal: str = "Passwort-Authentifizierung fehlgeschlagen"
    """Not English on purpose: nobody may count by words."""
    answers: list[bytes] = field(default_factory=list)
    """The password messages that came, as they were sent."""
    asked: int = 0
    at_once: int = 0
    """The most password exchanges that were in flight at one time."""
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket) -> None:
        startup = read_startup(connection)
        with contextlib.ExitStack() as stack:
            if startup.code == wire.SSL_REQUEST_CODE:
                connection.sendall(b"S" if self.context else b"N")
                if self.context:
                    connection = stack.enter_context(self.context.wrap_socket(connection, server_side=True))
                read_startup(connection)
            salt = b"salt" if self.method is wire.Auth.MD5_PASSWORD else b""
            self.asked += 1
            connection.sendall(wire.authentication(self.method, salt))
            self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        kind, length = wire.split_header(exactly(connection, 5))
        with self._lock:
            self._open += 1
            self.at_once = max(self.at_once, self._open)
        assert kind == b"p"
        self.answers.append(exactly(connection, length))
        with self._lock:
            self._open -= 1
        connection.sendall(wire.error_response({"S": "FATAL", "V": "FATAL", "C": "28P01", "M": self.refusal}))


def letting_in(then: Behaviour) -> Behaviour:
    """No TLS, no password, a backend of its own, and then what a test wants."""

    def behave(connection: socket.socket) -> None:
        if read_startup(connection).code == wire.SSL_REQUEST_CODE:
            connection.sendall(b"N")
            read_startup(connection)
        connection.sendall(wire.authentication(wire.Auth.OK) + wire.message(b"K", struct.pack("!ii", 4242, 1)) + READY)
        then(connection)

    return behave


def answering(*messages: bytes) -> Behaviour:
    """Say this to everything."""

    def behave(connection: socket.socket) -> None:
        while connection.recv(4096):
            connection.sendall(b"".join(messages))

    return behave


def row(*values: bytes) -> bytes:
    """A table of one row, all of it text."""
    fields = b"".join(b"x\0" + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0) for _ in values)
    data = b"".join(struct.pack("!i", len(value)) + value for value in values)
    count = struct.pack("!h", len(values))
    return wire.message(b"T", count + fields) + wire.message(b"D", count + data) + wire.message(b"C", b"SELECT 1\0")


def read_startup(connection: socket.socket) -> wire.Startup:
    (length,) = struct.unpack("!i", exactly(connection, 4))
    return wire.read_startup(exactly(connection, length - 4))


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("the client ended")
        data += more
    return data
