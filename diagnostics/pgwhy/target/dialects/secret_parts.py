"""Which parts of a connection string are secrets: the same answer for every syntax that is a list of parameters.

The value of a parameter that some client has is shown, unless its name says that it is a secret. Of a parameter that no
client has nobody knows what it holds, so its value is a secret. So is its name, unless it is nearly a known one.
Behind a password, what is no known parameter is the rest of it: its own `&`, `;` or space has cut it off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote_plus

from pgwhy.secret import Secret
from pgwhy.shipped.regex import lazy
from pgwhy.target.dialects import Span
from pgwhy.target.model import PLACEHOLDER
from pgwhy.target.parameters import LIBPQ, SERVER, VALUES, is_known, plain
from pgwhy.terminal.spelling import nearest
from pgwhy.values import dataclass

SECRET_NAME = lazy(
    r"pass(?:word|wort|wd|phrase)?$|passwor[dt]|passwd|kennwort|pwd$|pw$|psw$|secret|token|_key$|api[-_]?key"
    r"|jwt|credential",
    re.IGNORECASE,
)
"""Names of parameters whose value nobody wants to see, known or not."""


@dataclass(frozen=True, repr=False)
class Piece:
    """A parameter in a text; without a `value_start` it has no `=`."""

    name: str
    start: int
    value_start: int | None
    end: int
    broken: bool = False
    """Characters of its value are read as structure."""


def spans(text: str, pieces: Iterable[Piece]) -> Iterator[Span]:
    """Where the secrets of a list of parameters stand."""
    behind = False
    for piece in pieces:
        if piece.end <= piece.start:
            continue
        if piece.value_start is None:
            if behind or not is_known(piece.name):
                yield Span(piece.start, piece.end, broken=True)
        elif SECRET_NAME.search(piece.name) and plain(piece.name) not in _NO_SECRETS:
            behind = True
            if not is_known(piece.name) and not _may_be_shown(piece.name):
                yield Span(piece.start, piece.value_start, broken=True)
            yield Span(piece.value_start, piece.end, piece.broken)
        elif is_known(piece.name):
            behind = False
            yield from _inside(text, piece)
        else:
            if behind or not _may_be_shown(piece.name):
                yield Span(piece.start, piece.value_start, broken=True)
            if behind or text[piece.value_start : piece.end].strip("'\"") not in _CLOSED:
                yield Span(piece.value_start, piece.end, broken=True)


def of_options(text: str, start: int, end: int) -> Iterator[Span]:
    """The values of custom settings in `options` (`-c app.token=...`), percent-encoded or not."""
    for token in _TOKEN.finditer(text, start, end):
        if not _shows(unquote_plus(token["name"]), unquote_plus(token["value"])):
            yield Span(*token.span("value"), broken=True)


def withheld(options: str) -> dict[str, Secret]:
    """The custom settings of plain `options`, whose values are not shown."""
    tokens = _TOKEN.finditer(options)
    return {token["name"]: Secret(token["value"]) for token in tokens if not _shows(token["name"], token["value"])}


def masked(options: str) -> str:
    """Plain `options` without the values of custom settings."""
    return with_values(options, dict.fromkeys(withheld(options), Secret(PLACEHOLDER)))


def with_values(options: str, values: Mapping[str, Secret]) -> str:
    """Plain `options` with other values of some settings."""

    def put(token: re.Match[str]) -> str:
        front = token[0][: len(token[0]) - len(token["value"])]
        return front + (values[token["name"]].reveal() if token["name"] in values else token["value"])

    return _TOKEN.sub(put, options)


def _inside(text: str, piece: Piece) -> Iterator[Span]:
    """In the value of a known parameter: settings of `options`, and a password that a wrong separator put there."""
    assert piece.value_start is not None
    if piece.name == "options":
        yield from of_options(text, piece.value_start, piece.end)
    for found in _NAMED.finditer(text, piece.value_start, piece.end):
        yield Span(*found.span("secret"), broken=True)


def _may_be_shown(name: str) -> bool:
    """A name that is a word of the field, or nearly one."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z_ -]{1,40}", name):
        return False
    return SECRET_NAME.fullmatch(name) is not None or bool(nearest(name, LIBPQ | SERVER | _OF_SECRETS))


def _shows(name: str, value: str) -> bool:
    """A setting of the server's own, or an endpoint's name where Neon's proxy does not look for it."""
    return _is_setting(name) or (name in ("endpoint", "project") and _ENDPOINT.fullmatch(value) is not None)


def _is_setting(name: str) -> bool:
    """A setting of the server's own. One with a dot is an extension's or the application's."""
    own = name.lower().replace("-", "_")
    return own in SERVER or _FAMILIES.fullmatch(own) is not None


_NO_SECRETS = frozenset({"sslpasswordcallback", "persistsecurityinfo"})
_OF_SECRETS = frozenset(
    [
        "password",
        "passwd",
        "passwort",
        "pwd",
        "pw",
        "token",
        "secret",
        "apikey",
        "api_key",
        "api_token",
        "jwt",
        "credential",
    ]
)
_CLOSED = {
    *(value for values in VALUES.values() for value in values),
    "true",
    "false",
    "on",
    "off",
    "yes",
    "no",
    "0",
    "1",
}
_FAMILIES = lazy(
    r"(?:enable|log|debug|default|lc|client|max|min|idle|statement|lock|transaction|deadlock|parallel|cpu|seq|random|geqo"
    r"|jit|vacuum|autovacuum|constraint|row|xml|gin|join|from|effective|hash|temp|work|maintenance|logical|synchronous"
    r"|commit|wal|track|stats|update|check|ignore|zero|array|backslash|escape|quote|transform|operator|password_encryption"
    r"|tcp|ssl|authentication|application|search|recursive|cursor|compute|createrole|event|exit|extra|gss|icu|plan|restrict"
    r"|scram|session|trace|restart|post)_[a-z_]+|datestyle|timezone|intervalstyle|role|geqo|jit|bytea_output|seed"
)
"""How PostgreSQL names its settings ("Server Configuration"); those of others have a prefix with a dot."""
_ENDPOINT = lazy(r"(?:[A-Za-z0-9]+-){0,5}[A-Za-z0-9]{0,20}(?:\.[a-z0-9.-]{1,60})?")
_SPACE = r"(?:%20|%09|\+|\\?\s)"
_TOKEN = lazy(
    rf"(?:-c{_SPACE}*|--)(?P<name>[A-Za-z_][\w.-]{{0,80}})(?:=|%3[Dd])"
    rf"(?P<value>(?:(?!{_SPACE}+(?:-c|--|(?:endpoint|project)(?:=|%3[Dd]))|&).){{0,4000}})",
    re.DOTALL,
)
_NAMED = lazy(
    r"(?:[?&;#\s]|%3F|%26)[\w .-]{0,40}(?:pass(?:word|wd)?|pwd|secret|token|api[-_]?key)(?:=|%3D)"
    r"(?P<secret>[^&\s]{1,2000})",
    re.IGNORECASE,
)
