"""Port 443 with a Postgres behind it: SQL over HTTP, and the wire protocol in a WebSocket."""

from __future__ import annotations

import base64
import json
import os
import socket
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from pgwhy.lab.neon import sql
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.neon.serverless import serverless
from pgwhy.lab.sockets.door import Door
from pgwhy.lab.world import DATABASE, DOMAIN, ROLE, World
from pgwhy.network import wire
from pgwhy.secret import Secret


@pytest.fixture(scope="module")
def door(world: World) -> Iterator[Door]:
    leaf = world.authority.issue(f"*.{DOMAIN}")
    with Door(serverless(leaf, world.gateway.proxy)) as opened:
        yield opened


def connect(door: Door, world: World) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(world.root_certificate))
    plain = socket.create_connection(("127.0.0.1", door.port), timeout=10)
    return context.wrap_socket(plain, server_hostname=f"api.{DOMAIN}")


def asked(door: Door, world: World, password: str, query: str, *parameters: object) -> tuple[str, dict[str, Any]]:
    url = f"postgresql://{ROLE}:{quote(password, safe='')}@{world.host}/{DATABASE}"
    body = json.dumps({"query": query, "params": parameters}).encode()
    head = f"POST /sql HTTP/1.1\r\nHost: api.{DOMAIN}\r\nNeon-Connection-String: {url}\r\nContent-Length: {len(body)}"
    head += "\r\nNeon-Raw-Text-Output: true\r\nNeon-Array-Mode: true"
    with connect(door, world) as client:
        client.sendall(f"{head}\r\n\r\n".encode() + body)
        answer = b""
        while part := client.recv(65536):
            answer += part
    told, _, content = answer.partition(b"\r\n\r\n")
    return told.decode().splitlines()[0], json.loads(content)


def test_a_query_over_http_gives_rows_as_texts(door: Door, world: World) -> None:
    status, told = asked(door, world, world.password.reveal(), "select $1::int + 1 as sum, null", 41)
    assert status == "HTTP/1.1 200 OK"
    assert told["rows"] == [["42", None]]
    assert [(each["name"], each["dataTypeID"]) for each in told["fields"]] == [("sum", 23), ("?column?", 25)]


def test_a_wrong_password_is_the_proxys_own_refusal(door: Door, world: World) -> None:
    status, told = asked(door, world, "wrong", "select 1")
    assert status == "HTTP/1.1 400 Bad Request"
    assert told["message"] == f"password authentication failed for user '{ROLE}'"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://alex:pw@ep-a.example.com", "missing database name"),
        ("postgresql://alex:pw@[::1]/db", "missing hostname"),
        ("postgresql://alex:pw@[::1/db", "missing hostname"),
        ("postgresql:///db", "missing username"),
        ("alex", "invalid connection string: relative URL without a base"),
    ],
)
def test_a_bad_connection_string_is_refused(url: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        sql.login(url)


def test_the_endpoint_is_the_first_label_as_it_is_written() -> None:
    login = sql.login("postgres://b%40b:p%2Fw@EP-A.example.com/?options=endpoint%3Dother")
    assert login == sql.Login("EP-A", "b@b", "b@b", Secret("p/w"))


def test_a_session_runs_in_a_websocket(door: Door, world: World) -> None:
    with connect(door, world) as client:
        key = base64.b64encode(os.urandom(16)).decode()
        client.sendall(
            f"GET /v2 HTTP/1.1\r\nHost: {world.host}\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        assert client.recv(4096).startswith(b"HTTP/1.1 101 ")
        client.sendall(frame(wire.startup_message({"user": ROLE, "database": DATABASE})))
        assert payload(client) == wire.authentication(wire.Auth.CLEARTEXT_PASSWORD)
        client.sendall(frame(wire.password_message(world.password.reveal().encode())))
        assert payload(client).startswith(wire.authentication(wire.Auth.OK))
        query = wire.message(b"Q", b"select repeat('x', 70000)\0")
        client.sendall(frame(query[:3]) + frame(query[3:]))  # a message may come in pieces
        got = b""
        while not got.endswith(b"Z\0\0\0\x05I"):
            got += payload(client)
        assert b"x" * 70000 in got


def frame(data: bytes) -> bytes:
    """As a client sends it: masked."""
    mask = os.urandom(4)
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x82" + length + mask + bytes(byte ^ mask[number % 4] for number, byte in enumerate(data))


def payload(client: ssl.SSLSocket) -> bytes:
    head = exactly(client, 2)
    size = head[1]
    if size >= 126:
        size = int.from_bytes(exactly(client, 2 if size == 126 else 8), "big")
    return exactly(client, size)


def exactly(client: ssl.SSLSocket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = client.recv(size - len(data))
        assert part
        data += part
    return data
