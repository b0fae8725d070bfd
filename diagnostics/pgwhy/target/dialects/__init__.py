"""One module for each syntax: `parse` says what its reader understands; `put`, `drop` and `spell` write in it.

A parser never raises and never repairs: what its reader would refuse is said in `Parsed.refused`, and what a person
would recognise as the mistake behind it is a `Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from importlib import import_module
from typing import Protocol

from pgwhy.target.model import PLACEHOLDER, Dialect, Problem
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Span:
    """Where a secret is in a text."""

    start: int
    end: int
    broken: bool = False
    """Its own characters are read as structure (`@`, `/`, `%` ...): they have to stay when it is masked."""


@dataclass(frozen=True, repr=False)
class Parsed:
    """What one text says in one syntax. It holds secrets and does not live long; its `repr` is that of an object."""

    dialect: Dialect
    values: Mapping[str, str] = field(default_factory=dict)
    """libpq's names → values, as far as they could be read; secrets included."""
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Parameters that libpq has no name for, as written."""
    spelling: Mapping[str, str] = field(default_factory=dict)
    """libpq's names → as written, where they differ."""
    secrets: tuple[Span, ...] = ()
    problems: tuple[Problem, ...] = ()
    refused: str = ""
    """Why the reader of this syntax rejects the text, in our words and without a secret; empty if it does.
    Foreign parameters are no reason here: whether they are refused depends on the client."""
    driver: str | None = None


class Syntax(Protocol):
    """What a dialect's module can do with one text."""

    def parse(self, text: str) -> Parsed: ...

    def put(self, text: str, name: str, value: str) -> str:
        """The text with a parameter of libpq's set: in its place if it is there, else appended."""
        ...

    def drop(self, text: str, name: str) -> str:
        """The text without a parameter (libpq's name, or a foreign one as written)."""
        ...

    def spell(self, name: str, value: str) -> str:
        """`name=value` as one writes it in this syntax."""
        ...

    def password(self, plain: str) -> str:
        """A password, or a part of one, as one writes it in this syntax."""
        ...


_MODULES = {
    Dialect.URI: "uri",
    Dialect.KEYWORDS: "keywords",
    Dialect.JDBC: "jdbc",
    Dialect.NPGSQL: "npgsql",
    Dialect.SQLALCHEMY: "sqlalchemy",
}


def syntax(dialect: Dialect) -> Syntax | None:
    """The module of a dialect; `None` where there is no text to write in (`PG*` variables, a service file)."""
    name = _MODULES.get(dialect)
    # Imported when it is needed: a run reads one text in one syntax.
    return None if name is None else import_module(f"pgwhy.target.dialects.{name}")


def mask(text: str, secrets: tuple[Span, ...]) -> str:
    """The text with `PASSWORD_HERE` in the place of each secret."""
    out, position = [], 0
    for span in sorted(secrets, key=lambda s: (s.start, -s.end)):
        if span.end <= position:
            continue
        start = max(span.start, position)
        broken = span.broken or start > span.start
        hidden = _RUN.sub(PLACEHOLDER, text[start : span.end]) if broken else PLACEHOLDER
        out += [text[position:start], hidden]
        position = span.end
    return "".join(out) + text[position:]


# Of a broken secret everything goes but the characters that the reader takes for structure; a valid %XX is no such.
_RUN = re.compile(r"(?:%(?!00)[0-9A-Fa-f]{2}|[^@/?#:%&=,;'\"\\\[\]\s])+")
