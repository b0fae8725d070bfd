"""What stands around a connection string, and texts that are none: commands, quotes, other schemes, templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from diagnostics.target.dialects import Span, mask
from diagnostics.target.model import Problem, ProblemCode, Secret
from diagnostics.target.parameters import LIBPQ, drivers, words
from diagnostics.values import dataclass


@dataclass(frozen=True)
class Inner:
    """A text inside of others: where it is, and what is around it."""

    start: int
    end: int
    problems: tuple[Problem, ...] = field(default=())


def peel(text: str) -> Inner:
    """The connection string inside of a text; the whole of it where nothing stands around one."""
    start, end = 0, len(text)
    problems: list[Problem] = []
    if text.startswith("\ufeff"):
        start = 1
        what = "a byte order mark in front (an editor on Windows saved it so)"
        problems.append(Problem(ProblemCode.BYTE_ORDER_MARK, what, "remove-byte-order-mark"))
    stripped = text[start:].strip()
    if not stripped or _begins_well(text[start:end], end_matters=True):
        return Inner(start, end, tuple(problems))
    found = _URL.search(text, start)
    if found and not _is_keywords(text[start:]):
        before, after, problem = _around(text, start, found)
        return Inner(before, after, (*problems, *problem))
    dsn = _COMMAND_WITH_DSN.match(text, start)
    if dsn:
        what = "a command, or the name of a variable, stands in front of the connection string"
        wrapped = Problem(ProblemCode.WRAPPED_IN_COMMAND, what, "unwrap-command")
        return Inner(*dsn.span("dsn"), (*problems, wrapped))
    inside = _QUOTES.fullmatch(stripped)
    if inside and "=" in stripped:
        offset = text.index(stripped, start)
        return Inner(offset + inside.start(1), offset + inside.end(1), (*problems, _quoted()))
    return Inner(start, end, tuple(problems))


def scheme_problem(text: str) -> Problem | None:
    """What is wrong with how it begins; `None` where nothing can be recognised."""
    found = _SCHEME.match(text)
    if found and (found["slashes"] or "@" in found["rest"]):
        scheme = found["scheme"].lower()
        if _CONSOLE.match(text):
            what = "it is the address of a web page, not of a database"
            return Problem(ProblemCode.CONSOLE_URL, what)
        if scheme.startswith("jdbc:postgres") or scheme in _NEARLY:
            wanted = "jdbc:postgresql" if scheme.startswith("jdbc:") else "postgresql"
            what = f"it begins with {found['scheme']}:{found['slashes']} instead of {wanted}://"
            return Problem(ProblemCode.WRONG_SCHEME, what, "postgres-scheme")
        if found["slashes"] == "//":
            what = f"it begins with {found['scheme']}://, which is not Postgres"
            return Problem(ProblemCode.WRONG_SCHEME, what)
    if _NO_SCHEME.fullmatch(text):
        return Problem(ProblemCode.SCHEME_MISSING, "it lacks postgresql:// at its beginning", "add-scheme")
    return None


def placeholder_problem(text: str) -> Problem | None:
    """A text that is only a template's: `undefined`, `${DATABASE_URL}`."""
    if not _PLACEHOLDER.fullmatch(text.strip()):
        return None
    what = f"it is only {text.strip()[:40]}, what is left of a variable that nobody filled in"
    return Problem(ProblemCode.LITERAL_PLACEHOLDER, what)


def hide(text: str) -> tuple[str, tuple[Secret, ...]]:
    """A text of no known syntax without whatever may be a secret in it, and these secrets."""
    spans = tuple(hidden(text))
    return mask(text, spans), tuple(Secret(text[span.start : span.end]) for span in spans)


def hidden(text: str) -> Iterator[Span]:
    """Whatever may be a secret in a text of no known syntax."""
    for pattern in (_LOGIN, _NAMED_SECRET):
        yield from (Span(*found.span("secret"), broken=True) for found in pattern.finditer(text))


def _around(text: str, start: int, found: re.Match[str]) -> tuple[int, int, list[Problem]]:
    begin, problems = found.start(), []
    before = text[start:begin]
    opening = before[-1:] if before[-1:] in _CLOSING else ""
    end = len(text)
    command = before[: len(before) - len(opening)].strip()
    # A quote or a space in the password does not end the URL: its @ is still to come.
    login = re.compile(r"[^:]*:(?:postgresql:)?//[^/:\s]*:[^/@]*@").match(text, begin)
    inside = login.end() if login else begin
    if opening:
        closing = re.compile(re.escape(_CLOSING[opening]) + r"(?=[\s;)]|\Z)").search(text, inside)
        end = closing.start() if closing else end
    elif command:
        blank = re.compile(r"\s").search(text, inside)
        end = blank.start() if blank else end
    else:
        end = begin + len(text[begin:].rstrip())
        if text[end - 1 : end] in _QUOTE_ENDS:
            end, opening = end - 1, text[end - 1]
    if command:
        what = "a command, or the name of a variable, stands in front of the connection string"
        problems.append(Problem(ProblemCode.WRAPPED_IN_COMMAND, what, "unwrap-command"))
        names = (piece.partition("=")[0] for piece in text[begin:end].partition("&")[2].split("&"))
        lost = [name for name in names if name in LIBPQ or drivers(name)]
        if lost and not opening and _SHELL.search(command):
            what = f"without quotes a shell ends the command at &, and {', '.join(lost)} never gets there"
            problems.append(Problem(ProblemCode.AMPERSAND_LOST, what, "unwrap-command"))
        if text.startswith("jdbc:", begin) and _SHELL.search(command):
            what = "a jdbc: URL, which only Java reads, is given to a command of libpq's"
            problems.append(Problem(ProblemCode.JDBC_PREFIX_FOR_LIBPQ, what, "strip-jdbc-prefix"))
    elif opening:
        problems.append(_quoted())
    else:
        what = "white space or a line break in front of it" if before else "white space or a line break behind it"
        problems.append(Problem(ProblemCode.SURROUNDING_SPACE, what, "trim"))
    return begin, end, problems


