"""Listening sockets that give each connection to one function: what the lab's misbehaving servers stand on.

Blocking sockets in threads and no streams, because most of these servers misbehave below what a stream can express.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType

from pgwhy.network.wire import WireError


@dataclass(frozen=True)
class Address:
    """Where a server on this machine listens."""

    host: str
    """Or the folder of its Unix socket."""
    port: int


Behaviour = Callable[[socket.socket], None]
"""Serves one connection, in a thread of its own; the connection is closed when this returns. A client that goes away
(`OSError`, `EOFError`), or whose bytes are no Postgres message (`WireError`), ends it as well."""

LOOPBACK = ("127.0.0.1", "::1")
_PORT_TRIES = 5
_PATIENCE_S = 5.0


class Door:
    """A context manager. Port 0: an ephemeral one, the same for all `hosts`; once it is entered `port` says which.

    A host of a family that this machine has no address of is left out, but for the first one.
    """

    def __init__(self, behave: Behaviour, hosts: Iterable[str] = LOOPBACK, port: int = 0) -> None:
        self.hosts = tuple(hosts)
        self.port = port
        self._behave = behave
        self._parts = contextlib.ExitStack()
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()

    def __enter__(self) -> Door:
        with contextlib.ExitStack() as parts:
            listeners = [parts.enter_context(listener) for listener in listen(self.hosts, self.port)]
            self.port = int(listeners[0].getsockname()[1])
            parts.callback(self._hang_up)
            parts.enter_context(watching(listeners, self._accept))
            self._parts = parts.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._parts.close()

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # the client has gone again
        connection.setblocking(True)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        thread = threading.Thread(target=self._serve, args=(connection,), name="pgwhy-lab", daemon=True)
        self._threads = {thread, *(t for t in self._threads if t.is_alive())}
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # A second descriptor to hang up with: TLS takes the first one over.
        with connection.dup() as handle:
            self._open.add(handle)
            with contextlib.suppress(OSError, EOFError, WireError), connection:
                self._behave(connection)
            self._open.discard(handle)

    def _hang_up(self) -> None:
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE_S)


def listen(hosts: Iterable[str], port: int = 0, backlog: int = 128) -> list[socket.socket]:
    """Non-blocking listeners on one port of all hosts. Raises `OSError`."""
    for tries_left in reversed(range(1 if port else _PORT_TRIES)):
        try:
            return _listen(hosts, port, backlog)
        except OSError as error:
            # The ephemeral port of the first host may be taken at the next.
            if error.errno != errno.EADDRINUSE or not tries_left:
                raise
    raise AssertionError("the last try returns or raises")


@contextlib.contextmanager
def watching(sockets: Iterable[socket.socket], ready: Behaviour) -> Iterator[None]:
    """Call `ready` with each of the sockets that has something to read, in a thread of its own, until the end."""
    end, ended = socket.socketpair()
    with end, ended, selectors.DefaultSelector() as selector:
        selector.register(ended, selectors.EVENT_READ)
        for each in sockets:
            selector.register(each, selectors.EVENT_READ)

        def watch() -> None:
            while True:
                for key, _ in selector.select():
                    if key.fileobj is ended:
                        return
                    assert isinstance(key.fileobj, socket.socket)
                    ready(key.fileobj)

        thread = threading.Thread(target=watch, name="pgwhy-lab", daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.close()
            thread.join()


def exactly(connection: socket.socket, size: int) -> bytes:
    """The next bytes. Raises `EOFError` where the connection ends before."""
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _listen(hosts: Iterable[str], port: int, backlog: int) -> list[socket.socket]:
    with contextlib.ExitStack() as opened:
        listeners: list[socket.socket] = []
        for host in hosts:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            try:
                listener = opened.enter_context(socket.create_server((host, port), family=family, backlog=backlog))
            except OSError as error:
                if not listeners or error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    raise
                continue
            listener.setblocking(False)
            listeners.append(listener)
            port = listener.getsockname()[1]
        opened.pop_all()
        return listeners
