"""The slow link of the benchmarks: late as promised, handshake included, and as wide as loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import link as links
from tests import parts
from tests.limits import HANGS_S

CLIENT = """
import socket, sys, time
def receive(client, size):
    left = size
    while left and (data := client.recv(min(left, 65536))):
        left -= len(data)
    return size - left

begin = time.monotonic()
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10) as client:
    connected = time.monotonic()
    client.sendall(b"x" * 1000)
    got = receive(client, 1000)
    answered = time.monotonic()
    client.sendall(b"y" * 1_000_000)
    got += receive(client, 1_000_000)
    print(connected - begin, answered - connected, got)
"""


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends everything back, one client after the other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                while True:
                    client, _ = listener.accept()
                    with client:
                        while data := client.recv(65_536):
                            client.sendall(data)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def measured(far: links.Link) -> tuple[float, float, int]:
    """Seconds until connected, seconds for a round trip, and bytes that came back."""
    command = [*far.prefix, sys.executable, "-c", CLIENT, far.address, str(far.port)]
    connected, answered, got = subprocess.check_output(command, text=True, timeout=20).split()
    return float(connected), float(answered), int(got)


def test_every_round_trip_is_late_that_of_tcp_included(echo: int) -> None:
    parts.network_namespace()
    with links.link(echo, rtt_ms=40) as far:
        assert far.handshake_delayed
        for _ in range(2):
            connected, answered, got = measured(far)
            assert 0.040 <= connected < HANGS_S
            assert 0.040 <= answered < HANGS_S
            assert got == 1_001_000


def test_without_namespaces_the_bytes_alone_are_late(echo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_namespaces_permitted", lambda: False)
    with links.link(echo, rtt_ms=40) as far:
        assert not far.handshake_delayed
        _, answered, got = measured(far)
        assert 0.040 <= answered < HANGS_S
        assert got == 1_001_000


def test_nothing_of_the_link_is_left(echo: int) -> None:
    parts.network_namespace()
    with links.link(echo) as far:
        assert subprocess.run([*far.prefix, "true"]).returncode == 0
    assert subprocess.run([*far.prefix, "true"], capture_output=True).returncode != 0


def test_a_bridge_that_does_not_end_is_ended(echo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parts.network_namespace()
    monkeypatch.setattr(links, "_BRIDGE_ENDS_S", 0.2)
    with pytest.raises(ZeroDivisionError), links.link(echo) as far:
        # The pid of the far end's `cat` is what the prefix enters; its parent is the bridge.
        status = Path(f"/proc/{far.prefix[-1]}/stat").read_text()
        bridge = int(status.rpartition(")")[2].split()[1])
        os.kill(bridge, signal.SIGSTOP)
        _ = 1 / 0
    assert not Path(f"/proc/{bridge}").exists()
