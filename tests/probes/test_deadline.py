"""Every network probe returns by itself before the run's deadline, whatever the other side does."""

from __future__ import annotations

import functools
import threading
import time

import pytest

from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes import dns, startup, tcp, tls, web
from pgwhy.probes.dns import DnsOutcome
from pgwhy.probes.probe import Options
from pgwhy.probes.startup import ServerReply
from pgwhy.probes.tls import SslAnswer
from tests import servers
from tests.limits import HANGS_S
from tests.probes.conftest import NEON_HOST, Look

DEADLINE_S = 0.7
SHORT = functools.partial(Network, deadline_s=DEADLINE_S)


def test_a_silent_server_and_a_silent_resolver_are_left_in_time(look: Look, machine: Machine) -> None:
    begin = time.monotonic()
    with servers.serving(servers.silent) as port, servers.NameServer({(NEON_HOST, "A"): None}).running() as resolver:
        machine.resolver_file.write_text(f"nameserver 127.0.0.1:{resolver}\n")
        text = f"postgresql://a@{NEON_HOST}:{port}/d?hostaddr=127.0.0.1"
        seen = look(text, dns.PROBE, tcp.PROBE, tls.PROBE, startup.PROBE, network=SHORT).records
    assert time.monotonic() - begin < HANGS_S
    assert seen["tls"].facts()["ssl_answer"] is SslAnswer.SILENT
    assert seen["startup"].facts()["answer"] is ServerReply.NOT_REACHED


def test_a_black_hole_is_left_in_time(look: Look) -> None:
    begin = time.monotonic()
    with servers.full_backlog() as port:
        options = Options(web=True)
        network = functools.partial(SHORT, reroute={(NEON_HOST, 443): ("127.0.0.1", port)})
        text = f"postgresql://a@{NEON_HOST}:{port}/d?hostaddr=127.0.0.1"
        look(text, tcp.PROBE, tls.PROBE, startup.PROBE, network=network, options=options)
    assert time.monotonic() - begin < HANGS_S


def test_a_hanging_getaddrinfo_is_left_in_time(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lambda name: (released.wait(30), ())[1])
    begin = time.monotonic()
    seen = look("postgresql://a@db.test/d", dns.PROBE, tcp.PROBE, web.PROBE, network=SHORT).records
    released.set()
    assert time.monotonic() - begin < HANGS_S
    assert seen["dns"].facts()["outcome"] is DnsOutcome.TIMED_OUT
    assert seen["tcp"].facts()["attempts"] == ()
