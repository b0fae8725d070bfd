"""What is around a connection string, and texts that are none: commands, quotes, other schemes, templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from pgwhy.secret import Secret, is_placeholder
from pgwhy.target.dialects import Span, mask, query, secret_parts
from pgwhy.target.parameters import LIBPQ, drivers, words
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.target.provider import Provider, recognise
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Inner:
    """A text inside of others: where it is, and what is around it."""

    start: int
    end: int
    problems: tuple[Problem, ...] = field(default=())


def peel(text: str) -> Inner:
    """The connection string inside of a text; the whole of it where nothing is around one."""
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
        what = "a command, or the name of a variable, comes before the connection string"
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
            known = is_known_scheme(scheme)
            what = f"it begins with {found['scheme'] if known else 'another scheme, as in x'}://, which is not Postgres"
            return Problem(ProblemCode.WRONG_SCHEME, what)
    if found and found["scheme"].lower() in ("file", "sqlite", "sqlite3"):  # Prisma's file:./dev.db has no slashes
        return Problem(ProblemCode.WRONG_SCHEME, f"it begins with {found['scheme']}:, which is not Postgres")
    if _NO_SCHEME.fullmatch(text):
        return Problem(ProblemCode.SCHEME_MISSING, "it lacks postgresql:// at its beginning", "add-scheme")
    return None


def placeholder_problem(text: str) -> Problem | None:
    """A text that is only a template's: `undefined`, `${DATABASE_URL}`."""
    if not _PLACEHOLDER.fullmatch(text.strip()):
        return None
    shown = (
        text.strip()
        if is_placeholder(text.strip()) or _NAME_ALONE.fullmatch(text.strip())
        else "the text of a template"
    )
    what = f"it is only {shown[:40]}, what is left of a variable that nobody filled in"
    return Problem(ProblemCode.LITERAL_PLACEHOLDER, what)


def is_known_scheme(scheme: str) -> bool:
    """People know it as the beginning of an address, or it is nearly Postgres'. Of any other word nobody knows."""
    scheme = scheme.lower().removeprefix("jdbc:").partition("+")[0]
    return scheme in _NEARLY or scheme in _SCHEMES


def unparsed(text: str) -> Iterator[Span]:
    """Of a text that no reader accepts, everything but what is surely no secret.

    That is a scheme that people know; and where it ends like an address, with an @ and a host or a provider's host, the
    role, the host and the database.
    """
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    scheme = _SCHEME.match(text, begin)
    start = begin
    if scheme and is_known_scheme(scheme["scheme"]) and scheme["slashes"]:
        start = scheme.end("slashes")
    at = text.rfind("@", start, end)
    while at >= 0 and "?" in text[start:at] and "?" not in text[at:end]:
        at = text.rfind("@", start, at)  # that one is in the query
    place = _PLACE.match(text, max(at + 1, start), end)
    if place and at >= start and (start > begin or "." in place["host"] or place["path"]):
        login = _ROLE.match(text, start, at)
        yield Span(login.end() if login else start, at, broken=True)
    elif place and at < start and (start > begin or recognise(place["host"]).provider is not Provider.NONE):
        if "." not in place["host"] and place["host"] != "localhost":
            yield Span(start, end)
            return
    else:
        if start < end:
            yield Span(start, end)
        return
    rest = place.end()
    if place["path"] and scheme and scheme["scheme"].lower().startswith("http"):
        rest = place.start("path") + 1  # the page of a console, whose address may hold a key
    if text[rest : rest + 1] == "?":
        pieces = [(a + rest, b + rest) for a, b in query.pieces(text[rest:end])]
        named = [(a, b, text[a:b].partition("=")) for a, b in pieces]
        yield from secret_parts.spans(
            text, [secret_parts.Piece(n, a, a + len(n) + 1 if e else None, b) for a, b, (n, e, _) in named]
        )
    elif rest < end:
        yield Span(rest, end)


def shape(text: str) -> str:
    """What characters a text has, and none of them: `1 word of letters and digits`."""
    kinds = (
        ("letters", any(c.isalpha() for c in text)),
        ("digits", any(c.isdigit() for c in text)),
        ("other characters", any(not (c.isalnum() or c.isspace()) for c in text)),
    )
    named = [kind for kind, there in kinds if there]
    many = len(text.split())
    listed = " and ".join(named) if len(named) < 3 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{many} word{'' if many == 1 else 's'} of {listed}"


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
        what = "a command, or the name of a variable, comes before the connection string"
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
    return Problem(ProblemCode.QUOTED, "it is in quotes, which are part of the value", "unquote")


def _begins_well(text: str, end_matters: bool = False) -> bool:
    """It begins like a connection URL. libpq 18 trims spaces behind one, but no line break and no quote."""
    if not _URL.match(text):
        return False
    return not (end_matters and (text.rstrip(" ") != text.rstrip() or text.rstrip()[-1] in _QUOTE_ENDS))


def _is_keywords(text: str) -> bool:
    name = text.lstrip().partition("=")[0].rstrip()
    if name in LIBPQ:
        return True
    from pgwhy.target.dialects import npgsql  # only for what begins like no URL

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
_NAME_ALONE = re.compile(r"@?[A-Z_]{0,40}DATABASE_URL|[a-z]{4,9}")
_PLACE = re.compile(
    r"(?P<host>(?:[a-z0-9_-]{1,63}\.){0,8}[a-z0-9_-]{1,63}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?(?P<path>/[\w.-]{0,63}(?![^?\s'\"]))?"
    r"(?=[?/\s'\"]|\Z)"
)
"""A host in small letters, with its port and a database."""
_ROLE = re.compile(r"(?://)?[\w.+-]{1,63}:")
_SCHEMES = words(
    """http https mysql mariadb mongodb redis rediss sqlite sqlserver mssql oracle cockroachdb redshift amqp amqps ftp
    file tcp postgresql prisma neon libsql snowflake clickhouse db2 odbc"""
)
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
