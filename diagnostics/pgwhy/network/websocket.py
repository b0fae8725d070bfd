"""A WebSocket from the client's side: the upgrade, and its binary frames as a stream (RFC 6455, sections 4 and 5)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from pgwhy.failure import Failure
from pgwhy.network.https import Request
from pgwhy.network.stream import Broken, Channel, read_exactly

SWITCHED = 101
MAX_FRAME_BYTES = 65_536
_FINAL, _MASKED = 0x80, 0x80
_CONTINUED, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x2, 0x8, 0x9, 0xA


def upgrade(nonce: bytes, path: str = "/v2") -> Request:
    """The opening handshake. `nonce` has 16 random bytes."""
    key = b64encode(nonce).decode("ascii")
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
    return Request("GET", path, headers)


class Frames:
    """A `stream.Channel` inside an upgraded connection."""

    def __init__(self, outer: Channel, random: Callable[[int], bytes]) -> None:
        self._outer, self._random = outer, random
        self._left = b""
        self.local, self.remote = outer.local, outer.remote

    async def send(self, data: bytes, limit_s: float) -> None:
        """One binary frame. Raises `Broken`."""
        size = len(data)
        if size < 126:
            length = bytes([_MASKED | size])
        elif size < 1 << 16:
            length = bytes([_MASKED | 126]) + size.to_bytes(2, "big")
        else:
            length = bytes([_MASKED | 127]) + size.to_bytes(8, "big")
        mask = self._random(4)
        masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(data))
        await self._outer.send(bytes([_FINAL | _BINARY]) + length + mask + masked, limit_s)

    async def receive(self, most: int, limit_s: float | None) -> bytes:
        """As `stream.Channel.receive`; `b""` at a Close frame."""
        while not self._left:
            kind, content = await self._frame(limit_s)
            if kind == _CLOSE:
                return b""
            if kind in (_CONTINUED, _BINARY):
                self._left = content
            elif kind not in (_PING, _PONG):
                raise Broken(Failure.PROTOCOL, "a WebSocket frame that is not binary")
        data, self._left = self._left[:most], self._left[most:]
        return data

    async def _frame(self, limit_s: float | None) -> tuple[int, bytes]:
        first, second = await read_exactly(self._outer, 2, limit_s)
        size = second & ~_MASKED
        if size >= 126:
            size = int.from_bytes(await read_exactly(self._outer, 2 if size == 126 else 8, limit_s), "big")
        if second & _MASKED or size > MAX_FRAME_BYTES:
            raise Broken(Failure.PROTOCOL, "a WebSocket frame that no server sends here")
        return first & 0x0F, await read_exactly(self._outer, size, limit_s)
