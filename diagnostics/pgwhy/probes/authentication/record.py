"""What is seen of a login: that of the client spoken for, and that of this machine's own libpq."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import ClassVar

from pgwhy.facts import Record, fact
from pgwhy.network.login import Stop
from pgwhy.target.obstacle import ClearText, Obstacle
from pgwhy.values import dataclass


class AuthOutcome(StrEnum):
    """How the login ended."""

    OK = "ok"
    REFUSED = "refused"
    """The server said no; `message` has its words."""
    FAILED = "failed"
    """The connection broke, or libpq itself stopped; `message` has its words."""
    CLEAR_TEXT_HELD_BACK = "clear-text-held-back"
    """The server asked for a clear-text password where it is not safe to send one."""
    PASSWORD_MISSING = "password-missing"
    """The server asked for a password and the target has none."""
    TIMED_OUT = "timed-out"
    STOPPED = "stopped"
    """A limit of ours ended it; `stopped_by` says which. It is not the server's word."""
    NOT_TRIED = "not-tried"


@dataclass(frozen=True)
class Authentication(Record):
    """The login of the client spoken for."""

    name: ClassVar[str] = "authentication"

    outcome: AuthOutcome | None = fact("how the login ended")
    not_tried_because: Obstacle | None = fact("what kept it from being tried")
    stopped_by: Stop | None = fact("which limit of pgwhy's own ended it")
    message: str | None = fact("libpq's text, as the user's own tool would print it; empty if it logged in")
    clear_text_asked: bool | None = fact("the server asked for a clear-text password")
    password_used: bool | None = fact("the server asked for a password, and libpq used the one it has")
    channel_bound: bool | None = fact("channel binding was required and used")
    exchanges: int | None = fact("password exchanges made, as they were sent to the server")
    scram_iterations: int | None = fact("rounds of SCRAM-SHA-256 that the server asked for")
    host: str | None = fact("the host that the login went to, as the target names it; empty if it names none")
    port: int | None = fact("the port that the login went to")
    address: str | None = fact("the server's address that the login went to")
    local: str | None = fact("our own end of that connection, address:port; empty if it was not had")
    elapsed_ms: float | None = fact("from TCP to the end of the login, in milliseconds")
    waiting_ms: float | None = fact("the longest silence after the password was sent: a compute that wakes up")
    encrypted: bool | None = fact("the login went over TLS")
    clear_text: ClearText | None = fact("whether this login was permitted to send a clear-text password, and by what")


@dataclass(frozen=True)
class Here(Record):
    """The login of this machine's own libpq with the untouched string, where the run speaks for another client."""

    name: ClassVar[str] = "here"

    outcome: AuthOutcome | None = fact("how the login ended")
    message: str | None = fact("libpq's text; empty if it logged in")
    client: str | None = fact("libpq's version in words")
    elapsed_ms: float | None = fact("how long it took, in milliseconds")
    not_tried_because: Obstacle | None = fact("what kept it from being tried")


@cache
def not_tried(obstacle: Obstacle) -> Authentication:
    """The record of a login that was not made."""
    return Authentication(outcome=AuthOutcome.NOT_TRIED, not_tried_because=obstacle)
