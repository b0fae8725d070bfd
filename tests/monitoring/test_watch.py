"""Real servers that come and go, and what `pgwhy watch` tells of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pgwhy.cli import run
from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Asked
from pgwhy.lab.sockets.door import Door
from pgwhy.lab.world import World
from pgwhy.monitoring.visits import AGAIN_S, Visitor
from pgwhy.monitoring.watching.event import Kind
from tests.engine.runs import MARKER
from tests.limits import HANGS_S
from tests.monitoring.targets import ASKING, PASSWORD, tasks, url, watched
from tests.servers import Behaviour, closed_port, resetting, serving


class Doors:
    """A door that opens and closes, always at the same port."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host, self._open = host, contextlib.ExitStack()
        self.port = closed_port()

    def open(self, behave: Behaviour = ASKING) -> None:
        self.close()
        self._open.enter_context(Door(behave, (self._host,), self.port))

    def close(self) -> None:
        self._open.close()


@pytest.fixture
def door() -> Iterator[Doors]:
    doors = Doors()
    yield doors
    doors.close()


def test_each_onset_and_each_recovery_of_a_door_that_opens_and_closes_is_told_once(door: Doors) -> None:
    def between(number: int) -> None:
        if number % 4 == 0:
            door.close()
        elif number % 4 == 2:
            door.open()

    door.open()
    state, events = watched(url(f"127.0.0.1:{door.port}"), 24, between)
    turns = [(event["kind"], event["round"]) for event in events if event["kind"] in (Kind.ONSET, Kind.RECOVERY)]
    expected = [((Kind.ONSET, Kind.RECOVERY)[n % 2], n * 2 + 5) for n in range(10)]
    assert turns == expected
    assert {event["cause"] for event in events if event["kind"] == Kind.ONSET} == {"connection-refused"}
    assert (state.rounds, state.well, state.outages) == (24, 14, 5)


def test_another_failure_behind_the_same_port_is_a_change(door: Doors) -> None:
    steps = {2: door.close, 4: lambda: door.open(resetting), 6: door.open}
    door.open()
    _, events = watched(url(f"127.0.0.1:{door.port}"), 7, lambda number: steps.get(number, lambda: None)())
    assert [event["kind"] for event in events] == [Kind.ONSET, Kind.CHANGE, Kind.RECOVERY]
    assert events[0]["cause"] != events[1]["cause"]


def test_one_dead_address_of_three_is_told_while_the_target_works(door: Doors) -> None:
    with contextlib.ExitStack() as stack:
        others = [f"127.0.0.{n}" for n in (2, 3)]
        stack.enter_context(Door(ASKING, others, door.port))
        door.open()
        hosts = ",".join(f"{host}:{door.port}" for host in ("127.0.0.1", *others))
        steps = {2: door.close, 4: door.open}
        _, events = watched(url(hosts), 6, lambda number: steps.get(number, lambda: None)())
    assert [(event["kind"], event["dead_addresses"]) for event in events] == [
        (Kind.DEGRADED, ["127.0.0.1"]),
        (Kind.RESTORED, []),
    ]


def test_a_compute_that_has_to_wake_is_a_cold_start(world: World) -> None:
    host = world.add_endpoint()
    name = host.partition(".")[0]

    def between(number: int) -> None:
        if number == 7:
            world.gateway.endpoints[name] = replace(world.gateway.endpoints[name], wake_s=2.0)

    state, events = watched(world.uri(host), 9, between, Asked(login=True))
    assert [event["kind"] for event in events] == [Kind.COLD_START]
    assert (state.well, state.cold_starts) == (9, 1)
    assert events[0]["status"] == "connects"


@pytest.mark.promise("three-exchanges", 1, 1)
def test_a_password_that_is_refused_is_not_sent_each_round() -> None:
    passwords = list[bytes]()
    now = [0.0]
    with serving(_refusing_passwords(passwords)) as port:
        (task,) = tasks(url(f"127.0.0.1:{port}"))
        visitor = Visitor(Asked(login=True), clock=lambda: now[0])
        found = [made(visitor.visit(task)) for _ in range(8)]
        assert 1 <= len(passwords) <= 3
        assert [(one["status"], one["stage"], one["cause"]) for one in found] == [
            ("fails", "auth", "wrong-password")
        ] * 8
        assert found[-1]["login"] == "withheld"
        before = len(passwords)
        now[0] = AGAIN_S + 1
        made(visitor.visit(task))
        made(visitor.visit(task))
        assert before < len(passwords) <= before + 2
        (changed,) = tasks(url(f"127.0.0.1:{port}").replace(PASSWORD, "another-password"))
        before = len(passwords)
        made(visitor.visit(replace(changed, name=task.name)))
        assert passwords[before:] == [b"another-password\0"]


