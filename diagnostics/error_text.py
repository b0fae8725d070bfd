"""An error text, pasted by the user or received by our own probe: one record, so that a rule asks for it once."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import ClassVar

from diagnostics.facts import Record, derived, fact
from diagnostics.values import dataclass

MAX_CHARACTERS = 200_000
"""Of a longer text the beginning and the end are kept: drivers put the cause last, wrappers put it first."""


class Origin(StrEnum):
    """Who met the error."""

    REPORTED = "reported"
    """The user's client; the text was given to us."""
    OBSERVED = "observed"
    """Our own probe, in this run."""


class Quotes(StrEnum):
    """The quotation marks around the role: they tell who is speaking (knowledge: Neon's proxy writes single ones)."""

    SINGLE = "single"
    DOUBLE = "double"
    NONE = "none"


@dataclass(frozen=True)
class ErrorText(Record):
    """What the failing client printed."""

    name: ClassVar[str] = "error"

    message: str | None = fact("the text, without colours and control characters")
    origin: Origin | None = fact("reported by the user, or observed in this run")

    @derived
    def sqlstate(self) -> str | None:
        """the SQLSTATE that stands in the text; empty if none does"""
        if self.message is None:
            return None
        found = _SQLSTATE.search(self.message)
        return (found.group(1) or found.group(2)) if found else ""

    @derived
    def host(self) -> str | None:
        """the host that the text says it tried; empty if it names none"""
        if self.message is not None and (looked_up := _LOOKED_UP.search(self.message)):
            return looked_up.group(1) or looked_up.group(2)
        return self._server(1)

    @derived
    def address(self) -> str | None:
        """the IP address that the text says it tried; empty if it names none"""
        return self._server(2)

    @derived
    def port(self) -> str | None:
        """the port that the text says it tried; empty if it names none"""
        return self._server(3)

    @derived
    def role_quotes(self) -> Quotes | None:
        """the quotation marks around the role in a password failure: Postgres writes double, Neon's proxy single"""
        if self.message is None:
            return None
        found = _ROLE.search(self.message)
        if not found:
            return Quotes.NONE
        return Quotes.DOUBLE if found.group(1) == '"' else Quotes.SINGLE

    def _server(self, group: int) -> str | None:
        if self.message is None:
            return None
        found = _SERVER.search(self.message)
        return (found.group(group) or "") if found else ""


def clean(text: str, origin: Origin) -> ErrorText:
    """An `ErrorText` of any text: terminal escapes and control characters removed, cut to `MAX_CHARACTERS`."""
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = text[:half] + "\n...\n" + text[-half:]
    return ErrorText(message=without_escapes(text).strip(), origin=origin)


def without_escapes(text: str) -> str:
    """The text as it is safe to print: no ANSI escapes, no control characters but line breaks and tabs."""
    return _CONTROL.sub("", _ESCAPE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# C0 and C1 controls, and the bidirectional overrides, which can make a line read backwards.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SQLSTATE = re.compile(r"(?:SQLSTATE|SQL state|sqlstate|\bcode)[\s:='\"\[(]*([0-9A-Z]{5})\b|\[([0-9A-Z]{5})\]")
_SERVER = re.compile(r"connection to server (?:at|on socket) \"([^\"]*)\"(?: \(([^)\s]*)\))?(?:, port (\d+))?")
# libpq's words for a name that cannot be looked up, and Node's.
_LOOKED_UP = re.compile(r"could not translate host name \"([^\"]+)\"|getaddrinfo [A-Z_]+ ([^\s,;\"']+)")
_ROLE = re.compile(r"password authentication failed for user\s+([\"'])")
