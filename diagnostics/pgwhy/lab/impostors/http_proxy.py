"""A forward proxy: it answers CONNECT, and passes every byte on to the lab's servers (RFC 9110, 9.3.6)."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection

from pgwhy.lab.impostors.middlebox import splice
from pgwhy.lab.sockets.door import Behaviour
from pgwhy.lab.sockets.manners import farewell

_MAX_HEAD_BYTES = 4096
_CONNECT = re.compile(rb"CONNECT [^\s/]+:(\d{1,5}) HTTP/1\.[01]\r\n")


def http_proxy(address: str, ports: Collection[int]) -> Behaviour:
    """Tunnels to these ports alone; every name is the server at `address`."""

    def behave(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _MAX_HEAD_BYTES:
            more = connection.recv(_MAX_HEAD_BYTES)
            if not more:
                return
            head += more
        asked = _CONNECT.match(head)
        if asked is None or int(asked[1]) not in ports:
            status = b"405 Method Not Allowed" if asked is None else b"403 Forbidden"
            farewell(connection, b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection((address, int(asked[1])), timeout=5) as server:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            splice(connection, server)

    return behave
