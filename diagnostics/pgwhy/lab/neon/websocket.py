"""A WebSocket as a plain stream of bytes, on the server's side (RFC 6455, section 5). Binary frames only."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

_CHUNK = 65_536
_FINAL, _MASKED = 0x80, 0x80
_CONTINUED, _BINARY = 0x0, 0x2


@contextlib.asynccontextmanager
async def unwrapped(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """What is in the frames of that connection, as streams. A frame of another kind ends the inner stream.

    At the end what was still written to it is passed on.
    """
    near, far = socket.socketpair()
    inner = await asyncio.open_connection(sock=near)
    outer_reader, outer_writer = await asyncio.open_connection(sock=far)
    inwards = asyncio.create_task(_unpack(reader, outer_writer))
    outwards = asyncio.create_task(_pack(outer_reader, writer))
    try:
        yield inner
    finally:
        inner[1].close()
        await outwards
        inwards.cancel()
        await asyncio.gather(inwards, return_exceptions=True)


async def _unpack(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, OSError):
        while True:
            first, second = await reader.readexactly(2)
            size = second & ~_MASKED
            if size >= 126:
                size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
            mask = await reader.readexactly(4)
            masked = await reader.readexactly(size)
            if first & ~_FINAL not in (_CONTINUED, _BINARY):
                break
            writer.write(bytes(byte ^ mask[number % 4] for number, byte in enumerate(masked)))
            await writer.drain()
    writer.write_eof()


async def _pack(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            size = len(data)
            if size < 126:
                length = bytes([size])
            else:
                length = b"\x7e" + size.to_bytes(2, "big") if size < 1 << 16 else b"\x7f" + size.to_bytes(8, "big")
            writer.write(bytes([_FINAL | _BINARY]) + length + data)
            await writer.drain()
