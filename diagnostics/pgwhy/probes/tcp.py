"""The port: every address of both families at once, and what that means for a client that goes through them in order.

Needs no record: the lookup is the run's one lookup, shared with the `dns` probe, so that nothing waits for that probe's
own queries. Opens: one TCP connection to each address (eight at most), four at a time, closed at once without a byte.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pgwhy.client import Addresses, ClientFacts
from pgwhy.facts import Record, derived, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.network.stream import Broken, Limit, Stream, bounded, has_ipv6_address, is_socket_path
from pgwhy.probes.patience import Met, delay
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.together import together
from pgwhy.progress import Stage
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Host, Target
from pgwhy.values import dataclass


class Reach(StrEnum):
    """How many of the addresses answer."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    ABSENT = "absent"
    """There is no address (of this family)."""


@dataclass(frozen=True)
class Attempt:
    """One address tried."""

    host: str
    address: str
    """An IP address, or the path of a Unix socket."""
    port: int
    ms: float
    failure: Failure | None
    """`None`: it connected."""
    detail: str = ""
    """The platform's own words for `Failure.OTHER`."""
    local: str = ""
    """Our own end, `address:port`, so that a server's log can be searched for it."""


@dataclass(frozen=True)
class Tcp(Record):
    """Which addresses accept a connection."""

    name: ClassVar[str] = "tcp"

    attempts: tuple[Attempt, ...] | None = fact("each address in the order in which a client would try it")
    client_delay_s: float | None = fact(
        "how long the client spoken for waits on dead addresses before it gets to one that answers; 0 if the first does"
    )
    client_gives_up: bool | None = fact(
        "the client spoken for gets too late to an address that answers (its own limit, or 10 s), "
        "or gives it too little time"
    )

    @derived
    def outcome(self) -> Reach | None:
        """whether all, some or none of the addresses accept a connection"""
        return _reach(self.attempts, None)

    @derived
    def ipv4(self) -> Reach | None:
        """the same for the IPv4 addresses"""
        return _reach(self.attempts, 4)

    @derived
    def ipv6(self) -> Reach | None:
        """the same for the IPv6 addresses"""
        return _reach(self.attempts, 6)

    @derived
    def failure(self) -> Failure | None:
        """how it failed where every failed address failed in the same way; otherwise that of the first one"""
        failed = [a.failure for a in self.attempts or () if a.failure]
        return failed[0] if failed else None

    @derived
    def failures(self) -> tuple[Failure, ...] | None:
        """every way in which an address failed, each once"""
        return None if self.attempts is None else tuple(dict.fromkeys(a.failure for a in self.attempts if a.failure))

    @derived
    def first_answers(self) -> bool | None:
        """the address that a client tries first accepts the connection"""
        return None if not self.attempts else self.attempts[0].failure is None

    @derived
    def loopback(self) -> bool | None:
        """the addresses tried are this machine itself"""
        if not self.attempts:
            return None
        return all(a.address == "::1" or a.address.startswith("127.") for a in self.attempts)

    @derived
    def connect_ms(self) -> float | None:
        """the quickest connection, in milliseconds: about one round trip"""
        done = [a.ms for a in self.attempts or () if not a.failure]
        return min(done) if done else None


def _reach(attempts: tuple[Attempt, ...] | None, family: int | None) -> Reach | None:
    if attempts is None:
        return None
    mine = [a for a in attempts if family is None or (":" in a.address) == (family == 6)]
    connected = sum(a.failure is None for a in mine)
    if not mine:
        return Reach.ABSENT
    return Reach.ALL if connected == len(mine) else Reach.SOME if connected else Reach.NONE


MAX_ADDRESSES = 8
BUDGET_S = 2.2
"""What all addresses together get, unless the target's connect_timeout is less: long enough for a SYN that is sent
again after one second (the next one goes out after three), short enough for a person who waits."""
AFTER_SUCCESS_S = 1.5
"""What an address gets at most where another one has answered."""
SOCKET_FOLDERS = (Path("/var/run/postgresql"), Path("/tmp"))  # noqa: S108  # a socket is looked for there, not made
"""Where libpq looks for the default socket: Debian's and Red Hat's, and PostgreSQL's own."""
DEFAULT_HOST = "127.0.0.1"
"""Where libpq connects on Windows, which has no default socket, if nobody names a host (localhost)."""


async def observe(seen: Run, network: Network) -> Tcp:
    places = await _places(seen, network)
    target, client = seen[TargetFacts], seen[ClientFacts]
    budget_s = min(BUDGET_S, float(target.connect_timeout or BUDGET_S))
    attempts = await _attempt_all(places, budget_s, network)
    met = _tried_by(client, [a for a in attempts if not _kept_from(client, a)])
    if all(a.failure for a in attempts):
        return Tcp(tuple(attempts), None, False)
    asked_s = float(target.connect_timeout or 0)
    return Tcp(tuple(attempts), *delay([_met(each) for each in met], client, asked_s, seen.machine.platform))


@dataclass(frozen=True)
class _Place:
    host: str
    address: str
    port: int


