"""libpq's keyword/value string: `host=localhost port=5432 password='it\\'s'`.

Read as `conninfo_parse` of libpq reads it (PostgreSQL, "Keyword/Value Connection Strings").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pgwhy.shipped.regex import lazy
from pgwhy.target.dialects import Dialect, Parsed, Span, secret_parts
from pgwhy.target.dialects.secret_parts import SECRET_NAME, Piece
from pgwhy.target.model import port_number
from pgwhy.target.parameters import LIBPQ
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.values import dataclass

SPACE = " \t\n\v\f\r"
"""What libpq's isspace() takes for white space."""


@dataclass(frozen=True, repr=False)
class Pair:
    """One `name=value` and where it is."""

    name: str
    value: str
    start: int
    value_start: int
    end: int


def parse(text: str) -> Parsed:
    pairs, refused, rest = _pairs(text)
    values: dict[str, str] = {}
    foreign: dict[str, str] = {}
    tail = unquoted_tail(text) or (0, 0)
    for pair in pairs:
        name, value = pair.name, pair.value
        if tail[0] < pair.start < tail[1]:
            continue
        if name == "requiressl":
            name, value = "sslmode", "require" if value.startswith("1") else "prefer"
        (values if name in LIBPQ else foreign)[name] = value
    spans = tuple(_secrets(text, pairs, rest))
    return Parsed(Dialect.KEYWORDS, values, foreign, {}, spans, tuple(_problems(text, values, refused)), refused)


def looks_like(text: str) -> bool:
    """It has a parameter of libpq's, or others in a form that libpq can read, which a URL is not."""
    parsed = parse(text)
    return bool(parsed.values or (parsed.foreign and not parsed.refused and ":" not in text))


def put(text: str, name: str, value: str) -> str:
    every, _, rest = _pairs(text)
    pairs = [pair for pair in every if pair.name in _names(name)]
    if not pairs:
        # Behind a value that is empty and not quoted, libpq would take the next word for it.
        empty = "''" if every and every[-1].value_start == every[-1].end else ""
        before = text if rest is not None else text[: every[-1].end] + empty if every else ""
        return before + (" " if before else "") + spell(name, value)
    return text[: pairs[-1].start] + spell(name, value) + text[pairs[-1].end :]


def drop(text: str, name: str) -> str:
    pairs, _, rest = _pairs(text)
    if all(pair.name not in _names(name) for pair in pairs):
        return text
    kept = [text[pair.start : pair.end] for pair in pairs if pair.name not in _names(name)]
    return " ".join([*kept, *([] if rest is None else [text[rest:]])])


def spell(name: str, value: str) -> str:
    return f"{name}={quoted(value)}"


def render(values: Mapping[str, str]) -> str:
    """A string that says exactly these values of libpq's, secrets included."""
    return " ".join(spell(name, value) for name, value in values.items())


def password(plain: str) -> str:
    """Inside of quotes: the caller writes the quotes around the whole value."""
    return plain.replace("\\", "\\\\").replace("'", "\\'")


def quoted(value: str) -> str:
    """A value as it is where that is allowed, else in quotes."""
    return value if re.fullmatch(r"[A-Za-z0-9_./:,@%+*=;$~^-]+", value) else f"'{password(value)}'"


def unquoted_tail(text: str) -> tuple[int, int] | None:
    """Where a value goes on behind a space that should have been quoted, from its beginning; `None` if nowhere."""
    pairs, refused, rest = _pairs(text)
    for pair in pairs:
        if (
            pair.name == "options"
            and re.fullmatch(r"-c|(?:-c)?[a-z_.]+=.*", pair.value)
            and text[pair.value_start] != "'"
        ):
            beyond = _skip(text, pair.end)
            if text[beyond : beyond + 1] == "-" or (pair.value == "-c" and beyond < len(text)):
                return pair.value_start, _next_known(text, beyond)
    if rest is None or not pairs or text[rest] == "'" or refused != _NO_EQUALS:
        return None
    return pairs[-1].value_start, _next_known(text, rest)


def pairs(text: str) -> list[Pair]:
    """The pairs that libpq reads, in order."""
    return _pairs(text)[0]


def _next_known(text: str, position: int) -> int:
    following = _NEXT_KNOWN.search(text, position)
    return len(text[: following.start() if following else len(text)].rstrip(SPACE))


def _pairs(text: str) -> tuple[list[Pair], str, int | None]:
    """The pairs in order; why libpq refuses the text ("" if it does not); where the text begins that is no pair."""
    found: list[Pair] = []
    position = 0
    while True:
        position = _skip(text, position)
        if position == len(text):
            return found, "", None
        name = _NAME.match(text, position)
        assert name is not None  # it matches the empty string
        equals = _skip(text, name.end())
        if text[equals : equals + 1] != "=":
            return found, _NO_EQUALS, position
        value_start = _skip(text, equals + 1)
        value, end = (
            _quoted(text, value_start) if text[value_start : value_start + 1] == "'" else _bare(text, value_start)
        )
        if end < 0:
            return found, "a quote that does not end", position
        found.append(Pair(name[0], value, position, value_start, end))
        position = end


def _bare(text: str, position: int) -> tuple[str, int]:
    out: list[str] = []
    while position < len(text) and text[position] not in SPACE:
        if text[position] == "\\":
            position += 1
        out.append(text[position : position + 1])
        position += 1
    return "".join(out), min(position, len(text))


