"""The first answer to a start-up message, before any password: with SNI, without, and without but with the option.

The authentication method offered tells how an endpoint is routed, and costs no wake-up (docs/neon.md, 3.3: a proxy
that routes by SNI asks for a clear-text password where no endpoint is named). Runs beside the `tls` probe, and goes on
with the two connections on which that probe begins TLS. Opens: up to two more to the first address that answers, one
for the option and one without TLS. Each is ended after the first message after the start-up message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from enum import StrEnum
from typing import Any, ClassVar

from pgwhy.client import ClientFacts, UnknownParameters
from pgwhy.error_text import Origin, clean
from pgwhy.error_text.says import Says
from pgwhy.facts import Record, derived, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes import opening
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.startup import over_443
from pgwhy.probes.startup.first_answer import WELCOMES, Arm, Heard, Question, ServerReply, ask, go_on
from pgwhy.probes.tcp import Attempt, Tcp
from pgwhy.probes.tls.connection import begun
from pgwhy.probes.together import together
from pgwhy.progress import Stage
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider
from pgwhy.values import dataclass

__all__ = ["PROBE", "ServerReply", "Reached", "Startup", "observe"]


class Reached(StrEnum):
    """How far the client spoken for gets before a password is needed."""

    NONE = "none"
    """Not even a start-up message could be sent."""
    STARTUP = "startup"
    """The server refused, or asks for clear text because it knows no endpoint."""
    AUTH = "auth"
    """It asks for a password, or another proof, in the ordinary way."""
    SESSION = "session"
    """It let the client in without one."""


@dataclass(frozen=True)
class Startup(Record):
    """What the server says first. The fields without a suffix are about the client spoken for."""

    name: ClassVar[str] = "startup"

    answer: ServerReply | None = fact("the first answer to the client spoken for, sending what that client sends")
    reached: Reached | None = fact("how far that client gets before a password is needed")
    message: str | None = fact("the server's error to that client; empty if there was none")
    sqlstate: str | None = fact("its SQLSTATE; empty if none")
    severity: str | None = fact("its severity; empty if none")
    failure: Failure | None = fact("how the connection ended where no answer came")
    alert: str | None = fact("the TLS alert that came in place of an answer; empty if none")
    answer_ms: float | None = fact("from the start-up message to that answer, in milliseconds")
    with_sni: ServerReply | None = fact("the first answer over TLS with SNI")
    with_sni_message: str | None = fact("the server's error over TLS with SNI; empty if there was none")
    without_sni: ServerReply | None = fact("the first answer over TLS without SNI")
    without_sni_message: str | None = fact("the server's error over TLS without SNI; empty if there was none")
    with_option: ServerReply | None = fact("the first answer without SNI, with the endpoint option")
    with_option_message: str | None = fact("the server's error then; empty if there was none")
    plaintext: ServerReply | None = fact("the first answer without TLS; asked only where the client may try that")
    plaintext_message: str | None = fact("the server's error without TLS; empty if there was none")
    mechanisms: tuple[str, ...] | None = fact("the SASL mechanisms offered to the client spoken for")

    method_code: int | None = fact("the code of its authentication request, where that is one without a mechanism")

    @derived
    def needs_sni(self) -> bool | None:
        """with SNI the server knows the endpoint, and without SNI it does not"""
        if self.with_sni is None or self.without_sni is None:
            return None
        knows = self.with_sni in (ServerReply.SASL_PLUS, ServerReply.SASL, ServerReply.MD5, ServerReply.OK)
        return knows and self.without_sni in (ServerReply.CLEAR_TEXT, ServerReply.ERROR, ServerReply.CLOSED)

    @derived
    def named_endpoint_says(self) -> tuple[Says, ...] | None:
        """what the server's errors say to a client that names the endpoint, by SNI or by the option"""
        if self.with_sni_message is None and self.with_option_message is None:
            return None
        said = (clean(text, Origin.OBSERVED).says for text in (self.with_sni_message, self.with_option_message) if text)
        return tuple(says for says in said if says is not None)


