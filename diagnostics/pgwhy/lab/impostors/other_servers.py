"""What answers on a port where a Postgres was expected: other servers, byte for byte, and none at all.

The bytes are those of real servers of Debian 12, taken down from what they say to a Postgres client: nginx 1.22.1,
OpenSSH 9.2p1, MariaDB 10.11.19, Redis 7.0.15. Who fails inside TLS is in `tls_impostors`, who is between client and
server in `middlebox`.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
from collections.abc import Iterator, Mapping
from enum import StrEnum

from pgwhy.lab.sockets.door import Behaviour, exactly, listen
from pgwhy.lab.sockets.manners import MAX_BYTES, agree_to_tls, farewell, reset, silent, startup_code
from pgwhy.network import wire

_HELLO_LIMIT_S = 0.3
_SSH_GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n"


class Impostor(StrEnum):
    """Who answers."""

    HTTP = "http"
    """nginx: it refuses the first byte that no method begins with."""
    SSH = "ssh"
    """OpenSSH speaks first. Its first byte is an S, which libpq reads as a yes to TLS."""
    SSH_RESETS = "ssh-resets"
    """The same behind a device that resets at once: greeting and reset arrive together."""
    MYSQL = "mysql"
    """MariaDB speaks first, and resets the connection at the first packet that is none of its own."""
    REDIS = "redis"
    """Redis waits for a line, and a NUL byte ends what it looks at: to a Postgres client it is silent for ever."""
    SAYS_NO = "says-no"
    """N to SSLRequest, and the end at the start-up message in clear that follows."""
    GARBAGE_FOR_TLS = "garbage-for-tls"
    """S, and bytes that are no TLS in answer to the ClientHello."""
    STALLS_IN_TLS = "stalls-in-tls"
    """S, and nothing in answer to the ClientHello."""
    ONLY_OAUTH = "only-oauth"
    """A Postgres 18 with `oauth` in pg_hba.conf: OAUTHBEARER is all that it offers (RFC 7628)."""
    UNKNOWN_SASL = "unknown-sasl"
    """It offers SASL mechanisms that no client of Postgres has."""
    UNKNOWN_METHOD = "unknown-method"
    """N to SSLRequest, and an authentication request with a code that PostgreSQL has not given away."""
    SILENT = "silent"
    CLOSES_AT_ONCE = "closes-at-once"
    CLOSES = "closes"
    """At the first bytes, in an orderly way."""
    RESETS = "resets"
    """At the first bytes, by a reset."""


def behaviour(kind: Impostor) -> Behaviour:
    """What such a server does with one connection, for a `Door`."""
    return _BEHAVIOURS[kind]


@contextlib.contextmanager
def full_backlog(host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A port that neither takes nor refuses, given: the queue is full, so the kernel drops what comes (Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(listen((host,), port, backlog=0)[0])
        # One more than the backlog gets in. The others are dropped, and make sure of it.
        for _ in range(3):
            client = stack.enter_context(socket.socket(listener.family))
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


def _http(connection: socket.socket) -> None:
    first = connection.recv(MAX_BYTES)
    if not first[:1].isupper():
        return farewell(connection, _BAD_REQUEST)
    while first and b"\r\n\r\n" not in first[-MAX_BYTES:]:
        first += exactly(connection, 1)
    return farewell(connection, _NOT_FOUND)


def _ssh(connection: socket.socket) -> None:
    connection.sendall(_SSH_GREETING)
    said = connection.recv(MAX_BYTES)
    if said.startswith(b"SSH-2.0-"):
        return silent(connection)  # the key exchange, which nobody here will begin
    # A real one answers and resets at once; whether libpq has sent its ClientHello by then, and so what it complains
    # of, is chance. Here it always has.
    if select.select([connection], [], [], _HELLO_LIMIT_S)[0]:
        connection.recv(MAX_BYTES)
    connection.sendall(b"Invalid SSH identification string.\r\n")
    return reset(connection)


def _ssh_resets(connection: socket.socket) -> None:
    connection.sendall(_SSH_GREETING)
    reset(connection)


def _mysql(connection: socket.socket) -> None:
    salt = bytes(33 + byte % 90 for byte in os.urandom(20))
    greeting = b"\x0a5.5.5-10.11.19-MariaDB-0+deb12u1\0" + struct.pack("<i", 3) + salt[:8] + b"\0\xfe\xf7\x08\2\0"
    greeting += b"\xff\x81\x15" + bytes(6) + b"\x1d\0\0\0" + salt[8:] + b"\0mysql_native_password\0"
    connection.sendall(_mysql_packet(0, greeting))
    header = exactly(connection, 4)
    if header[3] == 1:
        return silent(connection)
    connection.sendall(_mysql_packet(1, b"\xff\x84\x04#08S01Got packets out of order"))
    return reset(connection)


def _redis(connection: socket.socket) -> None:
    data = b""
    while more := connection.recv(MAX_BYTES):
        data += more
        while b"\n" in data.partition(b"\0")[0]:
            line, _, data = data.partition(b"\n")
            words = line.split()
            if [word.upper() for word in words] == [b"PING"]:
                connection.sendall(b"+PONG\r\n")
            elif words:
                arguments = b"".join(b"'" + word + b"' " for word in words[1:])
                said = b"-ERR unknown command '" + words[0] + b"', with args beginning with: " + arguments + b"\r\n"
                connection.sendall(said)


def _says_no(connection: socket.socket) -> None:
    while startup_code(connection) in (wire.SSL_REQUEST_CODE, wire.GSSENC_REQUEST_CODE):
        connection.sendall(b"N")


def _offers(*mechanisms: str) -> Behaviour:
    """A server without TLS that offers these mechanisms, and refuses what is said to that."""

    def behave(connection: socket.socket) -> None:
        while startup_code(connection) in (wire.SSL_REQUEST_CODE, wire.GSSENC_REQUEST_CODE):
            connection.sendall(b"N")
        connection.sendall(wire.authentication_sasl(mechanisms))
        if connection.recv(MAX_BYTES):
            words = {
                "S": "FATAL",
                "V": "FATAL",
                "C": "28000",
                "M": 'OAuth bearer authentication failed for user "alex"',
            }
            farewell(connection, wire.error_response(words))

    return behave


def _unknown_method(connection: socket.socket) -> None:
    while startup_code(connection) in (wire.SSL_REQUEST_CODE, wire.GSSENC_REQUEST_CODE):
        connection.sendall(b"N")
    farewell(connection, wire.message(b"R", struct.pack("!i", _NO_METHOD)))


def _garbage_for_tls(connection: socket.socket) -> None:
    agree_to_tls(connection)
    connection.recv(MAX_BYTES)
    farewell(connection, b"\x8f" * 64)


def _stalls_in_tls(connection: socket.socket) -> None:
    agree_to_tls(connection)
    silent(connection)


def _closes_at_once(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def _closes(connection: socket.socket) -> None:
    connection.recv(MAX_BYTES)


def _resets(connection: socket.socket) -> None:
    connection.recv(MAX_BYTES)
    reset(connection)


def _mysql_packet(number: int, body: bytes) -> bytes:
    return struct.pack("<I", len(body))[:3] + bytes((number,)) + body


def _http_error(status: bytes) -> bytes:
    page = b"<html>\r\n<head><title>%b</title></head>\r\n<body>\r\n<center><h1>%b</h1></center>\r\n" % (status, status)
    page += b"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
    head = b"HTTP/1.1 %b\r\nServer: nginx/1.22.1\r\nDate: Sun, 22 Nov 2026 10:16:05 GMT\r\nContent-Type: text/html\r\n"
    return head % status + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(page) + page


_NO_METHOD = 99
_BAD_REQUEST = _http_error(b"400 Bad Request")
_NOT_FOUND = _http_error(b"404 Not Found")

_BEHAVIOURS: Mapping[Impostor, Behaviour] = {
    Impostor.HTTP: _http,
    Impostor.SSH: _ssh,
    Impostor.SSH_RESETS: _ssh_resets,
    Impostor.MYSQL: _mysql,
    Impostor.REDIS: _redis,
    Impostor.SAYS_NO: _says_no,
    Impostor.GARBAGE_FOR_TLS: _garbage_for_tls,
    Impostor.STALLS_IN_TLS: _stalls_in_tls,
    Impostor.ONLY_OAUTH: _offers("OAUTHBEARER"),
    Impostor.UNKNOWN_SASL: _offers("SCRAM-SHA-512", "SCRAM-SHA-512-PLUS"),
    Impostor.UNKNOWN_METHOD: _unknown_method,
    Impostor.SILENT: silent,
    Impostor.CLOSES_AT_ONCE: _closes_at_once,
    Impostor.CLOSES: _closes,
    Impostor.RESETS: _resets,
}
