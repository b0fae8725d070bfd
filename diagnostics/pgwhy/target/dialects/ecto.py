"""Ecto's URL: `ecto://user:password@host:port/database?ssl=true&pool_size=10`.

Behind its scheme it is read here as libpq reads a URI; its parameters are options of Postgrex and of the repository
(hexdocs.pm/ecto, "Ecto.Repo", URLs).
"""

from __future__ import annotations

from pgwhy.target.dialects import Dialect, Parsed, Span, percent, uri
from pgwhy.values import replace

SCHEME = "ecto"


def parse(text: str) -> Parsed:
    """What is in a text that begins with `ecto://`."""
    parsed = uri.parse(_as_libpq_writes_it(text))
    spans = tuple(Span(span.start - _LONGER, span.end - _LONGER, span.broken) for span in parsed.secrets)
    return replace(parsed, dialect=Dialect.ECTO, secrets=spans, driver="postgrex")


def put(text: str, name: str, value: str) -> str:
    return _as_ecto_writes_it(uri.put(_as_libpq_writes_it(text), name, value))


def drop(text: str, name: str) -> str:
    return _as_ecto_writes_it(uri.drop(_as_libpq_writes_it(text), name))


def spell(name: str, value: str) -> str:
    return uri.spell(name, value)


def password(plain: str) -> str:
    return percent.encode(plain)


_LIBPQ = "postgresql"
_LONGER = len(_LIBPQ) - len(SCHEME)


def _as_libpq_writes_it(text: str) -> str:
    return _LIBPQ + text[len(SCHEME) :]


def _as_ecto_writes_it(text: str) -> str:
    return SCHEME + text[len(_LIBPQ) :]
