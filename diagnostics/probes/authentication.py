"""The login, by libpq itself, so that its text is what the user's tool would print.

Opens: one connection, and one password exchange at most (libpq's own second attempt under sslmode=prefer counts). A
clear-text password is kept back unless the certificate is verified or the target itself says sslmode=disable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, fact


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
    NOT_TRIED = "not-tried"


class Obstacle(StrEnum):
    """What kept the login from being tried."""

    EARLIER_STAGE = "earlier-stage"
    NO_LOGIN = "no-login"
    """The user said --no-login."""
    EXCHANGES_SPENT = "exchanges-spent"
    """Three password exchanges were made in this run already."""
    NOT_IMITATED = "not-imitated"
    """The client spoken for does something that libpq cannot be made to do."""


@dataclass(frozen=True)
class Authentication(Record):
    """The login of the client spoken for."""

    name: ClassVar[str] = "authentication"

    outcome: AuthOutcome | None = fact("how the login ended")
    not_tried_because: Obstacle | None = fact("what kept it from being tried")
    message: str | None = fact("libpq's text, as the user's own tool would print it; empty if it logged in")
    clear_text_asked: bool | None = fact("the server asked for a clear-text password")
    password_used: bool | None = fact("the server asked for a password, and libpq used the one it has")
    channel_bound: bool | None = fact("channel binding was required and used")
    exchanges: int | None = fact("password exchanges made")
    address: str | None = fact("the server's address that the login went to")
    local: str | None = fact("our own end of that connection, address:port; empty if it was not had")
    elapsed_ms: float | None = fact("from TCP to the end of the login, in milliseconds")
    waiting_ms: float | None = fact("the longest silence after the password was sent: a compute that wakes up")
    encrypted: bool | None = fact("the login went over TLS")


@dataclass(frozen=True)
class Here(Record):
    """The login of this machine's own libpq with the untouched string, where the run speaks for another client."""

    name: ClassVar[str] = "here"

    outcome: AuthOutcome | None = fact("how the login ended")
    message: str | None = fact("libpq's text; empty if it logged in")
    client: str | None = fact("libpq's version in words")
    elapsed_ms: float | None = fact("how long it took, in milliseconds")
