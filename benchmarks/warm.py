"""What a run costs in a process that has made one before: `python -m benchmarks.warm`.

    warm        a run without a login    against  the connections that it makes, alone     at most 1.5 times the CPU

The connections alone are made by `pgwhy.network`, which is all that a probe can reach out by, and are told for each
stage. They are those that a run makes: one without a byte, and two with TLS, on which the start-up message follows.
Beside them, to compare, are the same exchanges by Python's own `socket` and `ssl`, one after the other. The server is a
real PgBouncer with TLS. Ends with status 1 if the promise is broken.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from benchmarks.fleet import HOST, kept, pooler
from pgwhy import target as targets
from pgwhy.engine import reports
from pgwhy.engine.diagnosis import Request, diagnose, selector_loop
from pgwhy.machine import Machine
from pgwhy.network import Network, postgres, tls, wire
from pgwhy.probes.probe import Options
from pgwhy.target.model import Host

TURNS, IN_A_ROW = 8, 12


def warm() -> bool:
    """One run of the engine beside its connections alone, by stage."""
    with pooler() as (port, _), asyncio.Runner(loop_factory=selector_loop) as runner:
        calls: dict[str, Callable[[], object]] = {"run": partial(_run_all, runner, _run(port))}
        calls |= {f"ours {stage}": partial(_run_all, runner, one) for stage, one in _ours(port).items()}
        calls |= {f"plain {stage}": one for stage, one in _plain(port).items()}
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(TURNS):  # in turns, so that what else the machine does meets them alike
            for name, call in calls.items():
                taken[name] += [cpu_ms(call) for _ in range(IN_A_ROW)]
    least = {name: min(each) for name, each in taken.items()}
    for whose in ("ours", "plain"):  # what the message costs on connections that have TLS
        least[f"{whose} start-up"] -= least[f"{whose} tls"]
    whole = least["run"]
    ours = {name.partition(" ")[2]: ms for name, ms in least.items() if name.startswith("ours")}
    plain = {name.partition(" ")[2]: ms for name, ms in least.items() if name.startswith("plain")}
    for stage, ms in ours.items():
        print(f"warm       {stage:9} {ms:5.2f} ms by the way that probes go, {plain[stage]:5.2f} ms by ssl and socket")
    made, bare = sum(ours.values()), sum(plain.values())
    print(
        f"warm       {'all':9} {made:5.2f} ms, and {bare:5.2f} ms; a run {whole:5.2f} ms, {whole / bare:.2f} times that"
    )
    return kept("warm", whole / made, 1.5, "times the CPU of its connections", least=False)


def _run_all(runner: asyncio.Runner, one: Callable[[], Coroutine[None, None, None]]) -> None:
    runner.run(one())


def _run(port: int) -> Callable[[], Coroutine[None, None, None]]:
    rulebook = reports.all_rules()
    here = Machine.here()
    text = f"postgresql://alex:benchmark-password@{HOST}:{port}/app?sslmode=require"

    async def one() -> None:
        machine = replace(here, now=datetime.now(UTC))  # as a fleet gives it to each target
        request = Request(targets.read(text, machine), machine, options=Options(login=False), rulebook=rulebook)
        report = await diagnose(request)
        assert report.verdict.status == "reachable", report.verdict

    return one


def _ours(port: int) -> dict[str, Callable[[], Coroutine[None, None, None]]]:
    """The connections of a run by `pgwhy.network`, which is all that a probe can reach out by."""

    async def look_up() -> None:
        network = Network()
        assert (await network.lookup(Host(HOST, port))).addresses
        await network.leave()

    async def connect() -> None:
        (await Network().connect("127.0.0.1", port, 5.0)).abort()

    async def secured(name: str, then: bytes) -> None:
        stream = await Network().connect("127.0.0.1", port, 5.0)
        try:
            assert await postgres.ask_for_tls(stream, 5.0) == b"S"
            await tls.pyopenssl.ready()
            channel = await tls.handshake(stream, tls.Hello(server_name=name, alpn=wire.ALPN), 5.0)
            if then:
                await channel.send(then, 5.0)
                assert isinstance(await postgres.read_message(channel, 5.0), wire.Message)
        finally:
            stream.abort()

    async def both(then: bytes) -> None:
        await asyncio.gather(*(secured(name, then) for name in (HOST, "")))

    return {"dns": look_up, "tcp": connect, "tls": lambda: both(b""), "start-up": lambda: both(_STARTUP)}


def _plain(port: int) -> dict[str, Callable[[], object]]:
    """The same exchanges by Python's own modules, one after the other."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def secured(name: str | None, then: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port)) as plain:
            plain.sendall(wire.SSL_REQUEST)
            assert plain.recv(1) == b"S"
            with context.wrap_socket(plain, server_hostname=name) as channel:
                if then:
                    channel.sendall(then)
                    channel.recv(4096)

    return {
        "dns": lambda: socket.getaddrinfo(HOST, None, type=socket.SOCK_STREAM),
        "tcp": lambda: socket.create_connection(("127.0.0.1", port)).close(),
        "tls": lambda: [secured(name, b"") for name in (HOST, None)],
        "start-up": lambda: [secured(name, _STARTUP) for name in (HOST, None)],
    }


_STARTUP = wire.startup_message({"user": "alex", "database": "app", "application_name": "pgwhy"})


def cpu_ms(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return (time.process_time() - begin) * 1000


if __name__ == "__main__":
    sys.exit(0 if warm() else 1)
