"""Servers that ask for a password, keep every byte that comes, and can be had at several addresses under one port."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from pgwhy.lab.neon import scram
from pgwhy.network import wire
from pgwhy.secret import Secret
from tests.engine.password_taker import READY, exactly, read_startup
from tests.servers import Behaviour, accepting

METHODS = ("clear-text", "md5", "scram")


@dataclass
class Recorder:
    """One server. `method` is what it asks by; it lets in whoever proves `password`, in clear text and md5 everybody.

    Where it has a context it offers TLS. Nothing is forgotten: `messages` holds each password message with whether it
    came over TLS.
    """

    method: str
    context: ssl.SSLContext | None = None
    password: str = ""
    lets_in: bool = True
    messages: list[tuple[bytes, bool]] = field(default_factory=list)
    exchanges: int = 0
    """How often a question for a password was answered."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack, contextlib.suppress(ConnectionError, OSError, AssertionError):
            startup = read_startup(connection)
            encrypted = False
            if startup.code == wire.SSL_REQUEST_CODE:
                connection.sendall(b"S" if self.context else b"N")
                if self.context:
                    connection = stack.enter_context(self.context.wrap_socket(connection, server_side=True))
                    encrypted = True
                startup = read_startup(connection)
            self._ask(connection, encrypted)

    def sent(self, password: str) -> list[bool]:
        """For each password message that has this password in it, as it is: whether it came over TLS."""
        return [encrypted for body, encrypted in self.messages if password.encode() in body]

    def _ask(self, connection: socket.socket, encrypted: bool) -> None:
        if self.method == "scram":
            accepted = self._scram(connection, encrypted)
        else:
            md5 = self.method == "md5"
            code = wire.Auth.MD5_PASSWORD if md5 else wire.Auth.CLEARTEXT_PASSWORD
            connection.sendall(wire.authentication(code, b"salt" if md5 else b""))
            self._take(connection, encrypted, first=True)
            accepted = True
        if not (accepted and self.lets_in):
            connection.sendall(wire.error_response({"S": "FATAL", "V": "FATAL", "C": "28P01", "M": "nein"}))
            return
        ready = wire.message(b"K", struct.pack("!ii", 4242, 1)) + READY
        connection.sendall(wire.authentication(wire.Auth.OK) + ready)

    def _scram(self, connection: socket.socket, encrypted: bool) -> bool:
        exchange = scram.ServerExchange(scram.Verifier.of(Secret(self.password)), None)
        connection.sendall(wire.authentication(wire.Auth.SASL, scram.MECHANISM.encode() + b"\0\0"))
        body = self._take(connection, encrypted, first=True)
        name, _, rest = body.partition(b"\0")
        first = exchange.first(name.decode(), rest[4:])
        connection.sendall(wire.authentication(wire.Auth.SASL_CONTINUE, first))
        try:
            final = exchange.final(self._take(connection, encrypted))
        except scram.BadPassword:
            return False
        connection.sendall(wire.authentication(wire.Auth.SASL_FINAL, final))
        return True

    def _take(self, connection: socket.socket, encrypted: bool, *, first: bool = False) -> bytes:
        kind, length = wire.split_header(exactly(connection, 5))
        assert kind == b"p"
        body = exactly(connection, length)
        with self._lock:
            self.messages.append((body, encrypted))
            self.exchanges += first
        return body


@contextlib.contextmanager
def at(behaviours: dict[str, Behaviour]) -> Iterator[int]:
    """These servers, each at its own address, all of them under one port, which is given."""
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            listeners = [socket.create_server((next(iter(behaviours)), 0))]
            port = listeners[0].getsockname()[1]
            try:
                listeners += [socket.create_server((address, port)) for address in list(behaviours)[1:]]
            except OSError:
                for listener in listeners:
                    listener.close()
                continue
            for listener, behave in zip(listeners, behaviours.values(), strict=True):
                stack.enter_context(listener)
                stack.enter_context(accepting(listener, behave))
            yield port
            return
        raise AssertionError(f"no port is free at all of {', '.join(behaviours)}")
