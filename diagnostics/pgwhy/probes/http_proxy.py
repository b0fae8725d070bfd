"""The HTTP proxy that the environment names: does it lead out where nothing else does?

Opens: where a variable names a proxy and no address of the server answers, or the client goes through the proxy itself,
one connection to that proxy with CONNECT to the database's own port, and for Neon one with CONNECT to port 443. Each
tunnel is closed without a byte; no login for the proxy is sent. PostgreSQL's drivers use no such variable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from pgwhy.client import Way
from pgwhy.facts import Record, derived, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network, tunnel
from pgwhy.network.stream import Broken, bounded
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.tcp import Reach, Tcp
from pgwhy.progress import Stage
from pgwhy.target import way
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Host, Target
from pgwhy.target.provider import Provider
from pgwhy.target.proxy import VARIABLES, named
from pgwhy.values import dataclass

LIMIT_S = 1.3


@dataclass(frozen=True)
class HttpProxy(Record):
    """The proxy of HTTPS_PROXY or ALL_PROXY."""

    name: ClassVar[str] = "http_proxy"

    asked: bool | None = fact("the proxy was asked for a tunnel")
    used: bool | None = fact("the client spoken for reads that variable, and goes through the proxy itself")
    variable: str | None = fact("the variable that names the proxy; empty if none does")
    server: str | None = fact("the proxy's host and port, without a login; empty if none")
    status_443: int | None = fact("the status of CONNECT to port 443 of the provider; 0 if no answer came")
    status_database: int | None = fact("the status of CONNECT to the database's own port; 0 if no answer came")
    failure: Failure | None = fact("how the connection to the proxy failed")

    @derived
    def opens_443(self) -> bool | None:
        """the proxy opens a tunnel to port 443"""
        return None if self.status_443 is None else self.status_443 in tunnel.OPENED

    @derived
    def opens_database(self) -> bool | None:
        """the proxy opens a tunnel to the database's own port"""
        return None if self.status_database is None else self.status_database in tunnel.OPENED


NOT_ASKED = HttpProxy(asked=False)


def at_once(seen: Run) -> HttpProxy | None:
    found = _found(seen)
    if found is None or seen.options.web is False:
        return NOT_ASKED
    _, variable, proxy = found
    if seen[Tcp].attempts and seen[Tcp].outcome is not Reach.NONE and seen.proxy is None:
        return HttpProxy(asked=False, used=False, variable=variable, server=_server(proxy))
    return None


async def observe(seen: Run, network: Network) -> HttpProxy:
    found = _found(seen)
    assert found is not None  # else it is known at once
    host, variable, proxy = found
    over_443 = seen[TargetFacts].provider is Provider.NEON
    web = way.hosts(seen.target, Way.HTTP)[0]
    asked = [_ask(network, proxy, host)] + ([_ask(network, proxy, web)] if over_443 else [])
    database, *rest = await asyncio.gather(*asked)
    return HttpProxy(
        asked=True,
        used=seen.proxy is not None,
        variable=variable,
        server=_server(proxy),
        status_database=database if isinstance(database, int) else 0,
        status_443=None if not rest else rest[0] if isinstance(rest[0], int) else 0,
        failure=None if isinstance(database, int) else database,
    )


def _found(seen: Run) -> tuple[Host, str, Host] | None:
    """The host of the target, the variable that names a proxy for it, and the proxy; `None` where there is none."""
    host = next((each for each in seen.target.hosts if each.name and not each.is_socket("linux")), None)
    variables = seen.client.proxy_variables if seen.proxy else None
    found = named(seen.machine.environment, host.name, variables or VARIABLES) if host else None
    return (host, *found) if host and found else None


def _server(proxy: Host) -> str:
    return f"{proxy.name}:{proxy.port}"


async def _ask(network: Network, proxy: Host, host: Host) -> int | Failure:
    """The status of CONNECT; the tunnel is closed again without a byte."""
    with network.timeline.span("http_proxy", f"CONNECT {host.name}:{host.port}") as span:
        try:
            async with bounded(network.allowance(LIMIT_S)):
                found = await network.lookup(proxy)
                if found.failure or not found.addresses:
                    raise Broken(found.failure or Failure.NAME_NOT_FOUND, found.error)
                stream = await network.connect_straight(found.addresses[0], proxy.port, LIMIT_S)
                try:
                    status = await tunnel.ask(stream, host.name, host.port, LIMIT_S)
                finally:
                    stream.abort()
        except Broken as broken:
            span.outcome = broken.failure.value
            return broken.failure
        span.outcome = "ok" if status in tunnel.OPENED else str(status)
        return status


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    found = named(machine.environment, target.hosts[0].name) if target.hosts else None
    if found and options.web is not False:
        variable, proxy = found
        when = "if no address answers or the client goes through it"
        yield f"ask the proxy of {variable} ({proxy.name}:{proxy.port}) for a tunnel, {when}"


PROBE = Probe(HttpProxy, observe, Stage.TCP, opens, needs=(TargetFacts, Tcp), at_once=at_once)
