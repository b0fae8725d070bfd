"""The only place that reaches out. Probes ask this package for connections and get values or a `Failure` back.

One module a kind of conversation: `resolve` and `query` (names), `stream` (TCP and Unix sockets), `tls` (handshakes),
`postgres` (what is read before a session), `chain` (judging certificates), `login` (libpq, in processes of its own:
`worker`, `libpq`), `https` (port 443). They
import their libraries when they are first used, so that a run pays only for what it does.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping

from pgwhy.failure import Failure
from pgwhy.network import resolve, tunnel
from pgwhy.network.shared import result_of
from pgwhy.network.stream import Broken, Stream, connect, is_ip_literal, is_socket_path
from pgwhy.network.worker import Workers
from pgwhy.target.model import Host
from pgwhy.timeline import Timeline


class Network:
    """One run's way out: the deadline, the timeline, and what is limited per run.

    `deadline_s` counts from the construction. `clock` gives seconds and never goes back. `random` gives that many
    random bytes. `reroute` sends connections for a host and port elsewhere, so that a lab can stand in for port 443.
    """

    MAX_EXCHANGES = 3
    """Password exchanges in one run, experiments included (docs/design.md, "What is promised")."""
    MAX_CONNECTIONS = 4
    """Connections to one server at a time."""
    LOOKUP_S = 7.0
    """What getaddrinfo gets: glibc's 5 s for a dead first resolver, and time for the next one."""
    MARGIN_S = 0.15
    """Kept back from the deadline, so that a probe can still put its record together."""
    TICK_S = 0.02
    """A limit may end that much early: what waits for a socket counts in whole milliseconds."""

    def __init__(
        self,
        deadline_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = os.urandom,
        reroute: Mapping[tuple[str, int], tuple[str, int]] | None = None,
    ) -> None:
        self.clock = clock
        self.random = random
        self.timeline = Timeline(clock)
        self.deadline = clock() + deadline_s
        self.connected = False
        """Some connection was had."""
        self.exchanges = 0
        """Password exchanges on the wire so far."""
        self.login_turn = asyncio.Lock()
        """Held during a login: one password exchange is in flight at a time."""
        self.slots = asyncio.Semaphore(self.MAX_CONNECTIONS)
        """Held by each probe's connection while it is open; the login does not use one."""
        self.workers = Workers()
        """The processes in which libpq runs."""
        self.tunnels: dict[tuple[str, int], tuple[str, int]] = {}
        """Where an HTTP proxy listens, and the host and port behind it that a connection there is for."""
        self._reroute = dict(reroute or {})
        self._lookups: dict[str, asyncio.Task[resolve.Lookup]] = {}
        self._hopeless: dict[str, asyncio.Event] = {}

    def remaining(self) -> float:
        """Seconds until the deadline; never negative."""
        return max(0.0, self.deadline - self.clock())

    def allowance(self, limit_s: float | None = None) -> float:
        """Seconds that one attempt of a probe may take: what is left of the run less `MARGIN_S`, at most `limit_s`."""
        left = max(0.0, self.remaining() - self.MARGIN_S)
        return left if limit_s is None else min(left, max(0.0, limit_s))

    @property
    def out_of_time(self) -> bool:
        """The run has no time for another attempt: one that timed out just now may have been ended by that alone."""
        return self.allowance() < self.TICK_S

    async def lookup(self, host: Host) -> resolve.Lookup:
        """The addresses a client would try for a host, asked for once a run. `hostaddr`, IP addresses and sockets skip.

        A host without a name is the default socket: its address is the directory `""`.
        """
        given = host.hostaddr or host.name.strip("[]")
        if host.hostaddr or not given or is_socket_path(given) or is_ip_literal(given):
            return resolve.literal(given)
        if given not in self._lookups:
            self._hopeless[given] = asyncio.Event()
            self._lookups[given] = asyncio.create_task(self._lookup(given))
        return await result_of(self._lookups[given])

    def call_off_lookup(self, name: str) -> None:
        """End the lookup of this name now, as timed out: its resolvers were asked, and none will answer."""
        if name in self._hopeless:
            self._hopeless[name].set()

    async def connect(self, address: str, port: int, limit_s: float, segment_bytes: int | None = None) -> Stream:
        """A connection within `limit_s` seconds and the run's deadline; through the proxy where `tunnels` has one.

        Raises `stream.Broken`. Uses no slot.
        """
        stream = await self.connect_straight(address, port, limit_s, segment_bytes)
        behind = self.tunnels.get((address, port))
        if behind is None:
            return stream
        try:
            status = await tunnel.ask(stream, *behind, self.allowance(limit_s))
            if status not in tunnel.OPENED:
                raise Broken(Failure.CLOSED, f"the HTTP proxy answers {status}")
        except BaseException:
            stream.abort()
            raise
        return stream

    async def connect_straight(
        self, address: str, port: int, limit_s: float, segment_bytes: int | None = None
    ) -> Stream:
        """The same, and where a proxy is there, to the proxy itself."""
        stream = await connect(address, port, self.allowance(limit_s), segment_bytes)
        self.connected = True
        self.timeline.connected(stream.local, stream.remote)
        return stream

    async def leave(self) -> None:
        """Let go of lookups that are still under way, and end libpq's processes: a run leaves nothing behind."""
        for task in self._lookups.values():
            task.cancel()
        await asyncio.gather(*self._lookups.values(), return_exceptions=True)
        await self.workers.leave()

    def way(self, host: str, port: int) -> tuple[str, int]:
        """Where connections for this host and port go: `reroute`, or the two as they are."""
        return self._reroute.get((host, port), (host, port))

    async def _lookup(self, name: str) -> resolve.Lookup:
        with self.timeline.span("dns", f"getaddrinfo {name}") as span:
            found = await resolve.lookup(name, self.allowance(self.LOOKUP_S), self.clock, self._hopeless[name])
            span.outcome = found.failure.value if found.failure else "ok"
        return found
