"""The first message of a server, whole, cut off, old or foreign."""

from __future__ import annotations

import asyncio

import pytest

from pgwhy.failure import Failure
from pgwhy.network import postgres, stream, wire
from pgwhy.network.stream import Broken
from tests import servers


def read(answer: bytes, behave: servers.Behaviour | None = None) -> wire.Message | bytes:
    async def main(port: int) -> wire.Message | bytes:
        connected = await stream.connect("127.0.0.1", port, 5)
        try:
            await connected.send(b"x", 5)
            return await postgres.read_message(connected, 0.5)
        finally:
            connected.abort()

    with servers.serving(behave or servers.answering(answer)) as port:
        return asyncio.run(main(port))


def test_a_message_is_read_and_no_more() -> None:
    answer = wire.authentication(wire.Auth.MD5_PASSWORD, b"salt") + wire.message(b"Z")
    assert read(answer) == wire.Message(b"R", b"\x00\x00\x00\x05salt")


def test_an_error_from_before_protocol_3_is_a_message() -> None:
    found = read(b"Ecould not fork new process for connection: Cannot allocate memory\n\0")
    assert isinstance(found, wire.Message)
    assert wire.error_fields(found.body)["M"].strip().startswith("could not fork new process")


def test_what_is_no_message_comes_as_it_is() -> None:
    assert read(b"HTTP/1.1 400 Bad Request\r\n") == b"HTTP/"


def test_a_message_longer_than_any_before_a_session_is_none() -> None:
    assert read(b"R\x7f\xff\xff\xff" + bytes(100)) == b"R\x7f\xff\xff\xff"


@pytest.mark.parametrize(
    ("behave", "failure"),
    [
        (servers.silent, Failure.TIMED_OUT),
        (servers.closing, Failure.CLOSED),
        (servers.resetting, Failure.RESET),
        (servers.answering(b"R\0\0\0\x20half"), Failure.TIMED_OUT),
    ],
)
def test_no_message_has_its_failure(behave: servers.Behaviour, failure: Failure) -> None:
    with pytest.raises(Broken) as broken:
        read(b"", behave)
    assert broken.value.failure is failure
