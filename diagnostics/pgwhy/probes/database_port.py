"""The database's own port beside the way over 443: does 5432 lead out where a client of HTTPS does not get out?

Opens: one TCP connection to the target's own host and port, with SSLRequest and nothing more. Runs only for a client
that goes over port 443, and only when that port does not answer, or with `--web`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pgwhy.client import Way
from pgwhy.facts import Record, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network, postgres
from pgwhy.network.stream import Broken
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.tcp import Reach, Tcp
from pgwhy.progress import Stage
from pgwhy.target.model import Target
from pgwhy.values import dataclass

LIMIT_S = 1.3


@dataclass(frozen=True)
class DatabasePort(Record):
    """The port that drivers use which speak PostgreSQL's own protocol."""

    name: ClassVar[str] = "database_port"

    asked: bool | None = fact("the database's own port was tried beside port 443")
    reachable: bool | None = fact("a Postgres server answered there")
    failure: Failure | None = fact("how that connection failed")


NOT_ASKED = DatabasePort(asked=False)


def at_once(seen: Run) -> DatabasePort | None:
    wanted = seen.options.web
    if seen.client.way not in PROBE.ways or wanted is False or not (wanted or seen[Tcp].outcome is Reach.NONE):
        return NOT_ASKED
    return None


async def observe(seen: Run, network: Network) -> DatabasePort:
    host = next(iter(seen.target.hosts), None)
    found = await network.lookup(host) if host else None
    if host is None or found is None or not found.addresses:
        return NOT_ASKED
    address = min(found.addresses, key=lambda each: ":" in each)
    with network.timeline.span("database_port", f"port {host.port}") as span:
        try:
            stream = await network.connect(address, host.port, LIMIT_S)
            try:
                answer = await postgres.ask_for_tls(stream, network.allowance(LIMIT_S))
            finally:
                stream.abort()
        except Broken as broken:
            span.outcome = broken.failure.value
            return DatabasePort(asked=True, reachable=False, failure=broken.failure)
        reachable = answer in (b"S", b"N")
        span.outcome = "ok" if reachable else "not-postgres"
    return DatabasePort(asked=True, reachable=reachable)


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    if options.web is not False:
        when = "" if options.web else ", only if port 443 does not answer"
        yield f"ask the database's own port for TLS{when}"


PROBE = Probe(DatabasePort, observe, Stage.TCP, opens, ways=(Way.HTTP, Way.WEBSOCKET), needs=(Tcp,), at_once=at_once)
