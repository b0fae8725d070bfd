"""Connections: each way to end has its failure, and nothing takes longer or reads more than it may."""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pgwhy.failure import Failure
from pgwhy.lab.sockets.door import Door
from pgwhy.lab.sockets.manners import reset
from pgwhy.network import stream
from pgwhy.network.stream import Broken, Stream
from tests import servers
from tests.limits import HANGS_S


def with_stream(port: int, use: Callable[[Stream], Awaitable[object]]) -> object:
    async def main() -> object:
        connected = await stream.connect("127.0.0.1", port, 5)
        try:
            return await use(connected)
        finally:
            connected.abort()

    return asyncio.run(main())


def failure_of(address: str, port: int, limit_s: float = 5) -> Failure:
    with pytest.raises(Broken) as broken:
        asyncio.run(stream.connect(address, port, limit_s))
    return broken.value.failure


def test_a_closed_port_refuses() -> None:
    assert failure_of("127.0.0.1", servers.closed_port()) is Failure.REFUSED


def test_a_full_backlog_times_out_at_the_limit() -> None:
    with servers.full_backlog() as port:
        begin = time.monotonic()
        assert failure_of("127.0.0.1", port, 0.2) is Failure.TIMED_OUT
    assert 0.19 <= time.monotonic() - begin < HANGS_S


def test_a_missing_socket_is_no_bug(tmp_path: Path) -> None:
    assert failure_of(str(tmp_path / ".s.PGSQL.5432"), 5432) is Failure.SOCKET_MISSING


def test_a_name_is_never_looked_up_here() -> None:
    assert failure_of("localhost", 5432) is Failure.NAME_INVALID


def test_ipv6_connects_and_its_ends_are_named_with_brackets() -> None:
    async def main(port: int) -> Stream:
        connected = await stream.connect("::1", port, 5)
        connected.abort()
        return connected

    with servers.serving(servers.silent, "::1") as port:
        connected = asyncio.run(main(port))
    assert connected.remote == f"[::1]:{port}"
    assert connected.local.startswith("[::1]:")


def test_exactly_as_many_bytes_are_read_as_were_asked_for() -> None:
    async def use(connected: Stream) -> tuple[bytes, bytes]:
        await connected.send(b"x", 5)
        return await stream.read_exactly(connected, 3, 5), await connected.receive(100, 5)

    with servers.serving(servers.answering(b"abcdef")) as port:
        assert with_stream(port, use) == (b"abc", b"def")


def test_a_server_that_closes_before_enough_came_is_closed() -> None:
    async def use(connected: Stream) -> None:
        await connected.send(b"x", 5)
        await stream.read_exactly(connected, 3, 5)

    with servers.serving(servers.closing) as port, pytest.raises(Broken) as broken:
        with_stream(port, use)
    assert broken.value.failure is Failure.CLOSED


def test_a_server_that_resets_is_reset() -> None:
    async def use(connected: Stream) -> None:
        await connected.send(b"x", 5)
        await connected.receive(1, 5)

    with servers.serving(servers.resetting) as port, pytest.raises(Broken) as broken:
        with_stream(port, use)
    assert broken.value.failure is Failure.RESET


def test_what_was_said_before_a_reset_is_still_read_although_nothing_can_be_sent() -> None:
    def greet_and_reset(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-any\r\n")
        reset(connection)

    async def use(connected: Stream) -> bytes:
        gone = select.poll()
        gone.register(connected._socket, 0)  # nothing but errors and the end
        assert gone.poll(HANGS_S * 1000)
        await connected.send(b"x", 5)
        heard = await stream.read_exactly(connected, 13, 5)
        with pytest.raises(Broken) as broken:
            await connected.receive(1, 5)
        assert broken.value.failure is Failure.RESET
        return heard

    with Door(greet_and_reset) as door:
        assert with_stream(door.port, use) == b"SSH-2.0-any\r\n"


def test_a_silent_server_is_left_at_the_limit() -> None:
    async def use(connected: Stream) -> None:
        await connected.receive(1, 0.1)

    with servers.serving(servers.silent) as port, pytest.raises(Broken) as broken:
        with_stream(port, use)
    assert broken.value.failure is Failure.TIMED_OUT


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("127.0.0.1", True), ("::1", True), ("fe80::1%eth0", True), ("localhost", False), ("127.1", False), ("", False)],
)
def test_ip_literals_are_told_from_names(text: str, is_one: bool) -> None:
    assert stream.is_ip_literal(text) is is_one


def test_what_came_in_time_is_not_late_because_the_loop_was_busy() -> None:
    """The loop wakes up after the limit, and finds the answer beside it."""

    async def main(port: int) -> bytes:
        connected = await stream.connect("127.0.0.1", port, 5)
        asyncio.get_running_loop().call_later(0.01, time.sleep, 0.5)
        try:
            return await stream.read_exactly(connected, 2, 0.2)
        finally:
            connected.abort()

    def answer(connection: socket.socket) -> None:
        time.sleep(0.1)
        connection.sendall(b"ok")
        servers.silent(connection)

    with servers.serving(answer) as port:
        assert asyncio.run(main(port)) == b"ok"


def test_a_limit_that_nothing_keeps_ends_the_wait() -> None:
    with servers.serving(servers.silent) as port, pytest.raises(Broken) as broken:
        with_stream(port, lambda connected: stream.read_exactly(connected, 1, 0.1))
    assert broken.value.failure is Failure.TIMED_OUT


def test_a_connection_that_was_reset_before_we_looked_is_one_and_its_use_says_so() -> None:
    """The same answer as from a machine that looks sooner."""
    remotes = []

    async def main(port: int) -> None:
        asyncio.get_running_loop().call_soon(time.sleep, 0.3)  # the handshake and the reset happen meanwhile
        connected = await stream.connect("127.0.0.1", port, 5)
        remotes.append(connected.remote)
        try:
            await connected.send(b"hello", 5)
            await stream.read_exactly(connected, 1, 5)
        finally:
            connected.abort()

    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with servers.serving(reset) as port, pytest.raises(Broken) as broken:
        asyncio.run(main(port))
    assert remotes == [f"127.0.0.1:{port}"]
    assert broken.value.failure is Failure.RESET
