"""A middlebox between a client and a real server: it passes connections on, and does something to them.

Each is a `Behaviour` for a `Door`. Where the server cannot be reached the client's connection is closed
without an error message, as load balancers do.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time

from pgwhy.lab.authority import Authority, CertificateFault, Leaf
from pgwhy.lab.sockets.door import Address, Behaviour, exactly
from pgwhy.lab.sockets.manners import agree_to_tls, encrypt, silent
from pgwhy.network import wire

_CHUNK = 65_536
_SASL = struct.pack("!i", 10)
"""AuthenticationSASL (PostgreSQL, "Message Formats")."""
_OAUTH = b"OAUTHBEARER\0"
_DETECTION_S, _PEEK_AGAIN_S = 10.0, 0.05
_HTTP_LINE_BYTES = len(b"GET / HTTP/1.1")
_RECORD_HEADER_BYTES = 5
_SEGMENT_BYTES = 1_448
"""What one TCP segment carries on Ethernet, with timestamps (RFC 6691)."""


def forward(behind: Address, idle_limit_s: float | None = None) -> Behaviour:
    """Every byte as it is. With a limit, a connection on which nothing passed for so long is closed."""

    def behave(connection: socket.socket) -> None:
        with _reach(behind) as server:
            splice(connection, server, idle_limit_s)

    return behave


def strip_tls(behind: Address) -> Behaviour:
    """N to SSLRequest, whatever the server offers, and then everything as it is."""

    def behave(connection: socket.socket) -> None:
        if connection.recv(8, socket.MSG_PEEK) == wire.SSL_REQUEST:
            exactly(connection, 8)
            connection.sendall(b"N")
        with _reach(behind) as server:
            splice(connection, server)

    return behave


def detects_protocol(behind: Address) -> Behaviour:
    """A sidecar that waits until the client has said enough to be HTTP or not, ten seconds at most, and only then
    connects: SSLRequest is too short for that (linkerd.io, "Protocol detection").
    """

    def behave(connection: socket.socket) -> None:
        ends = time.monotonic() + _DETECTION_S
        while (left_s := ends - time.monotonic()) > 0:
            if not select.select([connection], [], [], left_s)[0]:
                break
            seen = connection.recv(_HTTP_LINE_BYTES, socket.MSG_PEEK)
            if not seen or len(seen) == _HTTP_LINE_BYTES:
                break
            time.sleep(_PEEK_AGAIN_S)  # what was peeked at stays there, so that select would not wait
        with _reach(behind) as server:
            splice(connection, server)

    return behave


def one_segment_hello(behind: Address) -> Behaviour:
    """A device that reads one TCP segment of a ClientHello. A longer one, as a post-quantum key share makes it, is
    dropped silently. Everything else passes as it is.
    """

    def behave(connection: socket.socket) -> None:
        with _reach(behind) as server:
            agree_to_tls(connection)
            server.sendall(wire.SSL_REQUEST)
            if exactly(server, 1) != b"S":
                return
            header = exactly(connection, _RECORD_HEADER_BYTES)
            if _RECORD_HEADER_BYTES + int.from_bytes(header[3:], "big") > _SEGMENT_BYTES:
                silent(connection)
            else:
                server.sendall(header)
                splice(connection, server)

    return behave


def offers_oauth(behind: Address, *, first: bool) -> Behaviour:
    """OAUTHBEARER (RFC 7628) before or behind the SASL mechanisms that the server offers. The rest passes as it is."""

    def behave(connection: socket.socket) -> None:
        with _reach(behind) as server:
            while _pass_packet(connection, server) in (wire.SSL_REQUEST_CODE, wire.GSSENC_REQUEST_CODE):
                connection.sendall(exactly(server, 1))
            kind, length = wire.split_header(exactly(server, 5))
            body = exactly(server, length)
            if kind == b"R" and body[:4] == _SASL:
                own = body[4:-1]
                body = _SASL + (_OAUTH + own if first else own + _OAUTH) + b"\0"
            connection.sendall(kind + struct.pack("!i", len(body) + 4) + body)
            splice(connection, server)

    return behave


def end_tls(behind: Address, leaf: Leaf) -> Behaviour:
    """TLS from the first byte on, without SSLRequest, and in clear to the server: stunnel, haproxy, a load balancer."""
    context = leaf.context()

    def behave(connection: socket.socket) -> None:
        with encrypt(connection, context) as client, _reach(behind) as server:
            splice(client, server)

    return behave


def intercept(behind: Address, authority: Authority, default_name: str = "proxy.acme.example") -> Behaviour:
    """TLS inspection: a certificate of the company's for whatever name the client asks, TLS of its own to the server.

    Channel binding cannot survive it: the client sees another certificate than the server's.
    """

    def behave(connection: socket.socket) -> None:
        agree_to_tls(connection)
        asked: list[str] = []
        inward = _imitate(authority, default_name, asked)
        with encrypt(connection, inward) as client, _reach(behind) as plain:
            plain.sendall(wire.SSL_REQUEST)
            if exactly(plain, 1) != b"S":
                return
            outward = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            outward.check_hostname, outward.verify_mode = False, ssl.CERT_NONE
            with outward.wrap_socket(plain, server_hostname=asked[0] if asked else None) as server:
                splice(client, server)

    return behave


def splice(one: socket.socket, other: socket.socket, idle_limit_s: float | None = None) -> None:
    """Pass bytes both ways until either side ends, or nothing came for `idle_limit_s`. Raises `OSError`."""
    ways = {one: other, other: one}
    while True:
        # What TLS has already deciphered is not to be seen on the descriptor.
        ready: list[socket.socket] = [each for each in ways if isinstance(each, ssl.SSLSocket) and each.pending()]
        ready = ready or select.select(list(ways), [], [], idle_limit_s)[0]
        if not ready:
            return
        for each in ready:
            data = _what_is_there(each)
            if data == b"":
                return
            if data:
                ways[each].sendall(data)


def _pass_packet(connection: socket.socket, server: socket.socket) -> int:
    """One packet of a client that has not started yet; gives its code. Raises `EOFError` where it leaves."""
    head = exactly(connection, 4)
    packet = exactly(connection, struct.unpack("!i", head)[0] - 4)
    server.sendall(head + packet)
    return int.from_bytes(packet[:4], "big")


def _what_is_there(connection: socket.socket) -> bytes | None:
    """`b""` at the end; `None` where what came is TLS's own, such as a session ticket: more may never follow."""
    limit = connection.gettimeout()
    connection.setblocking(False)
    try:
        return connection.recv(_CHUNK)
    except (ssl.SSLWantReadError, BlockingIOError):
        return None
    finally:
        connection.settimeout(limit)


def _reach(behind: Address) -> socket.socket:
    server = socket.create_connection((behind.host, behind.port))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return server


def _imitate(authority: Authority, default_name: str, asked: list[str]) -> ssl.SSLContext:
    """A context that shows a certificate for any name, and notes the name."""
    context = authority.issue(default_name, fault=CertificateFault.UNKNOWN_CA).context()

    def choose(tls: ssl.SSLSocket | ssl.SSLObject, name: str | None, own: ssl.SSLContext) -> None:
        if name:
            asked.append(name)
            tls.context = authority.issue(name, fault=CertificateFault.UNKNOWN_CA).context()

    context.sni_callback = choose
    return context