def made(visit: Coroutine[None, None, Answer]) -> Answer:
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        return runner.run(visit)


def _refusing_passwords(came: list[bytes]) -> Behaviour:
    refusal = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "alex"\0\0'

    def behave(connection: socket.socket) -> None:
        if len(connection.recv(4096)) == 8:  # an SSLRequest, which the probes send whatever the target says
            connection.sendall(b"N")
            connection.recv(4096)
        connection.sendall(b"R" + struct.pack("!ii", 8, 3))
        head = connection.recv(5)
        if len(head) == 5 and head[:1] == b"p":
            came.append(connection.recv(4096))
            connection.sendall(b"E" + struct.pack("!i", len(refusal) + 4) + refusal)

    return behave


@contextlib.contextmanager
def receiver(*statuses: int) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A webhook: its address with a token, and what it has taken. It answers with these statuses first, then 200."""
    came, answers = list[dict[str, object]](), list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = answers.pop(0) if answers else 200
            if status == 200:
                came.append(json.loads(body))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/services/{MARKER}", came
        finally:
            server.shutdown()


def test_the_command_tells_events_and_posts_them_and_ends_with_a_summary(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with receiver(503) as (address, came), serving(ASKING) as port:
        monkeypatch.setenv("HOOK", address)
        down = url(f"127.0.0.1:{closed_port()}")
        command = ["watch", url(f"127.0.0.1:{port}"), down, "--rounds", "1", "--format", "jsonl"]
        assert run([*command, "--webhook", "env:HOOK"]) == 1
    out, err = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["kind"] for line in lines] == ["onset", "summary", "summary"]
    assert came == lines[:1]
    assert lines[1]["ms"]["tcp"]["+Inf"] == 1
    assert re.search(r"WORKS  127\.0\.0\.1:\d+/app: 1 of 1 rounds worked \(100 %\)", err)
    assert PASSWORD not in out + err and MARKER not in out + err


def test_a_webhook_that_leads_elsewhere_is_not_followed_and_its_token_not_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with receiver(*[302] * 10) as (address, came):
        down = url(f"127.0.0.1:{closed_port()}")
        assert run(["watch", down, "--rounds", "1", "--webhook", address]) == 1
    out, err = capfd.readouterr()
    assert "The webhook accepts no events: it answers 302. The rounds go on." in err
    assert "1 event was not posted." in err
    assert came == []
    assert MARKER not in out + err


def test_ctrl_c_prints_the_summary() -> None:
    down = url(f"127.0.0.1:{closed_port()}")
    command = [sys.executable, "-m", "pgwhy", "watch", down, "--every", "1h"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=HANGS_S)
    assert "FAILS" in first and "connection-refused" in first
    assert "0 of 1 rounds worked (0.00 %)" in out
    assert (process.returncode, err) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name a TARGET, or a file of targets with --targets FILE"),
        (["-"], "standard input can be read only once"),
        (["env:X", "--every", "soon"], "soon"),
        (["env:X", "--every", "xs"], "write it as 30s, 5m or 1h"),
        (["env:X", "--webhook", "ftp://x/secret-token"], "it has to be an http or https address"),
    ],
)
def test_options_that_do_not_fit_are_told(arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", *arguments]) == 2
    err = capfd.readouterr().err
    assert said in " ".join(err.split())
    assert "secret-token" not in err


def test_a_full_disk_ends_a_watch_with_a_sentence() -> None:
    down = url(f"127.0.0.1:{closed_port()}")
    for format in ("text", "jsonl"):
        command = [sys.executable, "-m", "pgwhy", "watch", down, "--every", "1h", "--format", format]
        with Path("/dev/full").open("w") as full:
            ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=HANGS_S)
        assert ended.returncode == 2
        assert ended.stderr.endswith("Error: nothing more can be written to the output: No space left on device\n")


def test_a_line_that_cannot_be_read_is_told_and_the_others_are_watched(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "targets.txt"
    file.write_text(f'{url(f"127.0.0.1:{closed_port()}")}\n"without an end\n')
    assert run(["watch", "--targets", str(file), "--rounds", "1"]) == 1
    out = capfd.readouterr().out
    assert "at the port: connection-refused" in out
    assert "FAILS   line 2  at the settings: malformed-connection-string" in out
    file.write_text('{"target": "postgresql://h/d"}\n{"broken"\n')
    assert run(["watch", "--targets", str(file), "--rounds", "1"]) == 2
    assert "line 2 is not JSON" in " ".join(capfd.readouterr().err.split())
