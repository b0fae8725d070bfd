"""A server that lets everybody in and then does not behave: a diagnosis, never an exception, and always an end."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from pgwhy.network import wire
from tests.engine.password_taker import READY, answering, letting_in, read_startup, row
from tests.engine.runs import MARKER, check, page
from tests.servers import PATIENCE_S, Behaviour, serving


def closing(connection: socket.socket) -> None:
    """It ends at once."""


def resetting(connection: socket.socket) -> None:
    connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def ending(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(ENDED)


NO_ROWS = wire.message(b"T", b"\0\0") + wire.message(b"C", b"SELECT 0\0")
ENDED = wire.error_response({"S": "FATAL", "V": "FATAL", "C": "57P01", "M": "terminating connection"})
NO_TABLE = wire.error_response({"S": "ERROR", "V": "ERROR", "C": "42P01", "M": "no such table"})


@pytest.mark.parametrize(
    "then",
    [
        closing,
        resetting,
        answering(b"\xff" * 100),
        answering(wire.message(b"H", b"\0\0\0") + wire.message(b"d", b"x")),
        answering(wire.message(b"G", b"\0\0\0")),
        ending,
        answering(NO_TABLE, READY),
        answering(wire.message(b"I"), READY),
        answering(wire.message(b"D", b"\0\1"), READY),
    ],
    ids=["closes", "resets", "garbage", "copy-out", "copy-in", "fatal", "error", "empty", "row-without-table"],
)
def test_a_session_without_an_answer_fails_there(then: Behaviour) -> None:
    with serving(letting_in(then)) as port:
        report = check(f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb", deadline_s=3)
    assert (report.verdict.status, report.verdict.stage) == ("fails", "session")
    assert report.observations.get("session.usable") is False
    page(report)


@pytest.mark.parametrize("answer", [NO_ROWS, row(b"1"), row(*[b"x"] * 10)], ids=["no rows", "one column", "ten"])
def test_a_server_that_answers_another_question_is_still_usable(answer: bytes) -> None:
    """Something that only speaks the protocol, and has no such catalogue."""
    with serving(letting_in(answering(answer, READY))) as port:
        report = check(f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb", deadline_s=3)
    assert report.verdict.status == "connects"
    assert report.observations.get("session.server_version") is None
    page(report)


def test_answers_of_the_right_number_and_no_sense_are_taken_as_they_are() -> None:
    with serving(letting_in(answering(row(*[b"\xff\x1b[31m"] * 9), READY))) as port:
        report = check(f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb", deadline_s=3)
    assert "\x1b" not in "".join(page(report))


@pytest.mark.parametrize(
    ("full_for", "status", "cause"), [(2, "connects", None), (99, "fails", "too-many-connections")]
)
def test_a_server_that_our_own_connections_fill_is_asked_once_more(
    full_for: int, status: str, cause: str | None
) -> None:
    asked: list[int] = []
    both = threading.Event()

    def behave(connection: socket.socket) -> None:
        if read_startup(connection).code == wire.SSL_REQUEST_CODE:
            connection.sendall(b"N")
            read_startup(connection)
        asked.append(1)
        number = len(asked)
        if number > full_for:
            connection.sendall(wire.authentication(wire.Auth.OK) + wire.message(b"K", bytes(8)) + READY)
            answering(row(b"1"), READY)(connection)
            return
        if number == 2:
            both.set()
        both.wait(PATIENCE_S)  # so that one of the two is the login, and the other a probe
        said = {"S": "FATAL", "V": "FATAL", "C": "53300", "M": "sorry, too many clients already"}
        connection.sendall(wire.error_response(said))

    with serving(behave) as port:
        report = check(f"postgresql://alex:{MARKER}@127.0.0.1:{port}/app")
    assert (report.verdict.status, report.verdict.cause, len(asked)) == (status, cause, 3)