def _quoted() -> Problem:
    return Problem(ProblemCode.QUOTED, "quotes stand around it as part of the text", "unquote")


def _begins_well(text: str, end_matters: bool = False) -> bool:
    """It begins like a connection URL. libpq 18 trims spaces behind one, but no line break and no quote."""
    if not _URL.match(text):
        return False
    return not (end_matters and (text.rstrip(" ") != text.rstrip() or text.rstrip()[-1] in _QUOTE_ENDS))


def _is_keywords(text: str) -> bool:
    name = text.lstrip().partition("=")[0].rstrip()
    if name in LIBPQ:
        return True
    from diagnostics.target.dialects import npgsql  # only for what begins like no URL

    return npgsql.looks_like(text)


_CLOSING = {
    "'": "'",
    '"': '"',
    "`": "`",
    "\u201c": "\u201d",
    "\u2018": "\u2019",
    "\u201e": "\u201c",
    "\u00ab": "\u00bb",
}
_QUOTE_ENDS = "'\"`\u201c\u201d\u2018\u2019\u00bb"
_QUOTES = re.compile(rf"[{_QUOTE_ENDS}\u201e\u00ab](.*)[{_QUOTE_ENDS}]", re.DOTALL)
_URL = re.compile(r"jdbc:postgresql:|(?<![a-z:+])(?:postgres(?:ql)?)(?:\+[a-z0-9_]+)?://")
_SHELL = re.compile(
    r"(?:^|\s)(?:psql|pg_dump|pg_dumpall|pg_restore|pg_isready|pgbench|pgcli|createdb|dropdb)(?:\.exe)?\b"
)
_COMMAND_WITH_DSN = re.compile(
    r"\s*(?:[$#>]\s+)?(?:(?:export|set)\s+)?(?:psql(?:\s+-d)?\s+|(?!PG)[A-Z][A-Z0-9_]*=)(?P<q>['\"]?)(?P<dsn>[a-z_]+\s*=.*?)(?P=q)\s*\Z",
    re.DOTALL,
)
_PLACEHOLDER = re.compile(
    r"undefined|null|none|nil|nan|\[object object\]|\$\{?\{?\s*[\w.]+\s*\}?\}?|%\w+%|\{\{.*\}\}|<[^<>@]*>|"
    r"(?:process|import\.meta)\.env\.\w+|os\.environ.*|env\(.*\)|@?\w*DATABASE_URL|your[-_ ].*|change_?me|"
    r"\[[^\[\]@]*\]|\.\.\.",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?P<scheme>(?:jdbc:)?[A-Za-z][A-Za-z0-9+.\-]*):(?P<slashes>/{0,2})(?P<rest>.*)", re.DOTALL)
_NEARLY = words(
    """postgresql postgres postgre postgresq postgressql postgress postgresl postgrsql pgsql pg psql postgis"""
)
_CONSOLE = re.compile(
    r"https?://(?:[\w.-]*console[\w.-]*|[\w.-]*dashboard[\w.-]*|(?:www\.)?neon\.(?:com|tech)|[^/@]*/(?:app|project|dashboard)s?)(?:/|$)"
)
_NO_SCHEME = re.compile(
    r"(?://)?[^\s:/@=]+:\S*@[^\s/@]+(?:/\S*)?|(?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S*|(?://)?[\w.-]+\.neon\.tech\S*"
)
_LOGIN = re.compile(
    r"(?:(?<=:/)/?(?:[^\s:/@'\"]*:)?|(?<![^\s'\"])(?!(?:jdbc:)?[A-Za-z][A-Za-z0-9+.\-]*:/)[^\s:/@'\"]*:)(?P<secret>.*)@",
    re.DOTALL,
)
_NAMED_SECRET = re.compile(
    r"(?:pass(?:word|wd)?|pwd|secret|token|api_?key)['\"]?\s*[=:]\s*['\"]?(?P<secret>[^\s'\"]+)", re.IGNORECASE
)
