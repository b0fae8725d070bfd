"""A row and a module for each syntax: `parse` says what its reader understands; `put`, `drop`, `spell` write in it.

A parser never raises and never repairs: what its reader would refuse is said in `Parsed.refused`, and what a person
would recognise as the mistake behind it is a `Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from importlib import import_module
from typing import Protocol

from pgwhy.shipped.regex import lazy
from pgwhy.target.model import PLACEHOLDER
from pgwhy.target.parameters import LIBPQ, words
from pgwhy.target.problem import Problem
from pgwhy.values import dataclass


class Dialect(StrEnum):
    """The syntax in which the user wrote the target."""

    URI = "uri"
    KEYWORDS = "keywords"
    JDBC = "jdbc"
    NPGSQL = "npgsql"
    SQLALCHEMY = "sqlalchemy"
    ECTO = "ecto"
    PDO = "pdo"
    ENVIRONMENT = "environment"
    """`PG*` variables, from the process or from a `.env` file."""
    SERVICE = "service"
    FIELDS = "fields"
    """A framework's settings, one by one: Django's DATABASES, database.yml, an object of node-postgres."""
    DEFAULTS = "defaults"
    """Nothing was given at all: libpq's defaults."""


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


@dataclass(frozen=True)
class Traits:
    """What sets a syntax apart where a text is recognised, read or changed. The defaults are those of no text."""

    module: str = ""
    """Below this package, a `Syntax`; empty: there is no text to write in (`PG*` variables, a service file)."""
    begins: str = ""
    """A pattern for the beginning of its texts; empty: its module is asked whether it `looks_like` one (`Pairs`)."""
    of_libpq: bool = False
    """libpq itself reads it."""
    query: bool = False
    """A URL: parameters behind `?`, joined with `&`."""
    login_in_front: bool = False
    """Role and password are in front of the host, not among the parameters."""
    arguments: bool = False
    """Its parameters become arguments of the driver's `connect()`, which accepts no others."""
    in_quotes: bool = False
    """A password with `;` in it is in double quotes, and what is put before it goes inside them."""
    finds_pairs: bool = False
    """Its reader finds its pairs whatever is around them."""
    variables: frozenset[str] | None = None
    """libpq's names whose `PG*` variables its reader takes; `None`: that depends on the driver, libpq takes all."""


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


class Pairs(Syntax, Protocol):
    """A syntax that is pairs from the first character on."""

    def looks_like(self, text: str) -> bool:
        """The text, which has a `=` and is none of those before it in `TRAITS`, can only be meant for this reader."""
        ...


TRAITS = {
    Dialect.URI: Traits("uri", "postgres(?:ql)?://", of_libpq=True, query=True, login_in_front=True),
    Dialect.JDBC: Traits("jdbc", "jdbc:postgresql:", query=True, variables=frozenset({"passfile"})),
    Dialect.SQLALCHEMY: Traits(
        "sqlalchemy",
        r"(?:postgres|postgresql|cockroachdb)\+[a-z0-9_]+://",
        query=True,
        login_in_front=True,
        arguments=True,
    ),
    Dialect.ECTO: Traits(
        "ecto",
        "ecto://",
        query=True,
        login_in_front=True,
        variables=words("host port user password dbname"),
    ),
    Dialect.PDO: Traits("pdo", r"pgsql:(?!/)\s*[a-z_]+\s*="),
    Dialect.NPGSQL: Traits(
        "npgsql",
        in_quotes=True,
        finds_pairs=True,
        variables=words("""user password passfile sslcert sslkey sslrootcert client_encoding options
                        target_session_attrs"""),
    ),
    Dialect.KEYWORDS: Traits("keywords", of_libpq=True),
}
"""The syntaxes of texts, in the order in which a text is tried for them. A dialect is a row here and its module."""


def traits(dialect: Dialect | None) -> Traits:
    """The row of a dialect; that of no text where there is none."""
    return TRAITS.get(dialect, _NO_TEXT) if dialect else _NO_TEXT


_NO_TEXT = Traits()


def syntax(dialect: Dialect) -> Syntax | None:
    """The module of a dialect; `None` where there is no text to write in (`PG*` variables, a service file)."""
    name = traits(dialect).module
    # Imported when it is needed: a run reads one text in one syntax.
    return import_module(f"pgwhy.target.dialects.{name}") if name else None


def near_name(dialect: Dialect, name: str) -> tuple[str, str]:
    """The parameter nearest to one that this syntax does not have, as it spells it and as libpq does; empty if none is
    near.
    """
    from pgwhy.terminal.spelling import nearest  # only for what is misspelt

    own: Mapping[str, str] = getattr(syntax(dialect), "NAMES", {})
    near = nearest(name, own or LIBPQ)
    return near, own.get(near, near)


def recognised(text: str) -> Dialect | None:
    """The syntax in which a text is written; `None` if it is none that is known."""
    for dialect, of in TRAITS.items():
        if of.begins and re.match(of.begins, text):
            return dialect
    if "=" not in text:
        return None
    pairs = (dialect for dialect, of in TRAITS.items() if not of.begins)
    return next((dialect for dialect in pairs if _pairs(dialect).looks_like(text)), None)


def _pairs(dialect: Dialect) -> Pairs:
    return import_module(f"pgwhy.target.dialects.{TRAITS[dialect].module}")


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
_RUN = lazy(r"(?:%(?!00)[0-9A-Fa-f]{2}|[^@/?#:%&=,;'\"\\\[\]\s])+")
