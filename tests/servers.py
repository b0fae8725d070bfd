"""Servers on loopback that fail on purpose. Each is a context manager and takes an ephemeral port.

A server is a function of one accepted socket; it runs in a thread of its own for each connection.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from pgwhy.network import wire

Behaviour = Callable[[socket.socket], None]
LOOPBACK = "127.0.0.1"
PATIENCE_S = 30.0
"""Longer than any test: a server that waits is ended by its test."""


@contextmanager
def serving(behave: Behaviour, address: str = LOOPBACK) -> Iterator[int]:
    """Accept connections and let `behave` have each; gives the port. All sockets are closed at the end."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        port = listener.getsockname()[1]
        with accepting(listener, behave):
            yield port


@contextmanager
def serving_on_path(behave: Behaviour, path: Path) -> Iterator[Path]:
    """The same on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with accepting(listener, behave):
            yield path


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port that neither takes nor refuses: its queue is full, so the kernel drops what comes (a black hole)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


# What a connection meets


def silent(connection: socket.socket) -> None:
    """Take everything and say nothing."""
    connection.settimeout(PATIENCE_S)
    while connection.recv(4096):
        pass


def closing(connection: socket.socket) -> None:
    """Read the first bytes and end in an orderly way."""
    connection.recv(4096)


def resetting(connection: socket.socket) -> None:
    """Read the first bytes and tear the connection down."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def greeting(banner: bytes) -> Behaviour:
    """Speak first, as SSH, MySQL and SMTP do."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(banner)
        silent(connection)

    return behave


def answering(answer: bytes) -> Behaviour:
    """Read the first bytes and say this, whatever they were."""

    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(answer)
        silent(connection)

    return behave


def answering_lines(answer: bytes) -> Behaviour:
    """Wait for a line break and say this, as HTTP servers and Redis do."""

    def behave(connection: socket.socket) -> None:
        data = b""
        while b"\r\n" not in data:
            more = connection.recv(4096)
            if not more:
                return
            data += more
        connection.sendall(answer)

    return behave


MYSQL_GREETING = b"\x4a\x00\x00\x00\x0a8.0.36\x00" + bytes(66)
SSH_GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
SMTP_GREETING = b"220 mail.example.net ESMTP\r\n"
HTTP_ANSWER = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
REDIS_ANSWER = b"-ERR unknown command 'GET'\r\n"
TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x0a"


@dataclass
class Postgres:
    """As much of a Postgres as can be met before a password. `say` answers each start-up message.

    `say` gets the start-up message and the server name of the TLS handshake (`None` without SNI, `""` without TLS) and
    gives the bytes to answer with; `None` says nothing.
    """

    context: ssl.SSLContext | None = None
    """`None`: SSLRequest is answered with N."""
    say: Callable[[wire.Startup, str | None], bytes | None] = lambda startup, name: None
    direct: bool = False
    """TLS from the first byte on."""
    startups: list[tuple[wire.Startup, str | None]] = field(default_factory=list)
    """What came, in order, with the server name."""

    def __post_init__(self) -> None:
        self._names: dict[object, str | None] = {}
        if self.context is not None:
            self.context.sni_callback = lambda tls, name, _: self._names.__setitem__(tls, name)

    def __call__(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            self._converse(connection, stack)

    def _converse(self, connection: socket.socket, stack: contextlib.ExitStack) -> None:
        name: str | None = ""
        if self.direct:
            connection, name = self._encrypted(connection, stack)
        startup = _read_startup(connection)
        if startup.code == wire.SSL_REQUEST_CODE:
            connection.sendall(b"S" if self.context else b"N")
            if self.context:
                connection, name = self._encrypted(connection, stack)
            startup = _read_startup(connection)
        self.startups.append((startup, name))
        answer = self.say(startup, name)
        if answer is not None:
            connection.sendall(answer)
        silent(connection)

    def _encrypted(self, connection: socket.socket, stack: contextlib.ExitStack) -> tuple[ssl.SSLSocket, str | None]:
        assert self.context
        wrapped = stack.enter_context(self.context.wrap_socket(connection, server_side=True))
        return wrapped, self._names.pop(wrapped, None)


def stalling_in_the_handshake(connection: socket.socket) -> None:
    """S, and then nothing more."""
    connection.recv(8)
    connection.sendall(b"S")
    silent(connection)


def answering_in_the_handshake(answer: bytes) -> Behaviour:
    """S, then this in place of a ServerHello, then the end."""

    def behave(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        connection.recv(4096)
        connection.sendall(answer)

    return behave


def unknown_names_refused(context: ssl.SSLContext, known: str) -> ssl.SSLContext:
    """The context, refusing every server name but one (and none at all) with `unrecognized_name`."""

    def choose(_tls: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        return None if name == known else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = choose
    return context


def tls_only(context: ssl.SSLContext) -> Behaviour:
    """S, the handshake as the context has it, and then silence. Does not touch its `sni_callback`."""

    def behave(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        with context.wrap_socket(connection, server_side=True) as wrapped:
            silent(wrapped)

    return behave


def https(context: ssl.SSLContext, answer: Callable[[str], bytes]) -> Behaviour:
    """A web server: `answer` gets the head of the request."""

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            head = b""
            while b"\r\n\r\n" not in head:
                more = wrapped.recv(4096)
                if not more:
                    return
                head += more
            wrapped.sendall(answer(head.decode()))

    return behave


# DNS

PORT_TRIES = 50


def _on_one_port() -> tuple[socket.socket, socket.socket]:
    """A listener and a socket for packets with the same port: one that is free for both, which the first may not be."""
    for tries_left in reversed(range(PORT_TRIES)):
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.create_server((LOOPBACK, 0)))
            packets = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                packets.bind(listener.getsockname())
            except OSError:
                if not tries_left:
                    raise
                continue
            stack.pop_all()
            return listener, packets
    raise AssertionError("the last try returns or raises")


@dataclass
class NameServer:
    """A name server by a table: `(name, record)` → addresses, an rcode by name, `b"..."` as it is, None: silence, or
    what makes the answer's bytes of the query.

    A name that is not in the table does not exist. Aliases are followed in `aliases`.
    """

    table: Mapping[tuple[str, str], tuple[str, ...] | str | bytes | Callable[[dns.message.Message], bytes] | None]
    aliases: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    """Answers over UDP are cut off."""
    tcp_answers: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[int]:
        """Serve on UDP and TCP; gives the port."""
        listener, packets = _on_one_port()
        port = listener.getsockname()[1]
        with listener, packets, accepting(listener, self._over_tcp):
            thread = threading.Thread(target=self._over_udp, args=(packets,), daemon=True)
            thread.start()
            yield port
            with contextlib.suppress(OSError):
                packets.shutdown(socket.SHUT_RDWR)

    def _over_udp(self, packets: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                data, sender = packets.recvfrom(4096)
                if not data:
                    return
                answer = self._answer(data, cut=self.cut)
                if answer is not None:
                    packets.sendto(answer, sender)

    def _over_tcp(self, connection: socket.socket) -> None:
        if not self.tcp_answers:
            return silent(connection)
        (length,) = struct.unpack("!H", connection.recv(2))
        answer = self._answer(connection.recv(length), cut=False)
        if answer is not None:
            connection.sendall(struct.pack("!H", len(answer)) + answer)
        return None

    def _answer(self, data: bytes, *, cut: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        name, record = query.question[0].name, dns.rdatatype.to_text(query.question[0].rdtype)
        text = name.to_text(omit_final_dot=True)
        self.asked.append((text, record))
        reply = dns.message.make_response(query)
        while text in self.aliases:
            reply.answer.append(dns.rrset.from_text(text + ".", 60, "IN", "CNAME", self.aliases[text] + "."))
            text = self.aliases[text]
        known = self.table.get((text, record), () if any(n == text for n, _ in self.table) else "NXDOMAIN")
        if known is None or isinstance(known, bytes):
            return known
        if callable(known):
            return known(query)
        if isinstance(known, str):
            reply.set_rcode(dns.rcode.from_text(known))
        elif cut:
            reply.flags |= dns.flags.TC
        elif known:
            reply.answer.append(dns.rrset.from_text(text + ".", 60, "IN", record, *known))
        return reply.to_wire()


def _read_startup(connection: socket.socket) -> wire.Startup:
    (length,) = struct.unpack("!i", _exactly(connection, 4))
    if length > wire.MAX_STARTUP_BYTES:
        raise wire.WireError("invalid length of startup packet")  # Postgres closes without a word
    return wire.read_startup(_exactly(connection, length - 4))


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("the client ended")
        data += more
    return data


@contextmanager
def accepting(listener: socket.socket, behave: Behaviour) -> Iterator[None]:
    """Let `behave` have each connection to a socket that listens already."""
    connections: list[socket.socket] = []

    def converse(connection: socket.socket) -> None:
        # A client that goes away is what these servers are for.
        with contextlib.suppress(OSError, wire.WireError, struct.error), connection:
            behave(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threading.Thread(target=converse, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(1)
