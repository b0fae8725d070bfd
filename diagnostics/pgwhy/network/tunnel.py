"""A tunnel through an HTTP proxy: CONNECT and its status (RFC 9110, 9.3.6)."""

from __future__ import annotations

import re

from pgwhy.failure import Failure
from pgwhy.network.stream import Broken, Stream, bounded

MAX_HEAD_BYTES = 4096
OPENED = range(200, 300)


async def ask(stream: Stream, host: str, port: int, limit_s: float) -> int:
    """Ask the proxy at the other end for a tunnel: its status. After one of `OPENED` the stream is the tunnel.

    No login for the proxy is sent: one that wants it answers 407. Raises `Broken`.
    """
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = b""
    async with bounded(limit_s):
        await stream.send(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii", "replace"), limit_s)
        # One byte at a time: what follows the head belongs to the tunnel.
        while not head.endswith(b"\r\n\r\n") and len(head) < MAX_HEAD_BYTES:
            more = await stream.receive(1, limit_s)
            if not more:
                break
            head += more
    status = re.match(rb"HTTP/1\.[01] (\d{3})\b", head)
    if status is None:
        raise Broken(Failure.PROTOCOL if head else Failure.CLOSED)
    return int(status[1])
