"""Port 443 of the provider, without credentials: does the way over the web work where 5432 does not?

Opens: one HTTPS request to the provider's SQL endpoint, and one WebSocket upgrade to the endpoint's own name; nothing
for other servers. Runs only when the database port does not answer, or with `--web`. Beside the last second and a half
in which the port is waited for, so that a black hole is told as one soon.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import ClassVar

from pgwhy.client import Way
from pgwhy.facts import Record, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network, https, trust_store, websocket
from pgwhy.network.stream import Broken
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.tcp import Reach, Tcp
from pgwhy.progress import Stage
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Web(Record):
    """The provider's HTTP side."""

    name: ClassVar[str] = "web"

    asked: bool | None = fact("port 443 was tried")
    url: str | None = fact("the address asked")
    reachable: bool | None = fact("the provider itself answered on 443")
    status: int | None = fact("the HTTP status; 0 if no answer came")
    request_id: str | None = fact("neon-request-id of the answer: the provider's own log has it; empty if none")
    websocket: bool | None = fact("the WebSocket upgrade succeeded")
    failure: Failure | None = fact("how the connection to 443 failed")
    detail: str | None = fact("what was wrong with it, in OpenSSL's or our own words; empty if nothing was")


LIMIT_S = 3.0
LIKELY_DEAD_S = 1.2
"""A port that has not answered by then, a SYN sent again after one second included, will hardly answer."""
UNASKED_LIMIT_S = 1.3
"""What port 443 gets where the user did not ask for it."""


NOT_ASKED = Web(asked=False)


def at_once(seen: Run) -> Web | None:
    target = seen[TargetFacts]
    if seen.client.way not in PROBE.ways:
        return NOT_ASKED
    if target.provider is not Provider.NEON or not target.endpoint or seen.options.web is False:
        return NOT_ASKED
    return None


async def observe(seen: Run, network: Network) -> Web:
    host, wanted = seen[TargetFacts].host or "", seen.options.web
    if wanted is None and not await _port_is_dead(seen, network):
        return NOT_ASKED
    limit_s = LIMIT_S if wanted else UNASKED_LIMIT_S
    sql_host = f"api.{host.partition('.')[2]}"
    trusted = https.Trusted(trust_store.system(seen.machine), seen.machine.now)
    sql, upgraded = await asyncio.gather(
        _ask(network, "OPTIONS", sql_host, "/sql", {"Connection": "close"}, trusted, limit_s),
        _ask(network, "GET", host, "/v2", websocket.upgrade(network.random(16)).headers, trusted, limit_s),
    )
    reply = sql if isinstance(sql, https.Reply) else None
    return Web(
        asked=True,
        url=f"https://{sql_host}/sql",
        reachable=reply is not None and (reply.status == 200 or "neon-request-id" in reply.headers),
        status=reply.status if reply else 0,
        request_id=reply.headers.get("neon-request-id", "") if reply else "",
        websocket=isinstance(upgraded, https.Reply) and upgraded.status == websocket.SWITCHED,
        failure=sql.failure if isinstance(sql, Broken) else None,
        detail=sql.detail if isinstance(sql, Broken) else "",
    )


async def _port_is_dead(seen: Run, network: Network) -> bool:
    found = [await network.lookup(host) for host in seen.target.hosts]
    if not any(lookup.addresses for lookup in found):
        return False
    try:
        async with asyncio.timeout(LIKELY_DEAD_S):
            return (await seen.later(Tcp)).outcome is Reach.NONE
    except TimeoutError:
        return not network.connected


async def _ask(
    network: Network,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    trusted: https.Trusted,
    limit_s: float,
) -> https.Reply | Broken:
    with network.timeline.span("web", f"{method} https://{host}{path}") as span:
        try:
            reply = await https.request(network, method, host, path, headers, trusted, limit_s)
        except Broken as broken:
            span.outcome = broken.failure.value
            return broken
        span.outcome = "ok" if reply.status in (websocket.SWITCHED, 200) else str(reply.status)
        return reply


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    if options.web is not False:
        when = "" if options.web else ", only if the database port does not answer"
        yield f"ask the provider's own port 443 for this endpoint (Neon only){when}"


PROBE = Probe(Web, observe, Stage.TCP, opens, ways=(Way.POSTGRES,), needs=(TargetFacts,), later=(Tcp,), at_once=at_once)
