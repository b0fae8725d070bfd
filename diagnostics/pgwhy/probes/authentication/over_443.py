"""The login of the serverless driver: one query over HTTP, or a session inside a WebSocket, with its own words.

The password goes out in clear text inside TLS, which is how this driver sends it, and only over a connection whose
certificate was verified for a host of the user's own. Opens: one connection, one password exchange.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pgwhy.client import Way
from pgwhy.error_text import without_escapes
from pgwhy.failure import Failure
from pgwhy.network import https, postgres, websocket, wire
from pgwhy.network.stream import Broken
from pgwhy.probes import opening, permit
from pgwhy.probes.authentication.record import Authentication, AuthOutcome, not_tried
from pgwhy.probes.probe import Run
from pgwhy.probes.startup import Reached, Startup, start_up_parameters
from pgwhy.probes.startup.over_443 import server, trusted
from pgwhy.target.facts import TargetFacts
from pgwhy.target.obstacle import ClearText, Obstacle
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network
    from pgwhy.network.tls import TlsStream

QUESTION = "select current_setting('server_version'), current_user, current_database()"
MAX_MESSAGES = 200
"""What a server says between the password and ReadyForQuery: a dozen ParameterStatus, and notices."""


async def observe(seen: Run, network: Network) -> Authentication:
    """Log in, once the stages in front of the login are passed."""
    if (await seen.later(Startup)).reached is not Reached.AUTH:
        return not_tried(Obstacle.EARLIER_STAGE)
    if seen.target.password is None:
        return Authentication(outcome=AuthOutcome.PASSWORD_MISSING, exchanges=0)
    async with network.login_turn:
        if network.exchanges >= network.MAX_EXCHANGES:
            return not_tried(Obstacle.EXCHANGES_SPENT)
        begin = network.clock()
        with network.timeline.span("authentication", seen.client.way) as span:
            ended = await log_in(seen, network)
            if isinstance(ended, Obstacle):
                span.outcome = "kept back"
                return not_tried(ended)
            span.outcome = ended.outcome
        elapsed_ms = round((network.clock() - begin) * 1000, 2)
    seen.answered = ended.answered
    return Authentication(
        outcome=ended.outcome,
        message=ended.message,
        password_used=ended.sent,
        exchanges=int(ended.sent),
        address=ended.address,
        local=ended.local,
        elapsed_ms=elapsed_ms,
        encrypted=True,
        clear_text=ClearText.VERIFIED,
    )


@dataclass(frozen=True)
class Ended:
    """How it ended."""

    address: str
    local: str = ""
    message: str = ""
    """What the driver prints; empty if it got in, and where the connection ended without an answer."""
    answered: tuple[str, ...] | None = field(default=None, repr=False)
    """Server version, user and database, as `QUESTION` gives them; `None` if it did not get in."""
    failure: Failure | None = None
    sent: bool = False
    """The password went out."""

    @property
    def outcome(self) -> AuthOutcome:
        """In the words of every login."""
        if self.answered is not None:
            return AuthOutcome.OK
        if self.message:
            return AuthOutcome.REFUSED
        return AuthOutcome.TIMED_OUT if self.failure is Failure.TIMED_OUT else AuthOutcome.FAILED


async def log_in(seen: Run, network: Network) -> Ended | Obstacle:
    """Log in at the first address that answers. Never raises for what a network can do."""
    place = opening.place(seen)
    if place is None:
        return Obstacle.EARLIER_STAGE
    if obstacle := permit.ask_over_443(seen, place.host):
        return obstacle
    limit_s = network.allowance()
    attempt = _Attempt(seen, network, place.host, limit_s)
    local, message = "", ""
    try:
        async with https.opened(network, server(place), trusted(seen), limit_s) as secure:
            local = secure.local
            answered = await attempt.over(secure)
            return Ended(place.address, local, answered=answered, sent=attempt.sent)
    except _Refused as refused:
        message = refused.text
        return Ended(place.address, local, message, sent=attempt.sent)
    except Broken as broken:
        return Ended(place.address, local, failure=broken.failure, sent=attempt.sent)


class _Refused(Exception):
    """The server's refusal in the driver's words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = without_escapes(text).strip()


