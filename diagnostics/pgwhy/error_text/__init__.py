"""An error text, pasted by the user or received by our own probe: one record, so that a rule asks for it once."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from pgwhy.error_text.says import Says
from pgwhy.error_text.words import HostKind, Phase, Speaker
from pgwhy.facts import Record, derived, fact
from pgwhy.shipped.later import later
from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.error_text import (
        attempts,
        codes,
        deciding,
        server,
        sqlstates,
        statements,
        surroundings,
        translations,
        wrapping,
    )
else:  # a healthy run has no text to read
    attempts = later("pgwhy.error_text.attempts")
    codes = later("pgwhy.error_text.codes")
    deciding = later("pgwhy.error_text.deciding")
    server = later("pgwhy.error_text.server")
    sqlstates = later("pgwhy.error_text.sqlstates")
    statements = later("pgwhy.error_text.statements")
    surroundings = later("pgwhy.error_text.surroundings")
    translations = later("pgwhy.error_text.translations")
    wrapping = later("pgwhy.error_text.wrapping")

MAX_CHARACTERS = 200_000
"""Of a longer text the beginning and the end are kept: drivers put the cause last, wrappers put it first."""


class Origin(StrEnum):
    """Who met the error."""

    REPORTED = "reported"
    """The user's client; the text was given to us."""
    OBSERVED = "observed"
    """Our own probe, in this run."""


@dataclass(frozen=True)
class ErrorText(Record):
    """What the failing client printed."""

    name: ClassVar[str] = "error"

    message: str | None = fact(
        "the text in plain lines: out of JSON and logs, without colours, Postgres' words in English"
    )
    origin: Origin | None = fact("reported by the user, or observed in this run")
    given: str | None = fact("the text as it was given, without control characters; empty if the message is the same")

    alone: bool | None = fact("the text is all that is known: no run was made beside it")

    @derived
    def codes(self) -> tuple[str, ...] | None:
        """the codes in the text, in its order, by their POSIX, Postgres or driver name: ECONNREFUSED, 28P01, P1001"""
        return None if self.message is None else codes.codes(self.message)

    @derived
    def sqlstate(self) -> str | None:
        """the SQLSTATE that is in the text; empty if none does"""
        return None if self.message is None else sqlstates.first(self.message)

    @derived
    def says(self) -> Says | None:
        """what the text says: that of its statements which counts"""
        return None if self.message is None else _decisive(self.message, "says", Says.NOTHING)

    @derived
    def speaker(self) -> Speaker | None:
        """who says it"""
        return None if self.message is None else _decisive(self.message, "speaker", Speaker.NOBODY)

    @derived
    def program(self) -> str | None:
        """the program that says it, as its file in rules/messages is named; empty if nothing is known to be said"""
        return None if self.message is None else _decisive(self.message, "program", "")

    @derived
    def phase(self) -> Phase | None:
        """when it is said"""
        return None if self.message is None else _decisive(self.message, "phase", Phase.NONE)

    @derived
    def words(self) -> str | None:
        """what counts, as it is written in the text; of a code its name; empty if nothing is known to be said"""
        return None if self.message is None else _decisive(self.message, "words", "")

    @derived
    def line(self) -> str | None:
        """the line of the text in which that is, without line breaks; empty if nothing is known to be said"""
        return None if self.message is None else deciding.line(self.message)

    @derived
    def also_says(self) -> tuple[Says, ...] | None:
        """everything that the text says, what counts first"""
        if self.message is None:
            return None
        return tuple(dict.fromkeys(each.says for each in deciding.counting(self.message)))

    @derived
    def programs(self) -> tuple[str, ...] | None:
        """the programs that the text shows"""
        return None if self.message is None else tuple(sorted(statements.read(self.message).programs))

    @derived
    def path(self) -> str | None:
        """the path of a file or socket in what is said; empty if there is none"""
        return None if self.message is None else _hole(self.message, "path")

    @derived
    def parameter(self) -> str | None:
        """the parameter or option in what is said; empty if there is none"""
        return None if self.message is None else _hole(self.message, "parameter")

    @derived
    def value(self) -> str | None:
        """the value that is complained of in what is said; empty if there is none"""
        return None if self.message is None else _hole(self.message, "value")

    @derived
    def client(self) -> str | None:
        """the client's address as the server or proxy saw it, in what is said; empty if there is none"""
        return None if self.message is None else _hole(self.message, "client")

    @derived
    def detail(self) -> str | None:
        """what more is in what is said: its hole `detail`; empty if it has none"""
        return None if self.message is None else _hole(self.message, "detail")

    @derived
    def host(self) -> str | None:
        """the host that the text says it tried; empty if it names none"""
        return None if self.message is None else server.tried(self.message).host

    @derived
    def host_kind(self) -> HostKind | None:
        """what sort of host the text says it tried, where it names an address alone: of address"""
        return None if self.message is None else server.tried(self.message).kind

    @derived
    def address(self) -> str | None:
        """the IP address that the text says it tried; empty if it names none"""
        return None if self.message is None else server.tried(self.message).address

    @derived
    def ipv6(self) -> bool | None:
        """the address that the text says it tried is one of IPv6, and no IPv4 address failed beside it"""
        if self.message is None:
            return None
        found = server.tried(self.message)
        is_ipv6 = ":" in found.address or found.kind is HostKind.IPV6
        return is_ipv6 and not _IPV4.search((self.given or self.message)[:_BEGINNING])

    @derived
    def in_container(self) -> bool | None:
        """the text comes out of a container, or out of the build of an image"""
        return None if self.message is None else surroundings.is_container(self.given or self.message)

    @derived
    def on_platform(self) -> bool | None:
        """the text comes out of a platform without a database beside the program: Lambda, Vercel, Render ..."""
        return None if self.message is None else surroundings.is_platform(self.given or self.message)

    @derived
    def about_another_service(self) -> bool | None:
        """the text is about Redis, MySQL, a web server ..., and nothing in it speaks of Postgres"""
        return None if self.message is None else deciding.is_about_another_service(self.message)

    @derived
    def port(self) -> str | None:
        """the port that the text says it tried; empty if it names none"""
        return None if self.message is None else server.tried(self.message).port

    @derived
    def role(self) -> str | None:
        """the role that the text says was refused or is missing; empty if it names none"""
        return None if self.message is None else _hole(self.message, "role")

    @derived
    def database(self) -> str | None:
        """the database that the text says was refused or is missing; empty if it names none"""
        return None if self.message is None else _hole(self.message, "database")


