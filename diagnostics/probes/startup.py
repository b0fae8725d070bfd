"""The first answer to a start-up message, before any password: with SNI, without, and without but with the option.

The authentication method offered tells how an endpoint is routed, and costs no wake-up (knowledge: a proxy that routes
by SNI asks for a clear-text password where no endpoint is named). Opens: up to four connections to the first address
that answers, each ended after the first message that follows the start-up message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, derived, fact
from diagnostics.failure import Failure


class Answer(StrEnum):
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
    ERROR = "error"
    SILENT = "silent"
    CLOSED = "closed"
    RESET = "reset"
    NOT_POSTGRES = "not-postgres"
    NOT_REACHED = "not-reached"
    """TCP or TLS did not get so far."""


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

    answer: Answer | None = fact("the first answer to the client spoken for, sending what that client sends")
    reached: Reached | None = fact("how far that client gets before a password is needed")
    message: str | None = fact("the server's error to that client; empty if there was none")
    sqlstate: str | None = fact("its SQLSTATE; empty if none")
    severity: str | None = fact("its severity; empty if none")
    failure: Failure | None = fact("how the connection ended where no answer came")
    answer_ms: float | None = fact("from the start-up message to that answer, in milliseconds")
    with_sni: Answer | None = fact("the first answer over TLS with SNI")
    with_sni_message: str | None = fact("the server's error over TLS with SNI; empty if there was none")
    without_sni: Answer | None = fact("the first answer over TLS without SNI")
    without_sni_message: str | None = fact("the server's error over TLS without SNI; empty if there was none")
    with_option: Answer | None = fact("the first answer without SNI, with the endpoint option")
    with_option_message: str | None = fact("the server's error then; empty if there was none")
    plaintext: Answer | None = fact("the first answer without TLS; asked only where the client may try that")
    plaintext_message: str | None = fact("the server's error without TLS; empty if there was none")
    mechanisms: tuple[str, ...] | None = fact("the SASL mechanisms offered to the client spoken for")

    @derived
    def needs_sni(self) -> bool | None:
        """with SNI the server knows the endpoint, and without SNI it does not"""
        if self.with_sni is None or self.without_sni is None:
            return None
        knows = self.with_sni in (Answer.SASL_PLUS, Answer.SASL, Answer.MD5, Answer.OK)
        return knows and self.without_sni in (Answer.CLEAR_TEXT, Answer.ERROR, Answer.CLOSED)

    @derived
    def option_helps(self) -> bool | None:
        """without SNI the endpoint option makes the server offer what it offers with SNI"""
        if self.with_option is None or self.without_sni is None:
            return None
        return self.with_option != self.without_sni and self.with_option in (Answer.SASL_PLUS, Answer.SASL, Answer.OK)
