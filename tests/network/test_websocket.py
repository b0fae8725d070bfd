"""A WebSocket's frames from the client's side, against the lab's server."""

from __future__ import annotations

import asyncio
import os

import pytest

from pgwhy.failure import Failure
from pgwhy.lab.neon import websocket as server_side
from pgwhy.network import websocket
from pgwhy.network.stream import Broken


class Wire:
    """A channel whose answers are known before; it keeps what was sent."""

    local = remote = ""

    def __init__(self, answers: bytes = b"") -> None:
        self.answers, self.sent = answers, b""

    async def send(self, data: bytes, limit_s: float) -> None:
        self.sent += data

    async def receive(self, most: int, limit_s: float | None) -> bytes:
        data, self.answers = self.answers[:most], self.answers[most:]
        return data


async def read_by_the_server(data: bytes) -> bytes:
    """What the lab's server makes of a client's frames."""
    frames = asyncio.StreamReader()
    frames.feed_data(data)
    frames.feed_eof()

    class Nowhere:
        def write(self, _: bytes) -> None:
            raise AssertionError("the server answers nothing here")

    async with server_side.unwrapped(frames, Nowhere()) as (inner, _):  # type: ignore[arg-type]
        return await inner.read(len(data))


@pytest.mark.parametrize("size", [1, 125, 126, 65_535])
def test_the_server_reads_what_was_sent(size: int) -> None:
    async def main() -> tuple[bytes, bytes]:
        wire, content = Wire(), os.urandom(size)
        await websocket.Frames(wire, os.urandom).send(content, 1)
        read = b""
        while len(read) < size:
            read += await read_by_the_server(wire.sent)
        return content, read[:size]

    content, read = asyncio.run(main())
    assert read == content


def test_a_message_may_come_in_pieces_and_between_pings() -> None:
    async def main() -> list[bytes]:
        frames = websocket.Frames(Wire(b"\x02\x03abc\x89\x01!\x80\x02de\x88\x00"), os.urandom)
        return [await frames.receive(2, 1) for _ in range(4)]

    assert asyncio.run(main()) == [b"ab", b"c", b"de", b""]


@pytest.mark.parametrize(
    "answer", [b"\x81\x01a", b"\x82\x81mask1", b"\x82\x7f" + b"\xff" * 8], ids=["text", "masked", "long"]
)
def test_a_frame_that_no_server_sends_here_ends_it(answer: bytes) -> None:
    with pytest.raises(Broken) as broken:
        asyncio.run(websocket.Frames(Wire(answer), os.urandom).receive(10, 1))
    assert broken.value.failure is Failure.PROTOCOL
