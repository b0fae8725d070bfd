"""Any text → the syntax it is written in, what its reader understands, and what is wrong with it.

Nothing is repaired here: a text with something around it is read as its client would read it, which is usually not at
all, and a `Problem` names what a person would see at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import lru_cache

from pgwhy.secret import Secret, is_placeholder
from pgwhy.shipped.regex import lazy
from pgwhy.target.dialects import Dialect, Parsed, Span, mask, recognised, syntax, traits
from pgwhy.target.dialects.uri import PREFIXES
from pgwhy.target.model import PLACEHOLDER
from pgwhy.target.parameters import SECRET
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import dataclass, replace


@dataclass(frozen=True)
class Reading:
    """A text as its client understands it, its secrets apart."""

    dialect: Dialect
    masked: str
    values: Mapping[str, str]
    """libpq's names; no secret is among them, nor a part of one."""
    foreign: Mapping[str, str]
    private: Mapping[str, Secret]
    """libpq's parameters that are secrets, the password included."""
    spelling: Mapping[str, str]
    problems: tuple[Problem, ...]
    readable: bool
    """Its reader takes anything at all from it."""
    driver: str | None = None
    hidden: tuple[Secret, ...] = ()
    """Every secret text of it, for redaction."""
    withheld: Mapping[str, Secret] = field(default_factory=dict)
    """Custom settings in `options`, whose values are masked there."""


def understand(text: str) -> Reading:
    """Read a text. Never raises; what cannot be read has a problem that says so."""
    start, end = 0, len(text)
    outer: tuple[Problem, ...] = ()
    spans: tuple[Span, ...] = ()
    if not (text.startswith(PREFIXES) and text[-1].isalnum()):
        from pgwhy.target.dialects import wrappers  # only for what does not look like a URI from end to end

        inner = wrappers.peel(text)
        start, end, outer = inner.start, inner.end, inner.problems
        # Around the string there may be more, PGPASSWORD=... psql ..., and where it ends is only a guess.
        spans = tuple(wrappers.hidden(text)) if outer else ()
    core = text[start:end]
    parsed, problems = _read(core)
    if traits(parsed.dialect).query and _PASSWORD_NAMED.search(core.partition("?")[0]):
        # Another syntax inside a URL: whatever the reader takes it for, what is called a password is one.
        from pgwhy.target.dialects import wrappers

        spans += tuple(wrappers.hidden(text))
    spans += tuple(Span(s.start + start, s.end + start, s.broken) for s in parsed.secrets)
    masked = mask(text, spans)
    whole = parsed if core == text else _whole(text, parsed)
    own_text = whole is parsed and core != text
    clean = _again(mask(core, parsed.secrets), whole, _parse) if own_text else _again(masked, whole, of_masked)
    hidden = tuple(Secret(text[span.start : span.end]) for span in spans if span.end > span.start)
    return Reading(
        dialect=parsed.dialect,
        masked=masked,
        values={name: value for name, value in clean.values.items() if name not in SECRET},
        foreign=clean.foreign,
        private={name: Secret(value) for name, value in whole.values.items() if name in SECRET},
        spelling=whole.spelling,
        problems=tuple(_without(pieces(hidden), problem) for problem in outer + problems),
        readable=bool(whole.values or whole.foreign) or not text.strip(),
        driver=None if any(p.code is ProblemCode.JDBC_PREFIX_FOR_LIBPQ for p in outer) else parsed.driver,
        hidden=hidden,
        withheld=_withheld(whole.values.get("options", "")),
    )


def _withheld(options: str) -> Mapping[str, Secret]:
    if not options:
        return {}
    from pgwhy.target.dialects import secret_parts  # few targets have any

    return secret_parts.withheld(options)


def _read(text: str) -> tuple[Parsed, tuple[Problem, ...]]:
    """What the reader of the text's own syntax makes of it, and the problems."""
    if not text.strip():
        what = "it is empty: libpq then silently tries its defaults" if not text else "there is only white space"
        return Parsed(Dialect.KEYWORDS), (Problem(ProblemCode.EMPTY, what),)
    dialect = recognised(text)
    if dialect:
        parsed = _parse(dialect, text)
        return parsed, parsed.problems
    from pgwhy.target.dialects import wrappers  # only for what begins like no syntax

    if placeholder := wrappers.placeholder_problem(text):
        whole: tuple[Span, ...] = () if is_placeholder(text.strip()) else (Span(0, len(text)),)
        return replace(_parse(Dialect.KEYWORDS, text), secrets=whole), (placeholder,)
    parsed = _parse(Dialect.KEYWORDS, text)
    problem = wrappers.scheme_problem(text.strip())
    secrets = (*wrappers.hidden(text), *wrappers.unparsed(text))
    parsed = replace(parsed, secrets=secrets, dialect=Dialect.URI if problem else Dialect.KEYWORDS)
    told = (replace(p, detail=f"{p.detail}; it is {wrappers.shape(text)}") for p in parsed.problems)
    return parsed, (problem,) if problem else tuple(told)


def _parse(dialect: Dialect, text: str) -> Parsed:
    module = syntax(dialect)
    assert module is not None  # the dialects of texts have one
    return module.parse(text)


def _whole(text: str, parsed: Parsed) -> Parsed:
    """What the client makes of the text with everything around it."""
    if traits(parsed.dialect).finds_pairs:
        return parsed
    dialect = recognised(text)
    return _parse(dialect, text) if dialect else Parsed(parsed.dialect)


def pieces(secrets: tuple[Secret, ...]) -> set[str]:
    """What a reader may take out of a secret for a host, a name or a value, as the characters of a URL cut it up.

    What was hidden may reach over the next settings (`&sslmode=require`), whose words are no secret.
    """
    texts = [secret.reveal().partition("&")[0] for secret in secrets]
    return {piece for text in texts for piece in _STRUCTURE.split(text) if len(piece) >= 6}


def _without(secret_pieces: set[str], problem: Problem) -> Problem:
    """A problem tells what it saw, which in a text read wrongly can be a piece of a password."""
    detail = problem.detail
    for piece in sorted(secret_pieces, key=len, reverse=True):
        detail = detail.replace(piece, PLACEHOLDER)
    return problem if detail == problem.detail else replace(problem, detail=detail)


_STRUCTURE = lazy(r"[@/?#:%&=,;'\"\\\[\]\s]+")
_PASSWORD_NAMED = lazy(r"(?i)(?:password|pwd)\s*=")


def _again(masked: str, whole: Parsed, parse: Callable[[Dialect, str], Parsed]) -> Parsed:
    """The values once more from the masked text, so that no part of a secret can be among them."""
    dialect = recognised(masked)
    return (
        parse(dialect, masked) if dialect and (whole.values or whole.foreign) else replace(whole, values={}, foreign={})
    )


@lru_cache(maxsize=64)
def of_masked(dialect: Dialect, masked: str) -> Parsed:
    """A `Reading.masked` as its syntax is read. Kept, as a run asks twice, and as no secret is in it."""
    return _parse(dialect, masked)
