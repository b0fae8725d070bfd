"""Replays a conversation of fixtures/neon/port_443.json against a door of the lab, and tells what came back."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
import struct
import time
from collections.abc import Mapping
from typing import Any

from pgwhy.network import wire
from tests.lab.neon.replay import EARLY, PATIENCE_S, Place, alert, insecure_context, named, startup

_CHANGING = ("neon-request-id", "date", "content-length", "connection")
"""Headers that are not compared. The first must be there."""
_PLACES_IN_THE_SOURCE = ("file", "line", "routine")


def replayed(asked: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """What comes back now, as a recording has it."""
    begun = time.monotonic()
    try:
        client = _connected(asked, place)
    except OSError as error:
        return {"got": alert(error)}
    with client:
        if "websocket" in asked:
            return _websocket(client, asked, place)
        answer = _http(client, asked, place)
    return answer | {"took": (time.monotonic() - begun) / place.scale}


def compared(answered: Mapping[str, Any], now: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both answers with what must be the same. A recorded wait is one that is not shorter here."""
    then = dict(answered)
    if "body" in then and isinstance(then["body"], dict) and "message" in then["body"]:
        then["body"] = then["body"] | {"message": then["body"]["message"].replace("{address}", "127.0.0.1")}
    if "messages" in then:
        then["messages"] = [each.replace("{address}", "127.0.0.1") for each in then["messages"]]
        now["messages"] = now["messages"][: len(then["messages"])]
    if "headers" in then:
        then["headers"] = sorted(then["headers"])
    took = now.pop("took", 0.0)
    waited = then.pop("after", 0.0)
    if took < EARLY * waited:
        now["after"] = took
    return then, now


def _connected(asked: Mapping[str, Any], place: Place) -> ssl.SSLSocket:
    context = insecure_context(asked.get("alpn", ("http/1.1",)))
    plain = socket.create_connection(("127.0.0.1", place.port), timeout=PATIENCE_S)
    return context.wrap_socket(plain, server_hostname=asked["sni"])


def _http(client: ssl.SSLSocket, asked: Mapping[str, Any], place: Place) -> dict[str, Any]:
    body = asked["body"].encode()
    lines = [f"{asked['request']} HTTP/1.1", f"Host: {asked['host']}", "Connection: close", *asked["headers"]]
    lines += [f"Content-Length: {len(body)}"] if body else []
    client.sendall("\r\n".join((*lines, "", "")).replace("{password}", place.password).encode() + body)
    answer = b""
    while part := client.recv(65_536):
        answer += part
    head, _, content = answer.decode().partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    assert any(header.startswith("neon-request-id: ") for header in headers)
    body_now = json.loads(content) if content else ""
    if isinstance(body_now, dict) and "file" in body_now:
        body_now |= {key: "..." for key in _PLACES_IN_THE_SOURCE if body_now[key] is not None}
    return {
        "status": status.partition(" ")[2],
        "headers": sorted(header for header in headers if not header.startswith(_CHANGING)),
        "alpn": client.selected_alpn_protocol(),
        "body": body_now,
    }


def _websocket(client: ssl.SSLSocket, asked: Mapping[str, Any], place: Place) -> dict[str, Any]:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = (f"GET {asked['websocket']} HTTP/1.1", f"Host: {asked['host']}", "Connection: Upgrade")
    lines += ("Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", "")
    client.sendall("\r\n".join(lines).encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += client.recv(1)
    frames = _Frames(client)
    got: list[str] = []
    frames.send(startup(asked), opcode=1 if asked["frames"] == "text" else 2)
    try:
        while not got or not got[-1].startswith("ReadyForQuery"):
            kind, body = frames.message()
            if kind == b"S":
                continue
            got.append(named(kind, body))
            if got[-1] == "AuthenticationCleartextPassword":
                frames.send(
                    wire.password_message(asked["password"].replace("{password}", place.password).encode()), opcode=2
                )
    except EOFError:
        got.append("closed")
    return {"status": head.decode().split("\r\n")[0].partition(" ")[2], "messages": got}


class _Frames:
    """The client's side of a WebSocket."""

    def __init__(self, client: ssl.SSLSocket) -> None:
        self._client = client
        self._bytes = b""

    def send(self, data: bytes, opcode: int) -> None:
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
        masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(data))
        self._client.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def message(self) -> tuple[bytes, bytes]:
        """The next message of the protocol, whatever frames it comes in. Raises `EOFError`."""
        kind, length = struct.unpack("!ci", self._taken(5))
        return kind, self._taken(length - 4)

    def _taken(self, size: int) -> bytes:
        while len(self._bytes) < size:
            head = self._received(2)
            length = head[1]
            if length >= 126:
                length = int.from_bytes(self._received(2 if length == 126 else 8), "big")
            self._bytes += self._received(length)
        taken, self._bytes = self._bytes[:size], self._bytes[size:]
        return taken

    def _received(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            try:
                part = self._client.recv(size - len(data))
            except (ssl.SSLEOFError, ConnectionResetError):
                part = b""
            if not part:
                raise EOFError
            data += part
        return data