def _quoted(text: str, position: int) -> tuple[str, int]:
    out: list[str] = []
    position += 1
    while position < len(text):
        character = text[position]
        if character == "'":
            return "".join(out), position + 1
        if character == "\\":
            position += 1
        out.append(text[position : position + 1])
        position += 1
    return "", -1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in SPACE:
        position += 1
    return position


def _secrets(text: str, pairs: list[Pair], rest: int | None) -> Iterator[Span]:
    yield from secret_parts.spans(text, [_piece(text, pair) for pair in pairs])
    for pair in pairs:
        if not SECRET_NAME.search(pair.name) and (login := _LOGIN.search(text, pair.value_start, pair.end)):
            yield Span(*login.span("password"), broken=True)
    if rest is not None:
        # What is no pair may be a password, or the rest of one.
        end = _next_known(text, rest + 1)
        if pairs and pairs[-1].name in _WITH_SPACES:
            yield from (Span(*m.span("password"), broken=True) for m in _LOGIN.finditer(text, rest))
        elif pairs and pairs[-1].name == "options":
            yield from secret_parts.of_options(text, pairs[-1].value_start, end)
        else:
            unfinished = _UNFINISHED.match(text, rest)
            yield Span(unfinished.end() if unfinished else rest, end, broken=True)
        if end < len(text):
            yield from _secrets_behind(text, end)
    if rest is not None or any(pair.name not in LIBPQ for pair in pairs):
        # Something is read in another way than it was meant: whatever looks like a password is hidden too.
        yield from (Span(*m.span("secret"), broken=True) for m in _HIDDEN.finditer(text))


def _secrets_behind(text: str, position: int) -> Iterator[Span]:
    """What libpq does not read any more, read as if it did."""
    pairs, _, rest = _pairs(text[position:])
    for span in _secrets(text[position:], pairs, rest):
        yield Span(span.start + position, span.end + position, span.broken)


def _piece(text: str, pair: Pair) -> Piece:
    """The pair as the user meant it: `&` and a known name begin another parameter."""
    quoted = text[pair.value_start : pair.value_start + 1] == "'"
    joined = _AMPERSAND.search(text, pair.value_start, pair.end)
    end = joined.start() if joined and SECRET_NAME.search(pair.name) else pair.end - quoted
    return Piece(pair.name, pair.start, pair.value_start + quoted, end)


def _problems(text: str, values: Mapping[str, str], refused: str) -> Iterator[Problem]:
    found = False
    for name, value in values.items():
        if _AMPERSAND.search(value):
            found = True
            what = f"parameters are joined with & behind {name}=; here they are separated by spaces"
            yield Problem(ProblemCode.AMPERSAND_IN_KEYWORDS, what, "ampersands-to-spaces")
    yield from host_problems(values)
    yield from option_problems(values)
    tail = unquoted_tail(text)
    if tail:
        name = next(pair.name for pair in _pairs(text)[0] if pair.value_start == tail[0])
        found = True
        what = f"the value of {name} has a space in it, so it needs quotes: {name}='...'"
        # Behind other parameters nobody knows what the words are: a password, perhaps.
        may_have = name in (*_WITH_SPACES, "options") or SECRET_NAME.search(name)
        yield Problem(ProblemCode.UNQUOTED_SPACE, what, "quote-options" if may_have else None)
    if refused and not found:
        yield Problem(ProblemCode.UNREADABLE, refused)


def host_problems(values: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with a host field and a port field, wherever they stand."""
    host = values.get("host", "")
    if "://" in host:
        yield Problem(ProblemCode.HOST_IS_URL, "a whole URL is in the host field", "host-from-url")
    elif re.fullmatch(r"[^:/@,]+:\d+", host):
        yield Problem(ProblemCode.HOST_WITH_PORT, "host:port is in the host field", "split-host-port")
    elif any(port_number(port) is None for port in values.get("port", "").split(",")):
        yield Problem(ProblemCode.PORT_INVALID, "the port is no number from 1 to 65535")


def option_problems(values: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with an options field that is not part of a URL."""
    if _ENCODED_OPTION.search(values.get("options", "")):
        what = "%3D in options: percent-encoding belongs in URIs, here = is written as it is"
        yield Problem(ProblemCode.ENCODED_EQUALS_IN_KEYWORDS, what, "decode-option-equals")


def _names(name: str) -> tuple[str, ...]:
    return (name, "requiressl") if name == "sslmode" else (name,)


_WITH_SPACES = ("application_name", "fallback_application_name")
"""Parameters in which people forget the quotes, and whose words are no secret."""
_UNFINISHED = lazy(r"(?:" + "|".join(sorted(LIBPQ)) + r")\s*=\s*'")
_NO_EQUALS = "a word without = behind it"
_NAME = lazy(r"[^= \t\n\v\f\r]*")
_NEXT_KNOWN = lazy(r"(?<=\s)(?:" + "|".join(sorted(LIBPQ)) + r")\s*=")
_AMPERSAND = lazy(r"&(?:" + "|".join(sorted(LIBPQ)) + r")=")
_ENCODED_OPTION = lazy(r"(?:endpoint|project)%3D", re.IGNORECASE)
_LOGIN = lazy(r"://[^\s:/@]*:(?P<password>\S*)@")
_HIDDEN = lazy(
    r"(?:pass(?:word|wd)?|pwd|secret|token)\s*[=:]\s*(?P<secret>\"(?:[^\"]|\"\")*\"|'(?:[^'\\]|\\.)*'|\S+)",
    re.IGNORECASE,
)
