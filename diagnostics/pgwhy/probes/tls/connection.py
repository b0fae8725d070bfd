"""One connection with TLS: the answer to SSLRequest, the handshake, and what is tried where there was none.

A run makes one with SNI and one without. The `tls` probe looks at their handshakes, and the `startup` probe goes on
with them: the one that asks first begins it.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum

from pgwhy.error_text import without_escapes
from pgwhy.failure import Failure
from pgwhy.network import Network, postgres, tls, wire
from pgwhy.network.stream import Broken, Stream
from pgwhy.probes import opening
from pgwhy.probes.probe import Run
from pgwhy.probes.tcp import Attempt
from pgwhy.probes.tls.banner import Speaks, recognise
from pgwhy.values import dataclass, replace


class SslAnswer(StrEnum):
    """What came back for SSLRequest (PostgreSQL, "SSL Session Encryption")."""

    YES = "S"
    NO = "N"
    ERROR = "error"
    """An ErrorResponse: a server from before TLS, or one that cannot fork."""
    SILENT = "silent"
    CLOSED = "closed"
    RESET = "reset"
    NOT_POSTGRES = "not-postgres"
    NOT_ASKED = "not-asked"
    """The client asks for no TLS, or for direct TLS."""


SILENT_S = 4.0
"""No byte for so long is silence."""
NUDGE_S = 0.7
DIRECT_S = 2.0
HEAR_S = 0.25
"""Who speaks first does so at once: about a round trip after the connection."""
NUDGE = b"GET / HTTP/1.0\r\n\r\n"
"""Answered by what waits for its client to speak a line: HTTP in its own way, Redis with an error."""


@dataclass(frozen=True)
class Look:
    """One connection: the answer to SSLRequest, and the handshake where it came to one."""

    answer: SslAnswer | None
    """`None`: the connection could not be had again."""
    bytes_seen: bytes = b""
    error_message: str = ""
    handshake: bool | None = None
    failure: Failure | None = None
    alert: str = ""
    detail: str = ""
    session: tls.Session = tls.Session()
    ms: float | None = None


_NOT_ASKED, _YES = Look(SslAnswer.NOT_ASKED), Look(SslAnswer.YES)


class Begun:
    """A connection as far as its handshake. It and its slot are held until `end`, for somebody to go on with it."""

    def __init__(self, look: Look, channel: tls.TlsStream | None, slots: asyncio.Semaphore) -> None:
        self.look = look
        self.channel = channel
        """`None`: there is nothing to go on with, and nothing is held."""
        self._slots = slots
        self._held = channel is not None

    def end(self) -> None:
        """Close it at once; may be called twice."""
        if self._held and self.channel is not None:
            self._held = False
            self.channel.abort()
            self._slots.release()


def begun(place: Attempt, hello: tls.Hello, seen: Run, network: Network) -> asyncio.Task[Begun]:
    """The connection of this run that sends this name as SNI, or none."""
    if hello.server_name not in seen.begun:
        seen.begun[hello.server_name] = asyncio.create_task(_begin(place, hello, seen, network))
    return seen.begun[hello.server_name]


async def look(place: Attempt, hello: tls.Hello, seen: Run, network: Network, most_s: float | None = None) -> Look:
    """The same on a connection of its own, which is closed again."""
    one = await _begin(place, hello, seen, network, most_s)
    one.end()
    return one.look


async def _begin(place: Attempt, hello: tls.Hello, seen: Run, network: Network, most_s: float | None = None) -> Begun:
    """Ask for TLS, or begin it at once where the settings say so, and shake hands."""
    how = "with a small ClientHello" if hello.one_group else "with SNI" if hello.server_name else "without SNI"
    await network.slots.acquire()
    stream, channel, held = None, None, False
    try:
        limit_s, direct = network.allowance(SILENT_S if most_s is None else most_s), opening.begins_with_tls(seen)
        with network.timeline.span("tls", how) as span:
            try:
                stream = await network.connect(place.address, place.port, limit_s)
            except Broken as broken:
                span.outcome = broken.failure.value
                return Begun(Look(None, failure=broken.failure), None, network.slots)
            one = _NOT_ASKED if direct else await _ask(stream, limit_s)
            if direct or one.answer is SslAnswer.YES:
                await tls.pyopenssl.ready()
                one, channel = await _shake(one, stream, hello, limit_s, network)
            span.outcome = str(one.failure or ("ok" if one.handshake else one.answer))
        held = channel is not None
        return Begun(one, channel, network.slots)
    finally:
        if not held:
            if stream is not None:
                stream.abort()
            network.slots.release()


async def _ask(stream: Stream, limit_s: float) -> Look:
    try:
        return await _answer(await postgres.ask_for_tls(stream, limit_s), stream, limit_s)
    except Broken as broken:
        return Look(_ENDINGS.get(broken.failure, SslAnswer.RESET))


async def _answer(data: bytes, stream: Stream, limit_s: float) -> Look:
    """What `data`, the first that came, says. Raises `Broken` where an error message is cut."""
    if data == b"S":
        return _YES
    if data == b"N":
        return Look(SslAnswer.NO)
    if not data:
        return Look(SslAnswer.CLOSED)
    if data[:1] == b"E":
        message = await postgres.read_message(stream, limit_s, data)
        if isinstance(message, wire.Message):
            text = wire.error_fields(message.body).get("M", "").strip()
            return Look(SslAnswer.ERROR, error_message=without_escapes(text))
        data = message
    return Look(SslAnswer.NOT_POSTGRES, data)


async def _shake(
    so_far: Look, stream: Stream, hello: tls.Hello, limit_s: float, network: Network
) -> tuple[Look, tls.TlsStream | None]:
    begin = network.clock()
    try:
        channel = await tls.handshake(stream, hello, limit_s)
    except tls.HandshakeBroken as broken:
        failed = replace(
            so_far,
            handshake=False,
            failure=broken.failure,
            alert=broken.alert,
            detail=broken.detail,
            session=broken.session,
            ms=round((network.clock() - begin) * 1000, 2),
        )
        return failed, None
    ms = round((network.clock() - begin) * 1000, 2)
    return replace(so_far, handshake=True, session=channel.session, ms=ms), channel


async def nudge(place: Attempt, so_far: Look, network: Network) -> Look:
    """Nothing came for SSLRequest: does a line of text get an answer?"""
    with network.timeline.span("tls", "a line of text") as span:
        try:
            stream = await network.connect(place.address, place.port, NUDGE_S)
            try:
                await stream.send(NUDGE, NUDGE_S)
                data = await stream.receive(postgres.MAX_BANNER_BYTES, network.allowance(NUDGE_S))
            finally:
                stream.abort()
        except Broken as broken:
            span.outcome = broken.failure.value
            return so_far
    if recognise(data) not in _TALKERS:
        return so_far
    return replace(so_far, answer=SslAnswer.NOT_POSTGRES, bytes_seen=data)


async def hear_out(place: Attempt, so_far: Look, network: Network) -> Look:
    """A reset came for SSLRequest: is anything said to one who asks for nothing?

    A reset can overtake what was said before it, so the greeting of a server that speaks first can be lost. A Postgres
    that cannot start a process for the client speaks first as well.
    """
    with network.timeline.span("tls", "in silence") as span:
        try:
            stream = await network.connect(place.address, place.port, NUDGE_S)
            try:
                limit_s = network.allowance(max(HEAR_S, 3 * place.ms / 1000))
                heard = await _answer(await stream.receive(postgres.MAX_BANNER_BYTES, limit_s), stream, limit_s)
            finally:
                stream.abort()
        except Broken as broken:
            span.outcome = broken.failure.value
            return so_far
    return heard if heard.answer in (SslAnswer.ERROR, SslAnswer.NOT_POSTGRES) else so_far


async def takes_direct(place: Attempt, hello: tls.Hello, network: Network) -> bool:
    """A handshake without SSLRequest, which libpq makes only under the protocol name `postgresql`."""
    with network.timeline.span("tls", "without SSLRequest") as span:
        try:
            stream = await network.connect(place.address, place.port, DIRECT_S)
            try:
                await tls.pyopenssl.ready()
                channel = await tls.handshake(stream, replace(hello, alpn=wire.ALPN), network.allowance(DIRECT_S))
            finally:
                stream.abort()
        except Broken as broken:
            span.outcome = broken.failure.value
            return False
    return channel.session.alpn == wire.ALPN.decode()


_ENDINGS = {
    Failure.TIMED_OUT: SslAnswer.SILENT,
    Failure.CLOSED: SslAnswer.CLOSED,
    Failure.RESET: SslAnswer.RESET,
}
_TALKERS = (Speaks.HTTP, Speaks.REDIS, Speaks.SSH, Speaks.MYSQL, Speaks.SMTP)
