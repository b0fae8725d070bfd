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


def _ssl(values: Mapping[str, str], own: Library) -> object:
    mode, root = values["sslmode"], values.get("sslrootcert")
    if mode in own.modes:
        return mode
    if root:
        return {"ca": Code(f'readFileSync({javascript.quoted(root)}, "utf8")')}
    return mode != "disable"
