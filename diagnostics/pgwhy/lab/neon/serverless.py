"""Neon's port 443 with a Postgres behind it: SQL over HTTP and the wire protocol in a WebSocket, for its own driver.

A `Behaviour` for a `Door` (docs/neon.md, 3.7 and 3.8; RFC 6455 for the frames). Passwords are checked by that
Postgres. What `web` answers without credentials is answered here as well.
"""

from __future__ import annotations

import json
import os
import select
import socket
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

from psycopg import pq

from pgwhy.lab.authority import Leaf
from pgwhy.lab.neon import web
from pgwhy.lab.sockets.door import Address, Behaviour
from pgwhy.lab.sockets.manners import encrypt
from pgwhy.network import wire

_CHUNK = 65_536
_BINARY, _CLOSE = 0x2, 0x8
_SAID_AT_START = ("server_version", "server_encoding", "client_encoding", "DateStyle", "TimeZone", "integer_datetimes")


def serverless(leaf: Leaf, server: Address) -> Behaviour:
    """A web server that shows this certificate and asks that Postgres."""
    context = leaf.context()
    context.set_alpn_protocols(["http/1.1"])

    def behave(connection: socket.socket) -> None:
        with encrypt(connection, context) as client:
            head, _, rest = web.read_head(client).partition(b"\r\n\r\n")
            given = web.headers(head)
            if head.startswith(b"POST /sql ") and b"neon-connection-string" in given:
                size = int(given.get(b"content-length", b"0"))
                while len(rest) < size and (more := client.recv(_CHUNK)):
                    rest += more
                client.sendall(_answered(given[b"neon-connection-string"].decode(), json.loads(rest), server))
                return
            client.sendall(web.answered(head))
            if b"sec-websocket-key" in given:
                _session(_Frames(client, rest), server)

    return behave


def _answered(url: str, body: dict[str, Any], server: Address) -> bytes:
    """One query over HTTP, its rows as arrays of Postgres' own texts."""
    asked = urlsplit(url)
    database = _log_in(server, unquote(asked.username or ""), unquote(asked.password or ""), asked.path[1:])
    if database.status != pq.ConnStatus.OK:
        return _http("400 Bad Request", {"message": _complaint(database), "code": ""})
    parameters = [None if each is None else str(each).encode() for each in body.get("params") or ()]
    result = database.exec_params(body["query"].encode(), parameters)
    if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        return _http("400 Bad Request", {"message": database.error_message.decode(), "code": ""})
    columns = range(result.nfields)
    fields = [{"name": _text(result.fname(column)), "dataTypeID": result.ftype(column)} for column in columns]
    rows = [[_text(result.get_value(row, column)) for column in columns] for row in range(result.ntuples)]
    command = (result.command_status or b"").decode().partition(" ")[0]
    return _http(
        "200 OK", {"command": command, "rowCount": len(rows), "rows": rows, "fields": fields, "rowAsArray": True}
    )


def _http(status: str, content: dict[str, Any]) -> bytes:
    body = json.dumps(content).encode()
    head = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
    return "\r\n".join((*head, "", "")).encode() + body


class _Frames:
    """The bytes of a WebSocket, whatever frames they come in."""

    def __init__(self, client: ssl.SSLSocket, early: bytes) -> None:
        self._client = client
        self._raw = early
        self._bytes = b""

    def exactly(self, size: int) -> bytes:
        """Raises `EOFError` at the end."""
        while len(self._bytes) < size:
            self._bytes += self._frame()
        taken, self._bytes = self._bytes[:size], self._bytes[size:]
        return taken

    def whatever(self) -> bytes:
        """What has come, at least one frame of it."""
        taken, self._bytes = self._bytes or self._frame(), b""
        return taken

    def has_more(self) -> bool:
        return bool(self._bytes or self._raw or self._client.pending())

    def fileno(self) -> int:
        return self._client.fileno()

    def send(self, data: bytes) -> None:
        size = len(data)
        if size < 126:
            length = bytes([size])
        else:
            length = b"\x7e" + size.to_bytes(2, "big") if size < 1 << 16 else b"\x7f" + size.to_bytes(8, "big")
        self._client.sendall(bytes([0x80 | _BINARY]) + length + data)

    def _frame(self) -> bytes:
        first, second = self._read(2)
        size = second & 0x7F
        if size >= 126:
            size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
        mask = self._read(4)
        masked = self._read(size)
        if first & 0x0F == _CLOSE:
            raise EOFError
        return bytes(byte ^ mask[number % 4] for number, byte in enumerate(masked))

    def _read(self, size: int) -> bytes:
        while len(self._raw) < size:
            more = self._client.recv(_CHUNK)
            if not more:
                raise EOFError
            self._raw += more
        taken, self._raw = self._raw[:size], self._raw[size:]
        return taken


def _session(frames: _Frames, server: Address) -> None:
    """The wire protocol without SSLRequest, and the password in clear text: TLS is around it."""
    size = int.from_bytes(frames.exactly(4), "big")
    asked = wire.read_startup(frames.exactly(size - 4)).parameters
    frames.send(wire.authentication(wire.Auth.CLEARTEXT_PASSWORD))
    _, size = wire.split_header(frames.exactly(5))
    password = frames.exactly(size).rstrip(b"\0").decode()
    database = _log_in(server, asked.get("user", ""), password, asked.get("database", ""))
    if database.status != pq.ConnStatus.OK:
        frames.send(wire.error_response({"S": "ERROR", "C": "XX000", "M": _complaint(database)}))
        return
    told = [(name, database.parameter_status(name.encode()) or b"") for name in _SAID_AT_START]
    frames.send(
        wire.authentication(wire.Auth.OK)
        + b"".join(wire.message(b"S", name.encode() + b"\0" + value + b"\0") for name, value in told)
        + wire.message(b"K", bytes(8))
        + wire.message(b"Z", b"I")
    )
    # libpq has logged in; what is said from here on goes past it.
    with socket.socket(fileno=os.dup(database.socket)) as backend:
        backend.setblocking(True)
        _pass_on(frames, backend)


def _pass_on(frames: _Frames, backend: socket.socket) -> None:
    while True:
        ready = [frames.fileno()]
        if not frames.has_more():
            ready = select.select([frames.fileno(), backend.fileno()], [], [])[0]
        if frames.fileno() in ready:
            backend.sendall(frames.whatever())
        if backend.fileno() in ready:
            data = backend.recv(_CHUNK)
            if not data:
                return
            frames.send(data)


def _log_in(server: Address, user: str, password: str, database: str) -> pq.abc.PGconn:
    given = {"host": server.host, "port": str(server.port), "user": user, "password": password, "dbname": database}
    quoted = (name + "='" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for name, value in given.items())
    return pq.PGconn.connect(" ".join((*quoted, "gssencmode=disable")).encode())


def _complaint(database: pq.abc.PGconn) -> str:
    return database.error_message.decode("utf-8", "replace").strip().rpartition("FATAL:")[2].strip()


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
