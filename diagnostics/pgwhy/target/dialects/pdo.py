"""PDO's data source name: `pgsql:host=localhost;port=5432;dbname=shop;user=app;password=...`.

PDO makes a space of every `;` and hands the rest to libpq (php.net, "PDO_PGSQL DSN"; pgsql_driver.c). Role and password
are arguments of their own, unless the name has them.
"""

from __future__ import annotations

import re

from pgwhy.target.dialects import Dialect, Parsed, Span, keywords
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import replace

PREFIX = "pgsql:"


def parse(text: str) -> Parsed:
    """What is in a text that begins with `pgsql:`."""
    parsed = keywords.parse(_for_libpq(text))
    width = len(PREFIX)
    spans = tuple(Span(span.start + width, span.end + width, span.broken) for span in parsed.secrets)
    problems = parsed.problems
    if ";" in _for_libpq(text):
        problems = (*problems, Problem(ProblemCode.UNREADABLE, "PDO makes a space of the ; inside of the quotes"))
    return replace(parsed, dialect=Dialect.PDO, secrets=spans, problems=problems, driver="php-pdo")


def put(text: str, name: str, value: str) -> str:
    return _changed(text, keywords.put(_for_libpq(text), name, value))


def drop(text: str, name: str) -> str:
    """The pairs that stay, each behind a `;`."""
    kept = keywords.parse(_for_libpq(text)).values
    if name not in kept:
        return text
    rest = keywords.drop(_for_libpq(text), name)
    return PREFIX + ";".join(rest[pair.start : pair.end] for pair in keywords.pairs(rest))


def spell(name: str, value: str) -> str:
    return keywords.spell(name, value)


def password(plain: str) -> str:
    return keywords.password(plain)


def _for_libpq(text: str) -> str:
    """Each `;` as a space, but in quotes: there PDO breaks the value, which is still a secret as it was meant."""
    return _PIECE.sub(lambda found: found[0] if found["quoted"] else " ", text[len(PREFIX) :])


_PIECE = re.compile(r"(?P<quoted>'(?:[^'\\]|\\.)*')|;", re.DOTALL)


def _changed(text: str, new: str) -> str:
    """The text with what differs in `new` put in; what is appended gets a `;` in front."""
    old = _for_libpq(text)
    before = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - before
    behind = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    start, end = len(PREFIX) + before, len(text) - behind
    middle = new[before : len(new) - behind]
    if before == len(old) and old.strip():
        middle = middle.lstrip(" ") if text.rstrip().endswith(";") else ";" + middle.lstrip(" ")
    return text[:start] + middle + text[end:]