class _Attempt:
    """One login, over a connection that is verified."""

    def __init__(self, seen: Run, network: Network, host: str, limit_s: float) -> None:
        self._seen, self._network, self._host, self._limit_s = seen, network, host, limit_s
        self.sent = False

    async def over(self, secure: TlsStream) -> tuple[str, ...]:
        """Raises `_Refused` and `Broken`."""
        if self._seen.client.way is Way.HTTP:
            return await self._by_query(secure)
        asked = websocket.upgrade(self._network.random(16))
        reply = await https.exchange(secure, self._host, asked, self._limit_s)
        if reply.status != websocket.SWITCHED:
            raise _Refused(f"Unexpected server response: {reply.status}")
        return await self._by_session(websocket.Frames(secure, self._network.random))

    async def _by_query(self, secure: TlsStream) -> tuple[str, ...]:
        content = json.dumps({"query": QUESTION, "params": []}).encode()
        headers = {
            "Neon-Connection-String": connection_string(self._seen),
            "Neon-Raw-Text-Output": "true",
            "Neon-Array-Mode": "true",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Connection": "close",
        }
        self._spend()
        asked = https.Request("POST", "/sql", headers, content)
        reply = await https.exchange(secure, self._host, asked, self._limit_s, with_body=True)
        told = _json(reply.body)
        if reply.status == 200 and (rows := told.get("rows")):
            return tuple(str(value) for value in rows[0][:3])
        if reply.status == 400 and isinstance(told.get("message"), str):
            raise _Refused(f"NeonDbError: {told['message']}{_code(told)}")
        text = reply.body.decode("utf-8", "replace")
        raise _Refused(f"NeonDbError: Server error (HTTP status {reply.status}): {text}")

    async def _by_session(self, inner: websocket.Frames) -> tuple[str, ...]:
        await inner.send(wire.startup_message(start_up_parameters(self._seen)), self._limit_s)
        row: tuple[str, ...] = ()
        asked = False
        for _ in range(MAX_MESSAGES):
            message = await postgres.read_message(inner, self._limit_s)
            if not isinstance(message, wire.Message):
                raise Broken(Failure.PROTOCOL)
            if message.kind == b"E":
                fields = wire.error_fields(message.body)
                raise _Refused(f"error: {fields.get('M', '')}{_code({'code': fields.get('C')})}")
            if message.kind == b"R":
                await self._answer(inner, wire.read_authentication(message.body)[0])
            elif message.kind == b"D":
                row = _row(message.body)
            elif message.kind == b"Z" and asked:
                return row
            elif message.kind == b"Z":
                asked = True
                await inner.send(wire.message(b"Q", QUESTION.encode() + b"\0"), self._limit_s)
        raise Broken(Failure.PROTOCOL)

    async def _answer(self, inner: websocket.Frames, code: int) -> None:
        if code == wire.Auth.OK:
            return
        if code != wire.Auth.CLEARTEXT_PASSWORD:
            raise Broken(Failure.PROTOCOL)
        password = self._seen.target.password
        self._spend()
        await inner.send(wire.password_message(password.reveal().encode() if password else b""), self._limit_s)

    def _spend(self) -> None:
        self.sent = True
        self._network.exchanges += 1


def connection_string(seen: Run) -> str:
    """What the driver puts into its header, with every odd character percent-encoded. Holds the password."""
    target, facts = seen.target, seen[TargetFacts]
    password = quote(target.password.reveal(), safe="") if target.password else ""
    login = f"{quote(facts.user or '', safe='')}:{password}" if target.password else quote(facts.user or "", safe="")
    return f"postgresql://{login}@{facts.host}/{quote(facts.dbname or '', safe='')}"


def _code(told: dict[str, Any]) -> str:
    """The SQLSTATE as Node prints it behind an error, where there is one of Postgres' own."""
    return f" (code: '{told['code']}')" if told.get("code") else ""


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _row(body: bytes) -> tuple[str, ...]:
    """The texts of a DataRow, NULL as an empty one."""
    found: list[str] = []
    position = 2
    while position + 4 <= len(body):
        size = int.from_bytes(body[position : position + 4], "big", signed=True)
        position += 4
        found.append(body[position : position + max(0, size)].decode("utf-8", "replace"))
        position += max(0, size)
    return tuple(found)
