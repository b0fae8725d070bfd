"""One start-up message and the first answer to it, before any password."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import field
from enum import StrEnum

from pgwhy.error_text import without_escapes
from pgwhy.failure import Failure
from pgwhy.network import Network, postgres, tls, wire
from pgwhy.network.shared import result_of
from pgwhy.network.stream import Broken, Channel, Stream
from pgwhy.probes.tcp import Attempt
from pgwhy.probes.tls.connection import Begun, SslAnswer
from pgwhy.values import dataclass, replace

SILENT_S = 4.5
"""No byte for so long is silence."""
MAX_NOTICES = 8
"""Messages that may come in front of an answer."""


class ServerReply(StrEnum):
    """The first thing that the server says to a start-up message."""

    SASL_PLUS = "scram-plus"
    """SCRAM-SHA-256-PLUS is among the mechanisms: channel binding is possible."""
    SASL = "scram"
    SASL_OTHER = "sasl-other"
    """SASL, with no mechanism of SCRAM-SHA-256 (OAUTHBEARER ...)."""
    MD5 = "md5"
    CLEAR_TEXT = "clear-text"
    GSS = "gss"
    OK = "ok"
    """No password is asked for (trust, peer, a client certificate)."""
    UNKNOWN_METHOD = "unknown-method"
    """An authentication request that PostgreSQL has no name for."""
    ERROR = "error"
    SILENT = "silent"
    CLOSED = "closed"
    RESET = "reset"
    NOT_POSTGRES = "not-postgres"
    HTTP = "http"
    """The provider's HTTP side answers, or the session in its WebSocket asks for the password."""
    NOT_REACHED = "not-reached"
    """TCP or TLS did not get so far."""


class Arm(StrEnum):
    """One way of asking."""

    WITH_SNI = "with SNI"
    WITHOUT_SNI = "without SNI"
    WITH_OPTION = "without SNI, with the endpoint option"
    PLAINTEXT = "without TLS"


@dataclass(frozen=True)
class Question:
    """What is sent."""

    arm: Arm
    hello: tls.Hello | None
    """`None`: without TLS."""
    parameters: dict[str, str]


@dataclass(frozen=True)
class Heard:
    """What came back."""

    answer: ServerReply
    fields: dict[str, str] = field(default_factory=dict)
    """Of an error, by their one-letter codes; safe to print."""
    mechanisms: tuple[str, ...] = ()
    code: int | None = None
    """Of an authentication request; `None` where there was none."""
    failure: Failure | None = None
    alert: str = ""
    ms: float | None = None
    """From the start-up message to the answer; `None` where none was sent."""


async def go_on(question: Question, task: asyncio.Task[Begun], network: Network, moved: Callable[[], None]) -> Heard:
    """Send and read where TLS was begun already; the connection is ended then. Never raises. `moved`: as for `ask`."""
    begun = await result_of(task)
    channel, look = begun.channel, begun.look
    if channel is None:
        failure = look.failure or _NO_TLS.get(look.answer, Failure.PROTOCOL)
        return Heard(ServerReply.NOT_REACHED, failure=failure, alert=look.alert)
    moved()
    try:
        with network.timeline.span("startup", question.arm.value) as span:
            network.timeline.connected(channel.local, channel.remote)
            heard = await _timed(channel, question, network)
            span.outcome = _outcome(heard)
    finally:
        begun.end()
    return heard


async def ask(question: Question, place: Attempt, direct: bool, network: Network, moved: Callable[[], None]) -> Heard:
    """The same on a connection of its own, with TLS if asked for (`direct`: without SSLRequest). Never raises.

    `moved` is called once it is known that the server talks: after the handshake, or with the answer.
    """
    async with network.slots:
        with network.timeline.span("startup", question.arm.value) as span:
            heard = await _converse(question, place, direct, network, moved)
            span.outcome = _outcome(heard)
    return heard


def _outcome(heard: Heard) -> str:
    return "ok" if heard.answer in WELCOMES else heard.answer.value


async def _timed(channel: Channel, question: Question, network: Network) -> Heard:
    begin = network.clock()
    heard = await first_answer(channel, question.parameters, network)
    return replace(heard, ms=round((network.clock() - begin) * 1000, 2))