async def observe(seen: Run, network: Network) -> Startup:
    place = opening.place(seen)
    if place is None:
        return Startup(answer=ServerReply.NOT_REACHED, reached=Reached.NONE)
    if seen.client.way.over_443:
        return _over_443(await over_443.ask(place, start_up_parameters(seen), seen, network))
    arms = list(_arms(place, seen))
    heard = await _ask_all(arms, place, seen, network)
    theirs = _theirs(heard, seen, is_socket=opening.is_socket(place))
    if theirs is None:
        return Startup(**_by_arm(heard))
    found = heard[theirs]
    return Startup(
        **_by_arm(heard),
        answer=found.answer,
        reached=_reached(theirs, found, heard, seen),
        message=found.fields.get("M", ""),
        sqlstate=found.fields.get("C", ""),
        severity=found.fields.get("V") or found.fields.get("S", ""),
        failure=found.failure,
        alert=found.alert,
        answer_ms=found.ms,
        mechanisms=found.mechanisms,
        method_code=found.code,
    )


def _over_443(heard: Heard) -> Startup:
    reached = {ServerReply.NOT_REACHED: Reached.NONE, ServerReply.HTTP: Reached.AUTH, ServerReply.OK: Reached.SESSION}
    return Startup(
        answer=heard.answer,
        reached=reached.get(heard.answer, Reached.STARTUP),
        message=heard.fields.get("M", ""),
        sqlstate=heard.fields.get("C", ""),
        severity=heard.fields.get("V") or heard.fields.get("S", ""),
        failure=heard.failure,
        alert=heard.alert,
        answer_ms=heard.ms,
    )


def _arms(place: Attempt, seen: Run) -> Iterator[Question]:
    """What to ask, the client's own way first: the first two are asked at once."""
    target, parameters = seen[TargetFacts], start_up_parameters(seen)
    plaintext = Question(Arm.PLAINTEXT, None, parameters)
    if opening.is_socket(place):
        yield plaintext
        return
    if target.sslmode == "disable":
        yield plaintext
    if name := opening.server_name(place):
        yield Question(Arm.WITH_SNI, opening.hello(seen, name), parameters)
    yield Question(Arm.WITHOUT_SNI, opening.hello(seen, ""), parameters)
    if target.endpoint and not target.option_endpoint:
        options = f"{parameters.get('options', '')} endpoint={target.endpoint}".strip()
        yield Question(Arm.WITH_OPTION, opening.hello(seen, ""), {**parameters, "options": options})
    if target.sslmode in ("allow", "prefer"):
        yield plaintext


def start_up_parameters(seen: Run) -> dict[str, str]:
    """What the client spoken for sends in its start-up message, as far as a server's first answer can depend on it."""
    target, client, value = seen[TargetFacts], seen.client, seen.target.value
    environment = seen.machine.environment
    user = target.user or environment.get("USER") or environment.get("USERNAME") or "postgres"
    wanted = {
        "user": user,
        "database": target.dbname or user,
        "application_name": value("application_name") or value("fallback_application_name") or "pgwhy",
        "options": target.options or "",
    }
    forwarded = {name: value(name) or "" for name in client.forwarded_parameters}
    if client.unknown_parameters is UnknownParameters.FORWARDED:
        forwarded |= {name: setting.value for name, setting in seen.target.foreign.items()}
    return {name: text for name, text in {**forwarded, **wanted}.items() if text and "\0" not in name + text}


async def _ask_all(questions: list[Question], place: Attempt, seen: Run, network: Network) -> dict[Arm, Heard]:
    """Two ways at once; the others as soon as one of them has got past TLS, so that silence is waited for only once."""
    moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def move() -> None:
        if not moved.done():
            moved.set_result(None)

    def put(question: Question) -> Coroutine[Any, Any, Heard]:
        if question.hello and question.arm is not Arm.WITH_OPTION:
            return go_on(question, begun(place, question.hello, seen, network), network, move)
        return ask(question, place, opening.is_direct(seen), network, move)

    arms = [question.arm for question in questions]
    if len(questions) <= 2:  # nothing is to be asked as soon as one has got past TLS
        return dict(zip(arms, await asyncio.gather(*map(put, questions)), strict=True))
    early = asyncio.gather(*map(put, questions[:2]))
    either: list[asyncio.Future[Any]] = [moved, early]
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        stalled = not moved.done() and any(heard.failure is Failure.TIMED_OUT for heard in early.result())
        heard_late = [] if stalled else await together(*map(put, questions[2:]))
        return dict(zip(arms, [*await early, *heard_late], strict=False))
    finally:
        early.cancel()
        await asyncio.gather(early, return_exceptions=True)  # or asyncio complains that nobody took its exception


