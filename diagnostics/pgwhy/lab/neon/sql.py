"""SQL over HTTP behind the door: who is meant by a connection string, one query, and its result as JSON.

Source: docs/neon.md, 3.7; the messages are those of PostgreSQL's extended query protocol.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from pgwhy.lab.neon import compute, messages
from pgwhy.lab.neon.compute import Compute
from pgwhy.lab.neon.messages import Refusal
from pgwhy.network import wire
from pgwhy.secret import Secret

_IN_JSON = (16, 21, 23, 700, 701, 114, 3802)
"""Types whose texts are JSON of their own (pg_type: bool, int2, int4, float4, float8, json, jsonb)."""
_BOOL = {"t": True, "f": False}


@dataclass(frozen=True)
class Login:
    """What a connection string says."""

    endpoint: str
    """The first label of the host, as it is written."""
    user: str
    database: str
    password: Secret = field(repr=False)


def login(url: str) -> Login:
    """Raises `Refusal`, in the order in which the proxy looks."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2].partition(":")[0]
    except ValueError:
        raise Refusal(messages.HOSTNAME_MISSING) from None
    if not parts.scheme:
        raise Refusal(messages.NOT_A_URL)
    if parts.scheme not in ("postgres", "postgresql"):
        raise Refusal(messages.INCORRECT_SCHEME)
    if not parts.path:
        raise Refusal(messages.DATABASE_MISSING)
    if not parts.username:
        raise Refusal(messages.USERNAME_MISSING)
    if parts.password is None:
        raise Refusal(messages.PASSWORD_REQUIRED)
    if not host or host.startswith("["):
        raise Refusal(messages.HOSTNAME_MISSING)
    user = unquote(parts.username)
    database = unquote(parts.path.split("/")[1]) or user
    return Login(host.partition(".")[0], user, database, Secret(unquote(parts.password)))


def query(body: bytes) -> tuple[str, Sequence[Any]]:
    """The query of a request and its parameters. Raises `Refusal`."""
    try:
        asked = json.loads(body)
        return asked["query"], asked.get("params") or ()
    except json.JSONDecodeError as error:
        text = messages.BODY_CUT_OFF.format(line=error.lineno, column=error.colno - 1)
        raise Refusal(text) from None


async def run(server: Compute, text: str, parameters: Sequence[Any], raw: bool, arrays: bool) -> Mapping[str, Any]:
    """The result as JSON has it. `raw`: values as Postgres' texts; `arrays`: rows as arrays. Raises `Refusal`."""
    values = [None if each is None else _text(each).encode() for each in parameters]
    server.writer.write(_asked(text.encode(), values))
    fields: list[dict[str, Any]] = []
    rows: list[Any] = []
    tag = ""
    while True:
        try:
            kind, content = await compute.message(server.reader)
        except Refusal as refusal:
            # An error of a query is the client's, whatever its code.
            raise Refusal(str(refusal), 400, refusal.fields) from None
        if kind == b"T":
            fields = _fields(content)
        elif kind == b"D":
            row = [value if raw else _in_json(value, of) for value, of in zip(_values(content), fields, strict=True)]
            rows.append(row if arrays else {of["name"]: value for value, of in zip(row, fields, strict=True)})
        elif kind == b"C":
            tag = content.rstrip(b"\0").decode()
        elif kind == b"Z":
            break
    command, _, count = tag.partition(" ")
    affected = count.rpartition(" ")[2]
    return {
        "fields": fields,
        "rows": rows,
        "command": command,
        "rowCount": int(affected) if affected.isdigit() else None,
        "rowAsArray": arrays,
    }


def _asked(text: bytes, values: Sequence[bytes | None]) -> bytes:
    """Parse, Bind, Describe, Execute, Sync: all texts, the types left to Postgres."""
    bound = b"".join(struct.pack("!i", -1) if each is None else struct.pack("!i", len(each)) + each for each in values)
    return (
        wire.message(b"P", b"\0" + text + b"\0" + struct.pack("!h", 0))
        + wire.message(b"B", b"\0\0" + struct.pack("!hh", 0, len(values)) + bound + struct.pack("!h", 0))
        + wire.message(b"D", b"P\0")
        + wire.message(b"E", b"\0" + struct.pack("!i", 0))
        + wire.message(b"S")
    )


def _fields(content: bytes) -> list[dict[str, Any]]:
    (count,) = struct.unpack_from("!h", content)
    found, rest = [], content[2:]
    for _ in range(count):
        name, _, rest = rest.partition(b"\0")
        table, column, kind, size, modifier, _ = struct.unpack_from("!IhIhih", rest)
        rest = rest[18:]
        found.append(
            {
                "name": name.decode(),
                "dataTypeID": kind,
                "tableID": table,
                "columnID": column,
                "dataTypeSize": size,
                "dataTypeModifier": modifier,
                "format": "text",
            }
        )
    return found


def _values(content: bytes) -> list[str | None]:
    (count,) = struct.unpack_from("!h", content)
    found: list[str | None] = []
    position = 2
    for _ in range(count):
        (size,) = struct.unpack_from("!i", content, position)
        position += 4
        found.append(None if size < 0 else content[position : position + size].decode())
        position += max(0, size)
    return found


def _in_json(value: str | None, of: Mapping[str, Any]) -> Any:
    if value is None or of["dataTypeID"] not in _IN_JSON:
        return value
    return _BOOL[value] if value in _BOOL else json.loads(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