async def _places(seen: Run, network: Network) -> list[_Place]:
    """Every address of every host, in the order in which the client tries them: libpq's is the system's."""
    hosts, ipv4_first = seen.hosts, seen[ClientFacts].addresses is Addresses.FIRST_IPV4
    if seen.proxy:
        return await _proxys_places(seen.proxy, hosts[0], network)
    found = await together(*(network.lookup(host) for host in hosts))
    return [
        _Place(host.name, _address(address, host.port, seen.machine.platform), host.port)
        for host, lookup in zip(hosts, found, strict=True)
        for address in sorted(lookup.addresses, key=lambda address: ipv4_first and ":" in address)
    ][:MAX_ADDRESSES]


async def _proxys_places(proxy: Host, behind: Host, network: Network) -> list[_Place]:
    """The proxy's addresses, in place of those of the host behind it: that one only the proxy looks up."""
    found = await network.lookup(proxy)
    network.tunnels |= {(address, proxy.port): (behind.name, behind.port) for address in found.addresses}
    return [_Place(behind.name, address, proxy.port) for address in found.addresses][:MAX_ADDRESSES]


def _address(given: str, port: int, platform: str) -> str:
    """An IP address as it is; for a socket's folder the path of the socket in it (PostgreSQL, "host")."""
    name = f".s.PGSQL.{port}"
    if given == "":
        if platform == "win32":
            return DEFAULT_HOST
        return str(next((f / name for f in SOCKET_FOLDERS if (f / name).exists()), SOCKET_FOLDERS[-1] / name))
    return f"{given.rstrip('/')}/{name}" if is_socket_path(given) else given


async def _attempt_all(places: list[_Place], budget_s: float, network: Network) -> list[Attempt]:
    # IPv6 and IPv4 by turns, so that both families are among the first four.
    order = sorted(range(len(places)), key=lambda i: (_rank(places, i), ":" not in places[i].address))
    state = _Waves(network, budget_s, waiting=len(places))
    made = dict(zip(order, await together(*(state.attempt(places[i]) for i in order)), strict=True))
    return [made[i] for i in range(len(places))]


def _rank(places: list[_Place], index: int) -> int:
    """How many places of the same family come before this one."""
    return sum((":" in p.address) == (":" in places[index].address) for p in places[:index])


class _Waves:
    """Four attempts at a time, all of them within one budget."""

    def __init__(self, network: Network, budget_s: float, waiting: int) -> None:
        self._network, self._waiting, self._answered = network, waiting, False
        self._ends = network.clock() + budget_s
        self._running: list[Limit] = []

    async def attempt(self, place: _Place) -> Attempt:
        network = self._network
        async with network.slots:
            limit_s = max(0.1, (self._ends - network.clock()) / math.ceil(self._waiting / network.MAX_CONNECTIONS))
            self._waiting -= 1
            label = place.address if is_socket_path(place.address) else _label(place.address, place.port)
            begin, failure, detail, local, handshake_ms = network.clock(), None, "", "", None
            with network.timeline.span("tcp", label) as span:
                try:
                    stream = await self._connect(place, limit_s)
                    local, handshake_ms = stream.local, stream.handshake_ms
                except Broken as broken:
                    failure, detail = broken.failure, broken.detail if broken.failure is Failure.OTHER else ""
                span.outcome = failure.value if failure else "ok"
        ours_ms = (network.clock() - begin) * 1000
        ms = round(min(ours_ms, handshake_ms or ours_ms), 2)
        return Attempt(place.host, place.address, place.port, ms, failure, detail, local)

    async def _connect(self, place: _Place, limit_s: float) -> Stream:
        """A connection that was made and closed again. Raises `Broken`."""
        async with bounded(AFTER_SUCCESS_S if self._answered else limit_s) as limit:
            self._running.append(limit)
            try:
                stream = await self._network.connect_straight(place.address, place.port, limit_s)
            finally:
                self._running.remove(limit)
        stream.abort()
        self._hurry()
        return stream

    def _hurry(self) -> None:
        """One address has answered: the others need not be waited for to the end of the budget."""
        self._answered = True
        soon = asyncio.get_running_loop().time() + AFTER_SUCCESS_S
        for limit in self._running:
            limit.move(min(soon, limit.when))


def _label(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _kept_from(client: ClientFacts, attempt: Attempt) -> bool:
    """Node asks with AI_ADDRCONFIG: where the machine has no IPv6 address at all, it never gets the host's."""
    no_way = ":" in attempt.address and attempt.failure is Failure.NETWORK_UNREACHABLE
    return bool(client.per_address_ms) and no_way and not has_ipv6_address()


def _tried_by(client: ClientFacts, attempts: list[Attempt]) -> list[Attempt]:
    """The addresses that the client spoken for tries at all, in its order: some use only one of each host."""
    if client.addresses not in (Addresses.FIRST, Addresses.FIRST_IPV4):
        return attempts
    firsts = {(a.host, a.port): a for a in reversed(attempts)}
    return [a for a in attempts if a is firsts[a.host, a.port]]


def _met(attempt: Attempt) -> Met:
    failure = attempt.failure
    return Met(":" in attempt.address, failure is None, failure is Failure.TIMED_OUT, attempt.ms / 1000)


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    for host in target.hosts:
        place = host.hostaddr or host.name
        if place and not is_socket_path(place):
            yield f"connect to {place} port {host.port}, every address once, without sending anything"
        else:
            yield f"connect to the Unix socket for port {host.port} in {place or 'its usual folder'}"


PROBE = Probe(Tcp, observe, Stage.TCP, opens)
