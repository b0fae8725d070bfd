"""A tunnel through an HTTP proxy: CONNECT and its status (RFC 9110, 9.3.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgwhy.failure import Failure
from pgwhy.network.stream import Broken, bounded
from pgwhy.target.model import Host

if TYPE_CHECKING:
    from pgwhy.network import Network

MAX_HEAD_BYTES = 4096
OPENED = range(200, 300)


async def ask(network: Network, proxy: Host, host: str, port: int, limit_s: float) -> int:
    """The status that the proxy answers CONNECT with; the tunnel is closed again without a byte. Raises `Broken`.

    No login for the proxy is sent: one that wants it answers 407.
    """
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    async with bounded(network.allowance(limit_s)):
        found = await network.lookup(proxy)
        if found.failure or not found.addresses:
            raise Broken(found.failure or Failure.NAME_NOT_FOUND, found.error)
        stream = await network.connect(found.addresses[0], proxy.port, limit_s)
        try:
            await stream.send(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode("ascii", "replace"), limit_s)
            head = b""
            while b"\r\n" not in head and len(head) < MAX_HEAD_BYTES:
                more = await stream.receive(MAX_HEAD_BYTES - len(head), limit_s)
                if not more:
                    break
                head += more
        finally:
            stream.abort()
    status = re.match(rb"HTTP/1\.[01] (\d{3})\b", head)
    if status is None:
        raise Broken(Failure.PROTOCOL if head else Failure.CLOSED)
    return int(status[1])