def _decisive(message: str, field: str, otherwise: str) -> Any:
    found = deciding.counting(message)
    return getattr(found[0], field) if found else otherwise


def _hole(message: str, name: str) -> str:
    """Of what counts first; of two statements, as of a wrapper and what it wraps, the first that has it."""
    return next((value for each in deciding.counting(message) if (value := each.hole(name))), "")


def clean(text: str, origin: Origin, *, alone: bool = False) -> ErrorText:
    """An `ErrorText` of any text, cut to `MAX_CHARACTERS`. Only a pasted text is wrapped in anything."""
    if len(text) > MAX_CHARACTERS:
        half = MAX_CHARACTERS // 2
        text = text[:half] + "\n...\n" + text[-half:]
    given = without_escapes(text).strip()
    if origin is Origin.OBSERVED:
        message = translations.in_english(given)
    else:
        message = attempts.first_of_each(translations.in_english(wrapping.unwrap(given)))
    return ErrorText(message=message, origin=origin, given=given if given != message else "", alone=alone)


def without_escapes(text: str) -> str:
    """The text as it is safe to print: no ANSI escapes, no control characters but line breaks and tabs.

    Everything from outside comes through here: pasted texts, what servers say, and with redaction every saved report.
    """
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text  # as most are: nothing that is looked for is printable
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("", _ESCAPE.sub("", text))


_ESCAPE = lazy(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# C0 and C1 controls; the marks of direction (UAX #9, section 2), which can make a line read backwards; halves of
# surrogate pairs, which no encoding can write.
_CONTROL = lazy(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BEGINNING = 4000
"""So many characters tell where a text comes from."""
# Not the resolver's, which Go names: `lookup db.example on 10.0.0.2:53`.
_IPV4 = lazy(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])(?!:53\b)")
