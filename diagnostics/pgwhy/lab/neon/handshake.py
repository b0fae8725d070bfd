"""The first bytes of a connection to the gateway: SSLRequest, direct TLS, GSSENCRequest, cancelling, start-up message.

The socket is read byte for byte until TLS begins, and is handed to TLS whole: what a client sent too early can never
be taken for something that came encrypted (the shape of CVE-2021-23214). Source: docs/neon.md, 3.1.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pgwhy.lab.authority import Leaf
from pgwhy.lab.neon import messages
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.sockets import client_hello
from pgwhy.lab.sockets.manners import reset
from pgwhy.network import wire

_TLS_HANDSHAKE_RECORD = b"\x16"
_MAX_HELLO_BYTES = 16_384
_MAX_ANSWER_BYTES = 512
_CANCEL_BYTES = 4 + 8


class Hangup(Exception):
    """The connection ends here without an error message."""


@dataclass(frozen=True)
class Cancel:
    """A CancelRequest: the key data of the session to interrupt."""

    key: bytes


@dataclass(frozen=True)
class Client:
    """A client that has sent its start-up message."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    startup: wire.Startup
    address: str
    sni: str | None
    """The server name in lower case, as TLS gives it to the proxy; in a WebSocket HTTP's Host, as sent."""
    leaf: Leaf | None
    """The certificate that was shown; `None` without TLS."""

    def send(self, *parts: bytes) -> None:
        self.writer.write(b"".join(parts))

    async def answer(self) -> bytes:
        """The body of the client's next message, which must be a password or SASL message.

        Raises `WireError` for anything else, `Refusal` for too long a one, and `Hangup` where the client leaves.
        """
        try:
            kind, length = wire.split_header(await self.reader.readexactly(5))
            if kind != b"p":
                raise wire.WireError("a message that answers no request for a password")
            if length > _MAX_ANSWER_BYTES:
                raise Refusal(messages.INTERNAL_ERROR)
            return await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, OSError):
            raise Hangup from None


async def greet(connection: socket.socket, certificate: Callable[[str | None], Leaf]) -> Client | Cancel:
    """Lead a new connection to its start-up message. `certificate` chooses by the server name that the client sent.

    Raises `Hangup` where Neon's proxy closes silently, and `OSError` for what the network does; the connection
    is closed then.
    """
    try:
        packet = await _before_tls(connection)
        address = str(connection.getpeername()[0])
    except BaseException:
        connection.close()
        raise
    if packet is None:
        await _refuse_bad_hello(connection)
        return await _over_tls(connection, address, certificate)
    reader, writer = await streams(connection, None)
    return await _arrive(packet, Client(reader, writer, wire.read_startup(packet), address, sni=None, leaf=None))


async def start(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, sni: str | None, leaf: Leaf
) -> Client | Cancel:
    """Read the start-up message inside TLS. Raises as `greet` does; the connection is closed then."""
    packet, startup = await _read_inside_tls(reader, writer)
    return await _arrive(packet, Client(reader, writer, startup, address, sni, leaf))


async def refuse(client: Client, text: str) -> None:
    """An error as the proxy words every one of its own: severity ERROR, SQLSTATE XX000 and the text."""
    client.send(wire.error_response({"S": "ERROR", "C": "XX000", "M": text}))
    with contextlib.suppress(OSError):  # a client that did not wait for it
        await client.writer.drain()


async def _before_tls(connection: socket.socket) -> bytes | None:
    """The start-up packet of a client that uses no TLS; `None` where TLS begins."""
    loop = asyncio.get_running_loop()
    gss_asked = False
    while True:
        if await _peek(connection) == _TLS_HANDSHAKE_RECORD:
            return None
        packet = await _packet(lambda size: _exactly(connection, size))
        code = _read(packet).code
        if code == wire.CANCEL_REQUEST_CODE and len(packet) != _CANCEL_BYTES:
            # The proxy reads a key of 8 bytes and leaves the rest unread, so the kernel resets the connection.
            reset(connection)
            raise Hangup
        if code == wire.SSL_REQUEST_CODE:
            await loop.sock_sendall(connection, b"S")
            return None
        if code != wire.GSSENC_REQUEST_CODE or gss_asked:
            return packet
        gss_asked = True
        await loop.sock_sendall(connection, b"N")


async def _refuse_bad_hello(connection: socket.socket) -> None:
    """End a handshake that Neon's TLS ends and ours would not, or without the alert. Raises `Hangup` then."""
    try:
        if alert := client_hello.alert(await _peek(connection, _MAX_HELLO_BYTES), (wire.ALPN,)):
            # Taken from the socket first: closing one with unread bytes is a reset, and the alert would be lost.
            connection.recv(_MAX_HELLO_BYTES)
            await asyncio.get_running_loop().sock_sendall(connection, alert)
            raise Hangup
    except BaseException:
        connection.close()
        raise


async def _over_tls(
    connection: socket.socket, address: str, certificate: Callable[[str | None], Leaf]
) -> Client | Cancel:
    sni: str | None = None
    leaf = certificate(None)
    context = leaf.context()

    def choose(tls: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        nonlocal sni, leaf
        sni = name.lower() if name else name
        leaf = certificate(sni)
        tls.context = leaf.context()

    context.sni_callback = choose
    reader, writer = await streams(connection, context)
    packet, startup = await _read_inside_tls(reader, writer)
    # `sni` and `leaf` are the handshake's by now.
    return await _arrive(packet, Client(reader, writer, startup, address, sni, leaf))


async def _read_inside_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[bytes, wire.Startup]:
    try:
        packet = await _packet(reader.readexactly)
        return packet, _read(packet)
    except BaseException:
        writer.close()
        raise


async def _arrive(packet: bytes, client: Client) -> Client | Cancel:
    """Judge the start-up packet. A further SSLRequest or GSSENCRequest is a version that nobody speaks."""
    startup = client.startup
    if startup.code == wire.CANCEL_REQUEST_CODE:
        client.writer.close()
        return Cancel(packet[4:])
    if startup.major != 3 or not _is_utf8(packet[4:]):
        client.writer.close()
        raise Hangup
    if startup.minor:
        # The proxy talks every newer minor version down to 3.0, and forgets to insist on TLS then; so do we.
        extensions = [name for name in startup.parameters if name.startswith("_pq_.")]
        client.send(wire.negotiate_protocol_version(0, extensions))
    elif client.leaf is None:
        await refuse(client, messages.INSECURE)
        client.writer.close()
        raise Hangup
    return client


async def streams(
    connection: socket.socket, context: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection as streams, as the server of TLS if there is a context. Raises `OSError`."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection, ssl=context)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _packet(read: Callable[[int], Awaitable[bytes]]) -> bytes:
    """A packet without type byte, and without its length word. Raises `Hangup` where it cannot be one."""
    try:
        (length,) = struct.unpack("!i", await read(4))
        if not 8 <= length <= wire.MAX_STARTUP_BYTES + 4:
            raise Hangup
        return await read(length - 4)
    except asyncio.IncompleteReadError:
        raise Hangup from None


def _read(packet: bytes) -> wire.Startup:
    try:
        return wire.read_startup(packet)
    except wire.WireError:
        raise Hangup from None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


async def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = await asyncio.get_running_loop().sock_recv(connection, size - len(data))
        if not part:
            raise Hangup
        data += part
    return data


async def _peek(connection: socket.socket, most: int = 1) -> bytes:
    """The next bytes that have come, left where they are. Raises `Hangup` at the end."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    data = connection.recv(most, socket.MSG_PEEK)
    if not data:
        raise Hangup
    return data
