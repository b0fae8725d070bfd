"""The first answer on port 443, before any password: to `OPTIONS /sql`, or to the upgrade and the start-up message.

Neither wakes a compute (docs/neon.md, 3.7 and 3.8). Opens: one connection, whose certificate is verified.
"""

from __future__ import annotations

from pgwhy.client import Way
from pgwhy.failure import Failure
from pgwhy.network import Network, https, trust_store, websocket
from pgwhy.network.stream import Broken
from pgwhy.network.tls import TlsStream
from pgwhy.probes.probe import Run
from pgwhy.probes.startup.first_answer import SILENT_S, Heard, ServerReply, first_answer
from pgwhy.probes.tcp import Attempt
from pgwhy.values import replace


async def ask(place: Attempt, parameters: dict[str, str], seen: Run, network: Network) -> Heard:
    """The answer to the client spoken for, as far as it comes without a password. Never raises."""
    limit_s = network.allowance(SILENT_S)
    async with network.slots:
        with network.timeline.span("startup", "over HTTPS") as span:
            heard = Heard(ServerReply.NOT_REACHED)
            try:
                async with https.opened(network, server(place), trusted(seen), limit_s) as secure:
                    begin = network.clock()
                    heard = await _answer(secure, place.host, parameters, seen, network)
                    heard = replace(heard, ms=round((network.clock() - begin) * 1000, 2))
            except Broken as broken:
                heard = Heard(ServerReply.NOT_REACHED, failure=broken.failure, alert=broken.alert)
            span.outcome = "ok" if heard.answer is ServerReply.HTTP else heard.answer.value
    return heard


def server(place: Attempt) -> https.Server:
    """The place as HTTPS has it."""
    return https.Server(place.host, place.address, place.port)


def trusted(seen: Run) -> https.Trusted:
    """What the client spoken for trusts over HTTPS."""
    return https.Trusted(trust_store.of_node(seen.machine), seen.machine.now)


async def _answer(secure: TlsStream, host: str, parameters: dict[str, str], seen: Run, network: Network) -> Heard:
    limit_s = network.allowance(SILENT_S)
    try:
        if seen.client.way is Way.HTTP:
            return _read(await https.exchange(secure, host, https.Request("OPTIONS", "/sql"), limit_s), (200,))
        reply = await https.exchange(secure, host, websocket.upgrade(network.random(16)), limit_s)
    except Broken as broken:
        return Heard(_ENDINGS.get(broken.failure, ServerReply.NOT_POSTGRES), failure=broken.failure, alert=broken.alert)
    if reply.status != websocket.SWITCHED:
        return _read(reply, ())
    heard = await first_answer(websocket.Frames(secure, network.random), parameters, network)
    # Inside the WebSocket the password always goes in clear text: it says nothing of a missing endpoint.
    return replace(heard, answer=ServerReply.HTTP) if heard.answer is ServerReply.CLEAR_TEXT else heard


def _read(reply: https.Reply, welcome: tuple[int, ...]) -> Heard:
    if reply.status in welcome and "neon-request-id" in reply.headers:
        return Heard(ServerReply.HTTP)
    return Heard(ServerReply.NOT_POSTGRES, {"M": f"HTTP status {reply.status}"})


_ENDINGS = {Failure.TIMED_OUT: ServerReply.SILENT, Failure.CLOSED: ServerReply.CLOSED, Failure.RESET: ServerReply.RESET}
