"""The objects that Node's libraries take: node-postgres, Knex, Sequelize, TypeORM, postgres.js, Drizzle.

Each has names of its own, and `ssl` for what libpq calls sslmode: whatever turns TLS on in Node checks the certificate
as verify-full does, but for `rejectUnauthorized: false`, which is read as `require` and never written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from pgwhy.target.forms import javascript
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.forms.javascript import Code
from pgwhy.target.model import port_number
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Library:
    """How one library writes a connection."""

    names: Mapping[str, str]
    """libpq's name → its key; a dot leads into an object."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """What every such object says."""
    within: str = ""
    """The key of the object that holds the connection; empty if it is the outer one."""
    milliseconds: bool = True
    """Its connection time-out is in milliseconds."""
    modes: tuple[str, ...] = ()
    """Values of sslmode that its `ssl` takes as texts, with libpq's meaning."""


_POOL = {
    "host": "host",
    "port": "port",
    "user": "user",
    "password": "password",
    "dbname": "database",
    "sslmode": "ssl",
    "connect_timeout": "connectionTimeoutMillis",
    "application_name": "application_name",
    "options": "options",
}
LIBRARIES = {
    "node-postgres": Library(_POOL),
    "knex": Library(_POOL, {"client": "pg"}, within="connection"),
    "drizzle": Library(_POOL, within="connection"),
    "sequelize": Library(
        {**_POOL, "user": "username"}
        | {
            "sslmode": "dialectOptions.ssl",
            "connect_timeout": "dialectOptions.connectionTimeoutMillis",
            "application_name": "dialectOptions.application_name",
            "options": "dialectOptions.options",
        },
        {"dialect": "postgres"},
    ),
    "typeorm": Library(
        {**_POOL, "user": "username"}
        | {
            "connect_timeout": "connectTimeoutMS",
            "application_name": "applicationName",
            "options": "extra.options",
        },
        {"type": "postgres"},
    ),
    "postgres-js": Library(
        {**_POOL, "user": "username"}
        | {
            "connect_timeout": "connect_timeout",
            "application_name": "connection.application_name",
            "options": "connection.options",
            "target_session_attrs": "target_session_attrs",
        },
        milliseconds=False,
        modes=("allow", "prefer", "require"),
    ),
}
_URLS = ("connectionString", "url", "connection", "DATABASE_URL")


def render(values: Mapping[str, str], library: str) -> str:
    """The object; certificates are read from their file with `readFileSync` of `node:fs`."""
    return javascript.write(fields(values, library))


def fields(values: Mapping[str, str], library: str) -> dict[str, Any]:
    """The object before it is written."""
    own = LIBRARIES[library]
    inner: dict[str, Any] = {}
    for name, key in own.names.items():
        if name not in values:
            continue
        value: object = values[name]
        if name == "port":
            value = port_number(values[name])
        elif name == "connect_timeout":
            value = int(values[name]) * (1000 if own.milliseconds else 1)
        elif name == "sslmode":
            value = _ssl(values, own)
        place, _, last = key.rpartition(".")
        (inner.setdefault(place, {}) if place else inner)[last] = value
    return {**own.fixed, own.within: inner} if own.within else {**own.fixed, **inner}


def lacks(values: Mapping[str, str], library: str) -> Iterator[str]:
    """What its object has no key for, several hosts, and how much TLS none of its values means."""
    own = LIBRARIES[library]
    if "host" not in values:
        yield "host"  # Node goes to localhost then, and libpq to a socket
    for name, value in values.items():
        if name == "sslrootcert":
            if values.get("sslmode") != "verify-full" or value == "system" or not value:
                yield name
        elif name not in own.names or not value or (name == "host" and "," in value):
            yield name
        elif name in ("port", "connect_timeout"):
            if not re.fullmatch(r"[1-9][0-9]{0,8}", value):
                yield name
        elif name == "sslmode" and value not in ("disable", "verify-full", *own.modes):
            yield name


def find(text: str, library: str = "") -> Found:
    """The first object that names a server, or the first URL in the code. Raises `NotThere`."""
    for start, outer in javascript.objects(text):
        line = text.count("\n", 0, start) + 1
        for each in javascript.inside(outer):
            if found := _url(each, text, start) or _fields(each, line, LIBRARIES.get(library)):
                return found
    for start, literal in javascript.strings(text):
        if re.search(r"postgres(?:ql)?(?:\+\w+)?:/", literal):
            return Found(literal, name="the URL", line=text.count("\n", 0, start) + 1)
    if variable := next(filter(None, map(_variable, re.findall(r"\w+\([^()]*\)", text))), ""):
        return Found(variable=variable, name=variable)
    raise NotThere("no object in it names a host or a connection string")


def _variable(call: str) -> str:
    return javascript.environment_variable(Code(call.partition("(")[2].rstrip(")")))


def _url(each: Mapping[str, Any], text: str, start: int) -> Found | None:
    for key in _URLS:
        value = each.get(key)
        if isinstance(value, str):
            place = re.compile(rf"[\"']?{key}[\"']?\s*:").search(text, start)
            line = text.count("\n", 0, place.start() if place else start) + 1
            if variable := javascript.environment_variable(value):
                return Found(name=key, line=line, variable=variable)
            if not isinstance(value, Code):
                return Found(value, name=key, line=line)
    return None


def _fields(each: Mapping[str, Any], line: int, library: Library | None) -> Found | None:
    if not isinstance(each.get("host"), str) and not {"database", "user", "username"} <= each.keys():
        return None
    known = [library] if library else list(LIBRARIES.values())
    values: dict[str, str] = {}
    variables: dict[str, str] = {}
    used: set[str] = set()
    for own in known:
        for name, key in own.names.items():
            value = _at(each, key)
            has_default = "??" in str(value) or "||" in str(value)
            if (variable := javascript.environment_variable(value)) and not has_default:
                variables[name] = variable
            if value is None or isinstance(value, Code) or name in values:
                continue
            used.add(key.partition(".")[0])
            if name == "sslmode":
                values |= _sslmode(value)
            elif name == "connect_timeout" and isinstance(value, int):
                values[name] = str(value // 1000 if key != "connect_timeout" else value)
            elif isinstance(value, str | int):
                values[name] = str(value)
    used |= {key for own in known for key in own.fixed}
    others = {key: value for key, value in each.items() if key not in used and not isinstance(value, Code)}
    foreign = {key: str(value) for key, value in others.items() if isinstance(value, str | int)}
    return Found(None, values, foreign, variables, "the object", line)


def _at(each: Mapping[str, Any], key: str) -> Any:
    place, _, last = key.rpartition(".")
    inner = each.get(place) if place else each
    return inner.get(last) if isinstance(inner, dict) else None


def _ssl(values: Mapping[str, str], own: Library) -> object:
    mode, root = values["sslmode"], values.get("sslrootcert")
    if mode in own.modes:
        return mode
    if root:
        return {"ca": Code(f'readFileSync({javascript.quoted(root)}, "utf8")')}
    return mode != "disable"


def _sslmode(value: object) -> dict[str, str]:
    if isinstance(value, dict):
        mode = "require" if value.get("rejectUnauthorized") is False else "verify-full"
        file = re.search(r"readFileSync\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", str(value.get("ca", "")))
        return {"sslmode": mode} | ({"sslrootcert": javascript.unquoted(file[1])} if file else {})
    if isinstance(value, str):
        return {"sslmode": value}
    return {"sslmode": "verify-full" if value else "disable"}
