"""How a server may treat a connection: end it, keep silent, or agree to TLS."""

from __future__ import annotations

import socket
import ssl
import struct

from pgwhy.lab.sockets.door import exactly
from pgwhy.network import wire

MAX_BYTES = 65_536


def farewell(connection: socket.socket, last: bytes = b"") -> None:
    """Say this and end in an orderly way: closing with unread bytes would be a reset, which overtakes what was said."""
    connection.sendall(last)
    connection.shutdown(socket.SHUT_WR)
    silent(connection)


def reset(connection: socket.socket) -> None:
    """End it by a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silent(connection: socket.socket) -> None:
    """Take everything and say nothing, until the client leaves."""
    while connection.recv(MAX_BYTES):
        pass


def agree_to_tls(connection: socket.socket, more: bytes = b"") -> None:
    """Answer SSLRequest with S and `more`, GSSENCRequest before it with N. Raises `WireError` for anything else."""
    while (code := startup_code(connection)) != wire.SSL_REQUEST_CODE:
        if code != wire.GSSENC_REQUEST_CODE:
            raise wire.WireError("a start-up message where SSLRequest was expected")
        connection.sendall(b"N")
    connection.sendall(b"S" + more)


def encrypt(connection: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """The handshake, as the server. Raises `ssl.SSLError` where it fails, once OpenSSL's alert has got through."""
    try:
        return context.wrap_socket(connection.dup(), server_side=True)
    except ssl.SSLError:
        farewell(connection)
        raise


def startup_code(connection: socket.socket) -> int:
    """Which request a start-up packet is. Raises `WireError`, and `EOFError` where the connection ends before."""
    (length,) = struct.unpack("!i", exactly(connection, 4))
    if not 8 <= length <= wire.MAX_STARTUP_BYTES:
        raise wire.WireError("no start-up packet")
    return wire.read_startup(exactly(connection, length - 4)).code
