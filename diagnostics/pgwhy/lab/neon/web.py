"""Neon's HTTP side on port 443, as far as it can be met without credentials (docs/neon.md, 3.7 and 3.8).

A `Behaviour` for a `Door`. It answers `OPTIONS /sql`, upgrades to WebSocket on any path, and refuses all else.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import uuid

from pgwhy.lab.authority import Leaf
from pgwhy.lab.sockets.door import Behaviour
from pgwhy.lab.sockets.manners import encrypt, silent

_MAX_HEAD_BYTES = 16_384
_WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, section 1.3."""


def web(leaf: Leaf) -> Behaviour:
    """A web server that shows this certificate."""
    context = leaf.context()
    context.set_alpn_protocols(["http/1.1"])

    def behave(connection: socket.socket) -> None:
        with encrypt(connection, context) as client:
            answer = answered(read_head(client))
            client.sendall(answer)
            if answer.startswith(b"HTTP/1.1 101"):
                silent(client)

    return behave


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


def answered(head: bytes) -> bytes:
    """What there is to say without credentials."""
    status, *lines = _answer(head)
    return "\r\n".join((f"HTTP/1.1 {status}", f"neon-request-id: {uuid.uuid4()}", *lines)).encode()


def _answer(head: bytes) -> tuple[str, ...]:
    """The status line without its version, the headers, and the end of the head with the body."""
    if key := headers(head).get(b"sec-websocket-key"):
        accept = base64.b64encode(hashlib.sha1(key + _WEBSOCKET).digest()).decode()
        return (
            "101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
            "",
            "",
        )
    if head.startswith(b"OPTIONS /sql "):
        return "200 OK", "Allow: OPTIONS, POST", "Access-Control-Max-Age: 86400", "Content-Length: 0", "", ""
    return "400 Bad Request", "Content-Type: application/json", "Content-Length: 24", "", '"query is not supported"'