async def _converse(
    question: Question, place: Attempt, direct: bool, network: Network, moved: Callable[[], None]
) -> Heard:
    try:
        stream = await network.connect(place.address, place.port, SILENT_S)
    except Broken as broken:
        return Heard(ServerReply.NOT_REACHED, failure=broken.failure)
    try:
        channel: Channel = stream
        if question.hello:
            channel = await _secure(stream, question.hello, direct, network)
            moved()
        heard = await _timed(channel, question, network)
        if heard.answer is not ServerReply.SILENT:
            moved()
        return heard
    except Broken as broken:
        return Heard(ServerReply.NOT_REACHED, failure=broken.failure, alert=broken.alert)
    finally:
        stream.abort()


async def _secure(stream: Stream, hello: tls.Hello, direct: bool, network: Network) -> tls.TlsStream:
    if not direct:
        answer = await postgres.ask_for_tls(stream, network.allowance(SILENT_S))
        if answer != b"S":
            raise Broken(Failure.PROTOCOL if answer else Failure.CLOSED)
    await tls.pyopenssl.ready()
    return await tls.handshake(stream, hello, network.allowance(SILENT_S))


async def first_answer(channel: Channel, parameters: dict[str, str], network: Network) -> Heard:
    """Send the start-up message, and read what it is answered with. Never raises."""
    limit_s = network.allowance(SILENT_S)
    unsent: Broken | None = None
    try:
        await channel.send(wire.startup_message(parameters), limit_s)
    except Broken as early:
        unsent = early  # a refusal that came before, such as a TLS alert, is still there to be read and says more
    try:
        for _ in range(MAX_NOTICES):
            message = await postgres.read_message(channel, limit_s)
            # A notice, or a lower protocol version offered, is no answer yet.
            if not isinstance(message, wire.Message) or message.kind not in (b"N", b"v"):
                return _understand(message)
    except Broken as unread:
        broken = unsent if unsent and unread.failure is Failure.CLOSED else unread
        answer = _ENDINGS.get(broken.failure, ServerReply.CLOSED)
        return Heard(answer, failure=broken.failure, alert=broken.alert)
    return Heard(ServerReply.NOT_POSTGRES)


def _understand(message: wire.Message | bytes) -> Heard:
    if not isinstance(message, wire.Message) or message.kind not in (b"E", b"R"):
        return Heard(ServerReply.NOT_POSTGRES)
    if message.kind == b"E":
        fields = wire.error_fields(message.body)
        return Heard(ServerReply.ERROR, {key: without_escapes(text).strip() for key, text in fields.items()})
    try:
        code, mechanisms = wire.read_authentication(message.body)
    except wire.WireError:
        return Heard(ServerReply.NOT_POSTGRES)
    if code != wire.Auth.SASL:
        # A later step of SASL is no first answer.
        otherwise = ServerReply.NOT_POSTGRES if code in set(wire.Auth) else ServerReply.UNKNOWN_METHOD
        return Heard(_BY_CODE.get(code, otherwise), code=code)
    if "SCRAM-SHA-256-PLUS" in mechanisms:
        return Heard(ServerReply.SASL_PLUS, mechanisms=mechanisms)
    return Heard(ServerReply.SASL if "SCRAM-SHA-256" in mechanisms else ServerReply.SASL_OTHER, mechanisms=mechanisms)


WELCOMES = (
    ServerReply.SASL_PLUS,
    ServerReply.SASL,
    ServerReply.SASL_OTHER,
    ServerReply.MD5,
    ServerReply.CLEAR_TEXT,
    ServerReply.GSS,
    ServerReply.OK,
    ServerReply.HTTP,
)
"""The server goes on with this client."""
_NO_TLS: dict[SslAnswer | None, Failure] = {
    SslAnswer.SILENT: Failure.TIMED_OUT,
    SslAnswer.CLOSED: Failure.CLOSED,
    SslAnswer.RESET: Failure.RESET,
}
"""How a connection ended on which SSLRequest was not answered; another answer is no TLS."""
_ENDINGS = {Failure.TIMED_OUT: ServerReply.SILENT, Failure.CLOSED: ServerReply.CLOSED, Failure.RESET: ServerReply.RESET}
_BY_CODE: dict[int, ServerReply] = {
    wire.Auth.OK: ServerReply.OK,
    wire.Auth.CLEARTEXT_PASSWORD: ServerReply.CLEAR_TEXT,
    wire.Auth.MD5_PASSWORD: ServerReply.MD5,
    wire.Auth.GSS: ServerReply.GSS,
    wire.Auth.SSPI: ServerReply.GSS,
    wire.Auth.KERBEROS_V5: ServerReply.GSS,
}
