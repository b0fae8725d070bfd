"""SQLAlchemy's URL: `postgresql+driver://user:password@host:port/database?name=value`.

SQLAlchemy takes it apart itself (its "Database URLs") and hands the driver keyword arguments: with psycopg and psycopg2
these are libpq's parameters, asyncpg and pg8000 have their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, unquote_plus

from pgwhy.target.dialects import Dialect, Parsed, Span, percent, query, secret_parts
from pgwhy.target.dialects.secret_parts import Piece
from pgwhy.target.dialects.uri import doubtful_port, intended_userinfo
from pgwhy.target.model import port_number
from pgwhy.target.parameters import KEYWORD_ARGUMENTS, LIBPQ
from pgwhy.target.problem import Problem, ProblemCode

PREFIX = re.compile(r"(?P<backend>postgres|postgresql|cockroachdb)\+(?P<driver>[a-z0-9_]+)://")

DRIVERS = {
    "psycopg": "psycopg",
    "psycopg_async": "psycopg",
    "psycopg2": "psycopg2",
    "psycopg2cffi": "psycopg2",
    "aiopg": "psycopg2",
    "asyncpg": "asyncpg",
    "pg8000": "pg8000",
}
"""SQLAlchemy's names of drivers → the client's in `clients.toml`."""

_NAMES = {
    "asyncpg": {"ssl": "sslmode", "timeout": "connect_timeout", "database": "dbname"},
    "pg8000": {"timeout": "connect_timeout", "database": "dbname"},
}


def parse(text: str) -> Parsed:
    prefix = PREFIX.match(text)
    assert prefix is not None  # detection.py hands over what begins with it
    driver = DRIVERS.get(prefix["driver"])
    start = prefix.end()
    found = _URL.match(text, start)
    assert found is not None  # every part of it may be empty
    values: dict[str, str] = {}
    foreign: dict[str, str] = {}
    spelling: dict[str, str] = {}
    spans: list[Span] = []
    for name in ("user", "password", "port"):
        if found[name]:
            values[name] = unquote(found[name])
    if host := found["literal"] or found["host"]:
        values["host"] = host
    if found["database"]:
        values["dbname"] = found["database"]
    own = _NAMES.get(driver or "", {})
    named: list[Piece] = []
    for begin, end in query.pieces(text):
        name, equals, written = text[begin:end].partition("=")
        named.append(Piece(name, begin, end - len(written) if equals else None, end))
        if not equals:
            continue
        value, known = unquote_plus(written), own.get(name, name)
        if known in LIBPQ and not (driver in _NAMES and name == "sslmode"):
            values[known] = value
            if known != name:
                spelling[known] = name
        else:
            foreign[name] = value
    _several(values)
    intended = intended_userinfo(text, start)
    if intended and "@" in intended[0]:
        spans += [Span(*intended.span("password"), broken=True)] if intended["password"] else []
    elif found["password"]:
        spans.append(Span(*found.span("password")))
    else:
        spans += doubtful_port(text, found.end("login") if found["login"] else start)
    spans += (*secret_parts.spans(text, named), *query.fragment(text, start))
    problems = tuple(_problems(text, values, bool(intended and "@" in intended[0])))
    return Parsed(Dialect.SQLALCHEMY, values, foreign, spelling, tuple(spans), problems, driver=driver)


def put(text: str, name: str, value: str) -> str:
    return query.put_part(text, name, value) or query.put(text, (name, _own(text, name)), _spelled(text, name, value))


def drop(text: str, name: str) -> str:
    return query.drop(text, (name, _own(text, name)))


def spell(name: str, value: str) -> str:
    return query.spell(name, value)


def password(plain: str) -> str:
    return percent.encode(plain)


def render(values: Mapping[str, str], driver: str) -> str:
    """A URL for one driver; several hosts go into its query, where psycopg finds them as libpq writes them."""
    login = percent.encode(values.get("user", ""))
    if "password" in values:
        login += ":" + percent.encode(values["password"])
    host, port = values.get("host", ""), values.get("port", "")
    in_query = _in_query(values)
    place = "" if in_query else (f"[{host}]" if ":" in host else host) + (":" + port if port else "")
    path = "/" + values["dbname"] if values.get("dbname") else ""
    prefix = f"postgresql+{driver}://"
    inside = {"user", "password", "dbname"} | (set() if in_query else {"host", "port"})
    rest = "&".join(_spelled(prefix, name, value) for name, value in values.items() if name not in inside)
    return prefix + (login + "@" if login else "") + place + path + ("?" + rest if rest else "")


def lacks(values: Mapping[str, str], driver: str) -> Iterator[str]:
    """What the driver has no argument for, or not as text. A database is not decoded: no `?`, `@`, quote or space."""
    arguments = KEYWORD_ARGUMENTS.get(DRIVERS[driver])
    own = {libpq: name for name, libpq in _NAMES.get(DRIVERS[driver], {}).items()}
    for name, value in values.items():
        if name in ("user", "password", "dbname"):
            if not value or (name == "dbname" and re.search(r"[?@\s'\"`]", value)):
                yield name
        elif name in ("host", "port"):
            if not value or (_in_query(values) and arguments is not None):
                yield name
        elif arguments is None:
            if name not in LIBPQ:
                yield name
        elif own.get(name, name) not in arguments or own.get(name) == "timeout" or name == "startup_params":
            yield name  # SQLAlchemy hands over texts, and a timeout has to be a number


def _in_query(values: Mapping[str, str]) -> bool:
    host, port = values.get("host", ""), values.get("port", "")
    return not (re.fullmatch(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*|", host) and re.fullmatch(r"\d*", port))


def _spelled(text: str, name: str, value: str) -> str:
    return spell(_own(text, name), value)


def _own(text: str, name: str) -> str:
    prefix = PREFIX.match(text)
    names = _NAMES.get(DRIVERS.get(prefix["driver"], "") if prefix else "", {})
    return next((own for own, libpq in names.items() if libpq == name), name)


def _several(values: dict[str, str]) -> None:
    """`host=a:1,b:2` in the query, SQLAlchemy's way of naming several hosts, as libpq's two lists."""
    host = values.get("host", "")
    if "," in host and re.search(r":\d", host) and "port" not in values:
        pairs = [place.partition(":") for place in host.split(",")]
        values["host"] = ",".join(name for name, _, _ in pairs)
        values["port"] = ",".join(port for _, _, port in pairs)


def _problems(text: str, values: dict[str, str], at_sign: bool) -> list[Problem]:
    if at_sign:
        what = "a raw @ in the role or password ends it early; it has to be written %40"
        return [Problem(ProblemCode.PASSWORD_AT_SIGN, what, "percent-encode-password")]
    found = []
    if any(port_number(port) is None for port in values.get("port", "").split(",")):
        found.append(Problem(ProblemCode.PORT_INVALID, "the port is no number from 1 to 65535"))
    if re.search(r"\?[A-Za-z_]+=", text.partition("?")[2]):
        what = "a second ? among the parameters; they are joined with &"
        found.append(Problem(ProblemCode.DOUBLE_QUESTION_MARK, what, "second-question-mark"))
    return found


_URL = re.compile(
    r"(?P<login>(?P<user>[^:/]*)(?::(?P<password>[^@]*))?@)?"
    r"(?:(?:\[(?P<literal>[^/?]+)\]|(?P<host>[^/:?]+))?(?::(?P<port>[^/?]*))?)?"
    r"(?:/(?P<database>[^?]*))?"
)
