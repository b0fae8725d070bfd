"""The HTTP proxy that the environment names: does it lead out where nothing else does?

Opens: where a variable names a proxy and no address of the server answers, one connection to that proxy with CONNECT to
the database's own port, and for Neon one with CONNECT to port 443. Each tunnel is closed without a byte; no login for
the proxy is sent. PostgreSQL's drivers and Node.js before 24 use no such variable (NODE_USE_ENV_PROXY).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from pgwhy.client import Way
from pgwhy.facts import Record, derived, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network, tunnel
from pgwhy.network.stream import Broken
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.tcp import Reach, Tcp
from pgwhy.progress import Stage
from pgwhy.target import way
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Host, Target
from pgwhy.target.provider import Provider
from pgwhy.values import dataclass

LIMIT_S = 1.3
VARIABLES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class HttpProxy(Record):
    """The proxy of HTTPS_PROXY or ALL_PROXY."""

    name: ClassVar[str] = "http_proxy"

    asked: bool | None = fact("the proxy was asked for a tunnel")
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


def named(environment: Mapping[str, str], host: str) -> tuple[str, Host] | None:
    """The first variable that names a proxy for this host, and the proxy; `None` where none does.

    NO_PROXY lists hosts and domains for which none is used (curl(1), "Environment").
    """
    excluded = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    for entry in (each.strip().lstrip("*").lstrip(".").lower() for each in excluded.split(",")):
        if excluded.strip() == "*" or (entry and (f".{host}".lower()).endswith(f".{entry}")):
            return None
    for variable in VARIABLES:
        text = environment.get(variable, "")
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            continue
        if text and parts.hostname and port:
            return variable, Host(parts.hostname, port)
    return None


async def observe(seen: Run, network: Network) -> HttpProxy:
    host = next((each for each in seen.target.hosts if each.name and not each.is_socket("linux")), None)
    found = named(seen.machine.environment, host.name) if host else None
    if host is None or found is None or seen.options.web is False:
        return HttpProxy(asked=False)
    variable, proxy = found
    server = f"{proxy.name}:{proxy.port}"
    if seen[Tcp].attempts and seen[Tcp].outcome is not Reach.NONE:
        return HttpProxy(asked=False, variable=variable, server=server)
    over_443 = seen[TargetFacts].provider is Provider.NEON
    web = way.hosts(seen.target, Way.HTTP)[0]
    asked = [_ask(network, proxy, host)] + ([_ask(network, proxy, web)] if over_443 else [])
    database, *rest = await asyncio.gather(*asked)
    return HttpProxy(
        asked=True,
        variable=variable,
        server=server,
        status_database=database if isinstance(database, int) else 0,
        status_443=None if not rest else rest[0] if isinstance(rest[0], int) else 0,
        failure=None if isinstance(database, int) else database,
    )


async def _ask(network: Network, proxy: Host, host: Host) -> int | Failure:
    with network.timeline.span("http_proxy", f"CONNECT {host.name}:{host.port}") as span:
        try:
            status = await tunnel.ask(network, proxy, host.name, host.port, LIMIT_S)
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
        yield f"ask the proxy of {variable} ({proxy.name}:{proxy.port}) for a tunnel, only if no address answers"


PROBE = Probe(HttpProxy, observe, Stage.TCP, opens, needs=(TargetFacts, Tcp))
