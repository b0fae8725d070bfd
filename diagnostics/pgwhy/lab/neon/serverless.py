"""Neon's port 443 with the proxy behind it: SQL over HTTP and the wire protocol in a WebSocket, for its own driver.

A `Behaviour` for a `Door` (docs/neon.md, 3.7 and 3.8). What `web` answers without credentials is answered here as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from http import HTTPStatus

from pgwhy.lab.authority import Leaf
from pgwhy.lab.neon import handshake, sql, web, websocket
from pgwhy.lab.neon.handshake import Cancel, Client, Hangup
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.neon.proxy import Proxy
from pgwhy.lab.sockets.door import Behaviour


def serverless(leaf: Leaf, proxy: Proxy) -> Behaviour:
    """A web server that shows this certificate and asks that proxy."""

    def behave(connection: socket.socket) -> None:
        # A loop for this connection: the door serves each in a thread of its own, and asyncio takes the socket over.
        with contextlib.suppress(Hangup, asyncio.IncompleteReadError):
            asyncio.run(_serve(web.admitted(connection).dup(), leaf, proxy))

    return behave


async def _serve(connection: socket.socket, leaf: Leaf, proxy: Proxy) -> None:
    address = str(connection.getpeername()[0])
    connection.setblocking(False)
    reader, writer = await handshake.streams(connection, web.context(leaf))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        given = web.headers(head)
        url = web.connection_string(head)
        if url is not None:
            body = await reader.readexactly(int(given.get(b"content-length", b"0")))
            raw, arrays = (given.get(name) == b"true" for name in (b"neon-raw-text-output", b"neon-array-mode"))
            writer.write(await _answer(url, body, raw, arrays, address, proxy))
        else:
            writer.write(web.answered(head))
            if b"sec-websocket-key" in given:
                host = given.get(b"host", b"").decode("ascii", "replace").partition(":")[0]
                async with websocket.unwrapped(reader, writer) as inner:
                    await _session(await handshake.start(*inner, address, host, leaf), proxy)
        await writer.drain()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _answer(url: str, body: bytes, raw: bool, arrays: bool, address: str, proxy: Proxy) -> bytes:
    """One query over HTTP."""
    try:
        login = sql.login(url)
        text, parameters = sql.query(body)
        await proxy.admit(login.endpoint, address)
        proxy.check(login.endpoint, login.user, login.password)
        server = await proxy.open(login.endpoint, login.user, {"user": login.user, "database": login.database})
        try:
            return web.in_json(HTTPStatus.OK, await sql.run(server, text, parameters, raw, arrays))
        finally:
            server.writer.close()
    except Refusal as refusal:
        return web.refused(refusal)


async def _session(arrived: Client | Cancel, proxy: Proxy) -> None:
    """The wire protocol without SSLRequest, and the password in clear text: TLS is around it."""
    if isinstance(arrived, Cancel):
        await proxy.cancel(arrived.key)
        return
    try:
        await proxy.session(arrived, clear_text=True)
    except Refusal as refusal:
        await handshake.refuse(arrived, str(refusal))
