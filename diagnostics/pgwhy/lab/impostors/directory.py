"""An LDAP directory that refuses every password, for a Postgres that asks one.

The messages are BER (RFC 4511, 4.2): a bind request is answered with `invalidCredentials` under its own number.
"""

from __future__ import annotations

import socket

from pgwhy.lab.sockets.door import exactly

_SEQUENCE, _INTEGER, _ENUMERATED, _OCTETS = 0x30, 0x02, 0x0A, 0x04
_BIND_REQUEST, _BIND_RESPONSE = 0x60, 0x61
_INVALID_CREDENTIALS = 49
_MAX_BYTES = 65_536


def refuses_everybody(connection: socket.socket) -> None:
    """What the directory does with one connection, for a `Door`. Anything but a bind request ends it."""
    while True:
        message = _element(connection, _SEQUENCE)
        number_length = message[1]
        number, request = message[2 : 2 + number_length], message[2 + number_length :]
        if message[0] != _INTEGER or request[:1] != bytes((_BIND_REQUEST,)):
            return
        nobody = _encoded(_OCTETS, b"")
        result = _encoded(_ENUMERATED, bytes((_INVALID_CREDENTIALS,))) + nobody + nobody
        connection.sendall(_encoded(_SEQUENCE, _encoded(_INTEGER, number) + _encoded(_BIND_RESPONSE, result)))


def _element(connection: socket.socket, tag: int) -> bytes:
    """The content of the next element. Raises `EOFError` where it is another one, or too long to be meant."""
    first, length = exactly(connection, 2)
    if length & 0x80:
        length = int.from_bytes(exactly(connection, length & 0x7F), "big")
    if first != tag or not 2 < length <= _MAX_BYTES:
        raise EOFError
    return exactly(connection, length)


def _encoded(tag: int, content: bytes) -> bytes:
    assert len(content) < 0x80, "the short form of a length is all that is needed here"
    return bytes((tag, len(content))) + content
