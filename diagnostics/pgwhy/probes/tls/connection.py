"""One connection of the TLS probe: the answer to SSLRequest, the handshake, and what is tried where there was none."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum

from pgwhy.error_text import without_escapes
from pgwhy.failure import Failure
from pgwhy.network import Network, postgres, tls, wire
from pgwhy.network.stream import Broken, Stream
from pgwhy.probes import opening
from pgwhy.probes.probe import Run
from pgwhy.probes.tcp import Attempt
from pgwhy.probes.tls.banner import Speaks, recognise
from pgwhy.values import dataclass


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
    session: tls.Session = field(default_factory=tls.Session)
    ms: float | None = None


async def look(place: Attempt, hello: tls.Hello, seen: Run, network: Network, most_s: float | None = None) -> Look:
    """Ask for TLS, or begin it at once where the settings say so, and shake hands. The connection is closed again."""
    how = "with a small ClientHello" if hello.one_group else "with SNI" if hello.server_name else "without SNI"
    async with network.slots:
        limit_s, direct = network.allowance(SILENT_S if most_s is None else most_s), opening.begins_with_tls(seen)
        with network.timeline.span("tls", how) as span:
            try:
                stream = await network.connect(place.address, place.port, limit_s)
            except Broken as broken:
                span.outcome = broken.failure.value
                return Look(None, failure=broken.failure)
            try:
                one = Look(SslAnswer.NOT_ASKED) if direct else await _ask(stream, limit_s)
                if direct or one.answer is SslAnswer.YES:
                    await tls.pyopenssl.ready()
                    one = await _shake(one, stream, hello, limit_s, network)
            finally:
                stream.abort()
            span.outcome = str(one.failure or ("ok" if one.handshake else one.answer))
    return one


async def _ask(stream: Stream, limit_s: float) -> Look:
    try:
        return await _answer(await postgres.ask_for_tls(stream, limit_s), stream, limit_s)
    except Broken as broken:
        return Look(_ENDINGS.get(broken.failure, SslAnswer.RESET))


async def _answer(data: bytes, stream: Stream, limit_s: float) -> Look:
    """What `data`, the first that came, says. Raises `Broken` where an error message is cut."""
    if data in (b"S", b"N"):
        return Look(SslAnswer(data.decode()))
    if not data:
        return Look(SslAnswer.CLOSED)
    if data[:1] == b"E":
        message = await postgres.read_message(stream, limit_s, data)
        if isinstance(message, wire.Message):
            text = wire.error_fields(message.body).get("M", "").strip()
            return Look(SslAnswer.ERROR, error_message=without_escapes(text))
        data = message
    return Look(SslAnswer.NOT_POSTGRES, data)


async def _shake(so_far: Look, stream: Stream, hello: tls.Hello, limit_s: float, network: Network) -> Look:
    begin = network.clock()
    try:
        channel = await tls.handshake(stream, hello, limit_s)
    except tls.HandshakeBroken as broken:
        return replace(
            so_far,
            handshake=False,
            failure=broken.failure,
            alert=broken.alert,
            detail=broken.detail,
            session=broken.session,
            ms=round((network.clock() - begin) * 1000, 2),
        )
    return replace(so_far, handshake=True, session=channel.session, ms=round((network.clock() - begin) * 1000, 2))


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
