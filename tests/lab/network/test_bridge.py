"""The wire between client and server: how long it takes, and what gets lost on it."""

from __future__ import annotations

import json
import sys

import pytest

from pgwhy.lab.network.bridge import Link
from pgwhy.lab.network.cable import RESOLVERS, SERVERS, Side
from pgwhy.lab.network.namespace import Namespace, is_permitted
from tests import parts
from tests.limits import HANGS_S

PYTHON = (sys.executable, "-Ic")
ECHO = """
import socket, sys, threading
def serve(connection):
    while data := connection.recv(65536):
        connection.sendall(data)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("10.77.0.1", 7))
def reflect():
    while True:
        datagrams.sendto(*datagrams.recvfrom(2048))
threading.Thread(target=reflect, daemon=True).start()
with socket.create_server(("10.77.0.1", 7)) as listener:
    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
"""
ROUND_TRIPS = """
import json, socket, time
def timed(act):
    begin = time.monotonic(); act(); return (time.monotonic() - begin) * 1000
s = socket.socket()
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
times = [timed(lambda: s.connect(("10.77.0.1", 7)))]
for _ in range(5):
    times.append(timed(lambda: (s.sendall(b"x"), s.recv(1))))
print(json.dumps(times))
"""
MUCH = """
import socket, threading
s = socket.create_connection(("10.77.0.1", 7))
data = bytes(range(256)) * 8192
threading.Thread(target=s.sendall, args=(data,), daemon=True).start()
got = b""
while len(got) < len(data):
    got += s.recv(1 << 20)
print(got == data)
"""
DATAGRAMS = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("10.77.0.1", 7))
for number in range(200):
    s.send(number.to_bytes(2, "big"))
s.settimeout(0.3)
got = []
try:
    while True:
        got.append(int.from_bytes(s.recv(2), "big"))
except TimeoutError:
    print(*got)
"""


@pytest.fixture(autouse=True)
def _permitted() -> None:
    parts.permitted(is_permitted())


def test_every_round_trip_takes_its_time_from_the_first_packet_on() -> None:
    with Namespace(link=Link(round_trip_ms=40)) as network:
        network.start([*PYTHON, ECHO])
        times = json.loads(network.run([*PYTHON, ROUND_TRIPS]).stdout)
    assert min(times) >= 40
    assert sorted(times)[len(times) // 2] < HANGS_S * 1000


def test_what_comes_through_is_whole() -> None:
    with Namespace(link=Link(round_trip_ms=2)) as network:
        network.start([*PYTHON, ECHO])
        ran = network.run([*PYTHON, MUCH])
    assert ran.stdout == "True\n", ran.stderr


def test_a_share_gets_lost_and_the_seed_decides_which() -> None:
    runs = []
    for seed in (7, 7, 8):
        with Namespace(link=Link(loss_percent=30, seed=seed), ipv6=False) as network:
            network.start([*PYTHON, ECHO])
            runs.append(network.run([*PYTHON, DATAGRAMS]).stdout.split())
    # A datagram goes two ways: 0.7 * 0.7 of them come back.
    assert all(70 <= len(run) <= 126 for run in runs)
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_tcp_gets_through_a_link_that_loses_a_third() -> None:
    with Namespace(link=Link(round_trip_ms=4, loss_percent=30, seed=3)) as network:
        network.start([*PYTHON, ECHO])
        ran = network.run([*PYTHON, ROUND_TRIPS], limit_s=60)
    assert len(json.loads(ran.stdout)) == 6


def test_names_are_asked_over_the_same_wire() -> None:
    with Namespace(link=Link(round_trip_ms=40)) as network:
        network.serve({"names": [{"hosts": [RESOLVERS[0]], "names": {"db.example": {"addresses": SERVERS[:1]}}}]})
        look_up = "import socket, time; t = time.monotonic(); socket.getaddrinfo('db.example', 1); "
        ran = network.run([*PYTHON, look_up + "print(time.monotonic() - t)"])
        assert 0.04 <= float(ran.stdout) < HANGS_S
        assert network.run(["ip", "-br", "link"], side=Side.WIRE).stdout.count("02:00") == 0
