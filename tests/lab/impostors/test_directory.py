"""The LDAP directory, by its bytes (RFC 4511); a real Postgres asks it in the fault auth-ldap-refused."""

from __future__ import annotations

import socket

from pgwhy.lab.impostors.directory import refuses_everybody
from pgwhy.lab.sockets.door import Door

BIND = bytes.fromhex("300e 020105 6009 020103 0400 8002 6869".replace(" ", ""))
"""Message 5: a simple bind with version 3, no name, and the password `hi`."""
INVALID_CREDENTIALS = bytes.fromhex("300c 020105 6107 0a0131 0400 0400".replace(" ", ""))


def test_a_bind_is_refused_under_its_own_number_and_may_be_tried_again() -> None:
    with Door(refuses_everybody) as door, _connected(door.port) as client:
        for _ in range(2):
            client.sendall(BIND)
            assert client.recv(100) == INVALID_CREDENTIALS


def test_what_is_no_bind_request_ends_the_connection() -> None:
    for said in (b"GET / HTTP/1.1\r\n\r\n", bytes.fromhex("30050201064200")):
        with Door(refuses_everybody) as door, _connected(door.port) as client:
            client.sendall(said)
            assert _ends(client)


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def _ends(client: socket.socket) -> bool:
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True
