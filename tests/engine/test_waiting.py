"""`--wait`: a server that starts late is waited for, and what waiting does not cure is said at once."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from pgwhy.cli import run
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ROLE, World
from pgwhy.secret import Secret
from tests.engine.runs import MARKER
from tests.limits import HANGS_S
from tests.servers import closed_port, resetting, serving

LIMIT_S = 30.0


def waited(capfd: pytest.CaptureFixture[str], uri: str, *options: str) -> tuple[int, dict, str]:
    """Exit status, document and standard error of a check that waits."""
    status = run([uri, "--wait", str(LIMIT_S), "--format", "json", *options])
    out, err = capfd.readouterr()
    assert MARKER not in out + err
    return status, json.loads(out), err


def later(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


def test_a_server_that_is_there_costs_one_look(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    status, document, err = waited(capfd, world.uri())
    assert (status, document["verdict"]["status"], err) == (0, "connects", "")
    assert document["waited"]["looks"] == 1 and document["waited"]["for"] == []


def test_a_real_postgres_that_starts_late_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    port = closed_port()
    monkeypatch.setattr("pgwhy.lab.postgres.server._free_port", lambda: port)
    server = Postgres(roles={ROLE: Secret(MARKER)}, databases=(DATABASE,))
    starting = later(0.5, server.start)
    try:
        status, document, err = waited(capfd, f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{port}/{DATABASE}")
    finally:
        starting.join()
        server.stop()
    assert (status, document["verdict"]["status"]) == (0, "connects")
    assert document["waited"]["for"][0] == "connection-refused"
    assert 0.5 <= document["waited"]["seconds"] < LIMIT_S
    assert document["waited"]["exchanges"] == 1, "refused connections cost no password"
    assert err.startswith("pgwhy: waiting up to 30 s for 127.0.0.1: nothing ")


def test_a_port_that_opens_late_and_is_no_postgres_is_told_as_what_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    port = closed_port()
    listener = socket.socket()

    def answer() -> None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with closing(listener):
        opening = later(0.7, answer)
        status, document, _ = waited(capfd, f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{port}/{DATABASE}")
        listener.shutdown(socket.SHUT_RDWR)
    opening.join()
    assert (status, document["verdict"]["cause"]) == (1, "not-a-postgres-server")
    assert document["waited"]["for"] == ["connection-refused"] and document["waited"]["seconds"] < LIMIT_S


def test_a_proxy_that_takes_the_connection_before_its_server_is_there(capfd: pytest.CaptureFixture[str]) -> None:
    """As Docker's: it accepts, and resets while the container starts."""
    with serving(resetting) as port:
        uri = f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{port}/{DATABASE}"
        status = run([uri, "--wait", "2", "--format", "json"])
        document = json.loads(capfd.readouterr().out)
    assert status in (1, 3) and document["waited"]["looks"] > 2


def test_a_wrong_password_stops_at_once(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    begin = time.monotonic()
    status, document, err = waited(capfd, world.uri(password="npg_wrong1234"))
    assert (status, document["verdict"]["cause"], err) == (1, "wrong-password", "")
    assert document["waited"]["looks"] == 1 and document["waited"]["exchanges"] <= 3
    assert time.monotonic() - begin < HANGS_S


def test_a_server_that_is_starting_up_is_asked_for_no_password(capfd: pytest.CaptureFixture[str]) -> None:
    """A standby without a primary says so for ever: the waiting ends with its time, and says how long it was."""
    for_ever = {"restore_command": "sleep 5; false"}
    with Postgres(roles={ROLE: Secret(MARKER)}, databases=(DATABASE,), standby=True, settings=for_ever) as server:
        uri = f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{server.port}/{DATABASE}"
        status = run([uri, "--wait", "1.5", "--format", "json"])
        document = json.loads(capfd.readouterr().out)
        assert (status, document["verdict"]["cause"]) == (1, "server-starting-up")
        assert document["waited"]["exchanges"] == 0 and document["waited"]["looks"] > 2
        assert run([uri, "--wait", "0.5"]) == 1
        page = capfd.readouterr().out
        assert run([uri, "--wait", "0.5", "--format", "markdown"]) == 1
        markdown = capfd.readouterr().out
    assert "for server-starting-up: it still fails" in page
    assert "Waited" in markdown and "it still fails" in markdown


def test_a_compute_that_wakes_late_is_waited_for(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    """The login outlasts the first run's limit; the next one finds it awake."""
    host = world.add_endpoint(wake_s=2.5)
    status, document, _ = waited(capfd, world.uri(host), "--timeout", "1.5")
    assert (status, document["verdict"]["status"]) == (0, "connects")
    assert document["waited"]["for"] and document["waited"]["exchanges"] <= 6


def test_logins_are_counted_and_end(capfd: pytest.CaptureFixture[str]) -> None:
    """A refusal after the password that may pass is tried again, and not for ever."""
    full = {"max_connections": "4", "superuser_reserved_connections": "3"}
    with Postgres(roles={ROLE: Secret(MARKER)}, databases=(DATABASE,), settings=full) as server:
        uri = f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{server.port}/{DATABASE}"
        with psycopg.connect(uri):
            status, document, _ = waited(capfd, uri)
    assert (status, document["verdict"]["cause"]) == (1, "too-many-connections")
    assert 2 <= document["waited"]["exchanges"] <= 6 and document["waited"]["seconds"] < LIMIT_S


def test_a_name_that_is_not_there_yet(monkeypatch: pytest.MonkeyPatch, world: World, capfd) -> None:
    begin = time.monotonic()

    def lookup(name: str) -> tuple[str, ...]:
        if time.monotonic() - begin < 1:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ("127.0.0.1",)

    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lookup)
    secret = world.password.reveal()
    status, document, err = waited(capfd, f"postgresql://{ROLE}:{secret}@db:{world.postgres_port}/{DATABASE}")
    assert (status, document["verdict"]["status"]) == (0, "connects"), err
    assert document["waited"]["for"] and secret not in json.dumps(document)


def test_nothing_is_said_of_a_wait_that_was_not_needed(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([world.uri(), "--wait", "5"]) == 0
    assert "Waited" not in capfd.readouterr().out


def test_ctrl_c_ends_the_wait_with_what_is_known() -> None:
    uri = f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{closed_port()}/{DATABASE}"
    command = [sys.executable, "-m", "pgwhy", uri, "--wait", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None and "waiting up to 60 s" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 130 and "Waited" in out


def test_an_error_of_another_client_is_nothing_to_wait_for(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["postgresql://h/d", "--wait", "3", "--error", "x"]) == 2
