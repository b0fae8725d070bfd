"""A gateway that routes by SNI as Neon's proxy does: many endpoints behind one address, each with its habits.

It ends TLS and authenticates by itself (a spliced backend would break channel binding), then connects to Postgres and
passes bytes on. Source: docs/neon.md, 3.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any

from pgwhy.lab.authority import Authority, CertificateFault, Leaf
from pgwhy.lab.neon import routing
from pgwhy.lab.neon.compute import Retries
from pgwhy.lab.neon.handshake import Cancel, Hangup, greet, refuse
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.neon.proxy import Endpoint, Habits, Proxy


class Gateway:
    """Listens on loopback, on one port for all `hosts` (0: an ephemeral one). An async context manager.

    `default_name` is on the certificate for clients that send no name or an unknown one (which one Neon's is, is not
    known). The other arguments are those of `Proxy`. IPv6 is left out where the machine has none.
    """

    def __init__(
        self,
        authority: Authority,
        domains: tuple[str, ...],
        endpoints: Mapping[str, Endpoint] | None = None,
        *,
        default_name: str | None = None,
        hosts: tuple[str, ...] = ("127.0.0.1", "::1"),
        port: int = 0,
        handshake_limit_s: float = 15.0,
        password_limit_s: float = 15.0,
        retries: Retries | None = None,
        witness: Callable[[Habits], None] | None = None,
    ) -> None:
        self.authority = authority
        self.proxy = Proxy(domains, endpoints or {}, retries or Retries(), password_limit_s, witness)
        self.default_name = default_name or f"*.{domains[0]}"
        self.hosts = hosts
        self.port = port
        self.handshake_limit_s = handshake_limit_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._listeners: list[socket.socket] = []

    @property
    def endpoints(self) -> dict[str, Endpoint]:
        """Its proxy's; they may change while it runs."""
        return self.proxy.endpoints

    async def __aenter__(self) -> Gateway:
        self._listeners = _listen(self.hosts, self.port)
        self.port = self._listeners[0].getsockname()[1]
        for listener in self._listeners:
            self._start(self._accept(listener))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # A transport closes its socket in the next round of the loop.
        for listener in self._listeners:
            listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._start(self._serve(connection))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            async with asyncio.timeout(self.handshake_limit_s):
                arrived = await greet(connection, self._certificate)
        except (Hangup, OSError):
            return
        if isinstance(arrived, Cancel):
            await self.proxy.cancel(arrived.key)
            return
        try:
            await self.proxy.session(arrived)
        except Refusal as refusal:
            await refuse(arrived, str(refusal))
        except (Hangup, OSError):
            return
        except asyncio.CancelledError:
            # The gateway ends: no polite goodbye, which would wait for the client's.
            arrived.writer.transport.abort()
            raise
        finally:
            arrived.writer.close()

    def _certificate(self, sni: str | None) -> Leaf:
        """By name, then by the name without its first labels; the default certificate for all others."""
        first, _, rest = (sni or "").partition(".")
        own_name, _ = routing.without_pooler(first)
        endpoint = self.endpoints.get(own_name)
        while rest and rest not in self.proxy.domains:
            _, _, rest = rest.partition(".")
        if not rest:
            return self.authority.issue(self.default_name)
        return self.authority.issue(f"*.{rest}", fault=endpoint.certificate if endpoint else CertificateFault.NONE)


def _listen(hosts: tuple[str, ...], port: int) -> list[socket.socket]:
    """Listeners on one port of all hosts; a host of a family that this machine has no address of is left out."""
    for tries_left in reversed(range(5)):
        listeners: list[socket.socket] = []
        try:
            for host in hosts:
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                place = (host, listeners[0].getsockname()[1] if listeners else port)
                try:
                    listeners.append(socket.create_server(place, family=family, backlog=128))
                except OSError as error:
                    if not listeners or error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                        raise
        except OSError as error:
            for listener in listeners:
                listener.close()
            if error.errno != errno.EADDRINUSE or not tries_left:
                raise
            continue
        for listener in listeners:
            listener.setblocking(False)
        return listeners
    raise AssertionError("the last try returns or raises")
