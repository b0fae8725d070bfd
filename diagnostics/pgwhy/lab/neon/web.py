"""Neon's HTTP side on port 443, as far as it can be met without credentials (docs/neon.md, 3.7 and 3.8).

A `Behaviour` for a `Door`. It answers `OPTIONS /sql`, upgrades to WebSocket on any path, and refuses all else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pgwhy.lab.authority import Leaf
from pgwhy.lab.neon import messages
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.sockets import client_hello
from pgwhy.lab.sockets.door import Behaviour
from pgwhy.lab.sockets.manners import encrypt, farewell, silent

_MAX_HEAD_BYTES = 16_384
_MAX_HELLO_BYTES = 16_384
_WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, section 1.3."""
_ALPN = "http/1.1"
_CONNECTION_STRING = b"neon-connection-string"
_READABLE_ANYWHERE = "access-control-allow-origin: *"
_ASKED_BY_BROWSERS = (
    "allow: OPTIONS, POST",
    _READABLE_ANYWHERE,
    "access-control-allow-headers: Authorization, Neon-Connection-String, Neon-Raw-Text-Output, Neon-Array-Mode, "
    "Neon-Pool-Opt-In, Neon-Batch-Read-Only, Neon-Batch-Isolation-Level",
    "access-control-max-age: 86400",
)
_KEYS_OF_FIELDS = {
    "message": "M",
    "code": "C",
    "detail": "D",
    "hint": "H",
    "position": "P",
    "internalPosition": "p",
    "internalQuery": "q",
    "severity": "S",
    "where": "W",
    "table": "t",
    "column": "c",
    "schema": "s",
    "dataType": "d",
    "constraint": "n",
    "file": "F",
    "line": "L",
    "routine": "R",
}
"""The 17 keys of an error, and the letters of PostgreSQL's error fields that they come from."""


def web(leaf: Leaf) -> Behaviour:
    """A web server that shows this certificate."""

    def behave(connection: socket.socket) -> None:
        with encrypt(admitted(connection), context(leaf)) as client:
            answer = answered(read_head(client))
            client.sendall(answer)
            if answer.startswith(b"HTTP/1.1 101"):
                silent(client)

    return behave


def context(leaf: Leaf) -> ssl.SSLContext:
    """TLS with ALPN as HTTP has it."""
    made = leaf.context()
    made.set_alpn_protocols([_ALPN])
    return made


def admitted(connection: socket.socket) -> socket.socket:
    """The connection, if its ClientHello is one for HTTP. Raises `EOFError` where TLS's alert has ended it."""
    if alert := client_hello.alert(connection.recv(_MAX_HELLO_BYTES, socket.MSG_PEEK), (_ALPN.encode(),)):
        farewell(connection, alert)
        raise EOFError
    return connection


def read_head(client: socket.socket) -> bytes:
    """The head of a request, and perhaps something behind it. Raises `EOFError` where the client leaves before."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _MAX_HEAD_BYTES:
        more = client.recv(_MAX_HEAD_BYTES)
        if not more:
            raise EOFError
        head += more
    return head


def headers(head: bytes) -> dict[bytes, bytes]:
    """Names in lower case → values."""
    _, *lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return {name.strip().lower(): text.strip() for name, _, text in (line.partition(b":") for line in lines)}


def connection_string(head: bytes) -> str | None:
    """That of a request for SQL over HTTP; `None` for any other request."""
    given = headers(head).get(_CONNECTION_STRING)
    return given.decode("utf-8", "replace") if given is not None and head.startswith(b"POST /sql ") else None


def answered(head: bytes) -> bytes:
    """What there is to say without credentials."""
    if key := headers(head).get(b"sec-websocket-key"):
        accept = base64.b64encode(hashlib.sha1(key + _WEBSOCKET).digest()).decode()
        lines = ("connection: upgrade", "upgrade: websocket", f"sec-websocket-accept: {accept}")
        return _head(HTTPStatus.SWITCHING_PROTOCOLS, *lines)
    if head.startswith(b"OPTIONS /sql "):
        return _head(HTTPStatus.OK, *_ASKED_BY_BROWSERS, "content-length: 0")
    if head.startswith(b"POST /sql "):
        return refused(Refusal(messages.HEADER_INVALID))
    body = b'"query is not supported"'
    return _head(HTTPStatus.BAD_REQUEST, "content-type: application/json", f"content-length: {len(body)}") + body


def refused(refusal: Refusal) -> bytes:
    """A refusal as SQL over HTTP words it."""
    said = {"M": str(refusal), "C": "", "S": ""} | refusal.fields
    return in_json(HTTPStatus(refusal.status), {key: said.get(letter) for key, letter in _KEYS_OF_FIELDS.items()})


def in_json(status: HTTPStatus, content: Mapping[str, Any]) -> bytes:
    """An answer of SQL over HTTP."""
    body = json.dumps(content).encode()
    lines = ("content-type: application/json", _READABLE_ANYWHERE, f"content-length: {len(body)}", "connection: close")
    return _head(status, *lines) + body


def _head(status: HTTPStatus, *lines: str) -> bytes:
    first = f"HTTP/1.1 {status.value} {status.phrase}"
    return "\r\n".join((first, f"neon-request-id: {uuid.uuid4()}", *lines, "", "")).encode()