def _theirs(heard: dict[Arm, Heard], seen: Run, *, is_socket: bool) -> Arm | None:
    """The way that the client spoken for goes; `None` where it is not known whether it sends SNI and that matters."""
    sslmode = "disable" if is_socket else seen[TargetFacts].sslmode
    over_tls = _over_tls(heard, seen[ClientFacts].sends_sni)
    if sslmode == "disable":
        ways = [Arm.PLAINTEXT]
    elif over_tls is None:
        return None
    else:
        ways = {"allow": [Arm.PLAINTEXT, over_tls], "prefer": [over_tls, Arm.PLAINTEXT]}.get(sslmode or "", [over_tls])
    asked = [way for way in ways if way in heard]
    # libpq's allow and prefer go the other way where the first is refused before a password.
    accepted = [way for way in asked if heard[way].answer not in (ServerReply.ERROR, ServerReply.NOT_REACHED)]
    told = [way for way in asked if heard[way].answer is ServerReply.ERROR]
    return next(iter([*accepted, *told, *asked]), None)


def _over_tls(heard: dict[Arm, Heard], sends_sni: bool | None) -> Arm | None:
    if Arm.WITH_SNI not in heard or sends_sni is False:
        return Arm.WITHOUT_SNI
    if sends_sni is None and heard[Arm.WITH_SNI].answer is not heard[Arm.WITHOUT_SNI].answer:
        return None
    return Arm.WITH_SNI


def _reached(theirs: Arm, found: Heard, heard: dict[Arm, Heard], seen: Run) -> Reached:
    if found.answer is ServerReply.NOT_REACHED:
        return Reached.NONE
    if found.answer is ServerReply.OK:
        return Reached.SESSION
    if found.answer not in WELCOMES:
        return Reached.STARTUP
    if found.answer is ServerReply.CLEAR_TEXT and not seen[TargetFacts].endpoint_named:
        # Such a proxy asks for clear text in the hope of an endpoint inside the password (docs/neon.md, 3.2): it was
        # sent no name, or one that it does not know.
        by_sni = heard.get(Arm.WITH_SNI, found).answer in (
            ServerReply.SASL_PLUS,
            ServerReply.SASL,
            ServerReply.MD5,
            ServerReply.OK,
        )
        routes = theirs is Arm.WITHOUT_SNI and by_sni
        if routes or seen[TargetFacts].provider is Provider.NEON:
            return Reached.STARTUP
    return Reached.AUTH


def _by_arm(heard: dict[Arm, Heard]) -> dict[str, Any]:
    """The facts with a suffix."""

    def answer(arm: Arm) -> ServerReply | None:
        return heard[arm].answer if arm in heard else None

    def message(arm: Arm) -> str | None:
        return heard[arm].fields.get("M", "") if arm in heard else None

    return {
        "with_sni": answer(Arm.WITH_SNI),
        "with_sni_message": message(Arm.WITH_SNI),
        "without_sni": answer(Arm.WITHOUT_SNI),
        "without_sni_message": message(Arm.WITHOUT_SNI),
        "with_option": answer(Arm.WITH_OPTION),
        "with_option_message": message(Arm.WITH_OPTION),
        "plaintext": answer(Arm.PLAINTEXT),
        "plaintext_message": message(Arm.PLAINTEXT),
    }


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    yield "send a start-up message there and read its first answer: up to 2 connections more, no password"


PROBE = Probe(Startup, observe, Stage.STARTUP, opens, needs=(Tcp,))
