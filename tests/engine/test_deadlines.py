"""Every run ends in time, whatever the server does. The slow ones run side by side: together they take one deadline."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from pgwhy.engine.diagnosis import DEADLINE_S, diagnose
from pgwhy.finding import Report
from pgwhy.lab.world import World
from tests.engine.password_taker import letting_in
from tests.engine.runs import MARKER, hold, page, request
from tests.limits import HANGS_S
from tests.servers import full_backlog, serving, silent

LONGEST_S = DEADLINE_S + HANGS_S


@dataclass(frozen=True)
class Ended:
    report: Report
    elapsed_s: float


def dribbling(connection: socket.socket) -> None:
    """An answer that never ends: the header of a long message, and then a byte now and then."""
    connection.recv(4096)
    connection.sendall(b"D\x0f\xff\xff\xff")
    with contextlib.suppress(OSError):
        while True:
            connection.sendall(b"x")
            time.sleep(0.02)


def dribbling_from_the_start(connection: socket.socket) -> None:
    """Notices for ever where an answer is due."""
    connection.recv(8)
    connection.sendall(b"N")
    with contextlib.suppress(OSError):
        connection.recv(4096)
        while True:
            connection.sendall(b"N\0\0\0\x05\0")
            time.sleep(0.02)


def uri(port: int) -> str:
    return f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb"


@pytest.fixture(scope="module")
def ended(world: World) -> Iterator[Callable[[str], Ended]]:
    """Each run by its name, with how long it took; all of them at the same time."""
    with contextlib.ExitStack() as stack:
        texts = {
            "silent": uri(stack.enter_context(serving(silent))),
            "black hole": uri(stack.enter_context(full_backlog())),
            "dribbling after the login": uri(stack.enter_context(serving(letting_in(dribbling)))),
            "dribbling instead of an answer": uri(stack.enter_context(serving(dribbling_from_the_start))),
            "waking for 1 s": world.uri(world.add_endpoint(wake_s=1.0)),
            "waking for 6 s": world.uri(world.add_endpoint(wake_s=6.0)),
            "waking for 20 s": world.uri(world.add_endpoint(wake_s=20.0)),
            "silent, and a client that waits 1 s": uri(stack.enter_context(serving(silent))) + "?connect_timeout=1",
            "no limit by a negative one": world.uri(connect_timeout="-1"),
        }

        async def timed(text: str) -> Ended:
            asked, begin = request(text), time.monotonic()
            report = await diagnose(asked)
            elapsed_s = time.monotonic() - begin
            hold(report, asked.target)
            return Ended(report, elapsed_s)

        async def all_of_them() -> dict[str, Ended]:
            return dict(zip(texts, await asyncio.gather(*map(timed, texts.values())), strict=True))

        runs = asyncio.run(all_of_them())
        yield runs.__getitem__


def test_a_silent_server_is_left(ended: Callable[[str], Ended]) -> None:
    found = ended("silent")
    assert found.elapsed_s < LONGEST_S
    assert found.report.verdict.cause == "server-silent"


def test_a_black_hole_is_left(ended: Callable[[str], Ended]) -> None:
    found = ended("black hole")
    assert found.elapsed_s < LONGEST_S
    assert found.report.verdict.stage == "tcp"
    assert found.report.observations.get("tcp.failure") == "timed-out"


@pytest.mark.parametrize("name", ["dribbling after the login", "dribbling instead of an answer"])
def test_bytes_that_never_make_an_answer_do_not_keep_a_run(ended: Callable[[str], Ended], name: str) -> None:
    found = ended(name)
    assert found.elapsed_s < LONGEST_S
    assert found.report.verdict.status == "fails"
    page(found.report)


def test_a_query_that_never_ends_stops_at_the_session(ended: Callable[[str], Ended]) -> None:
    assert ended("dribbling after the login").report.verdict.stage == "session"


@pytest.mark.parametrize(("name", "least_s"), [("waking for 1 s", 1.0), ("waking for 6 s", 6.0)])
def test_a_compute_that_wakes_up_is_waited_for(ended: Callable[[str], Ended], name: str, least_s: float) -> None:
    found = ended(name)
    assert found.report.verdict.status == "connects"
    assert found.report.observations.get("session.cold_start") is True
    assert least_s < found.elapsed_s < LONGEST_S
    assert "waking up took" in " ".join(page(found.report))


def test_a_compute_that_does_not_wake_up_in_time_is_not_called_anything_else(ended: Callable[[str], Ended]) -> None:
    found = ended("waking for 20 s")
    assert found.elapsed_s < LONGEST_S
    assert found.report.verdict.status == "fails"
    assert found.report.verdict.cause in ("cold-start-timeout", None)
    assert found.report.observations.get("authentication.outcome") == "timed-out"


def test_the_limit_of_the_client_is_kept(ended: Callable[[str], Ended]) -> None:
    found = ended("silent, and a client that waits 1 s")
    assert found.report.verdict.status == "fails"
    assert found.elapsed_s < LONGEST_S


def test_a_negative_connect_timeout_is_no_limit(ended: Callable[[str], Ended]) -> None:
    assert ended("no limit by a negative one").report.verdict.status == "connects"
