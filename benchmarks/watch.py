"""What `pgwhy watch` costs when it goes on for days: `python -m benchmarks.watch`.

    told        onsets and recoveries of a real PgBouncer that comes and goes, 5,000 rounds    each once
    memory      the last 1,000 rounds                  against  the first 1,000               at most 1.05 times

The rounds follow each other without a pause: a week of `--every 2m`. Every 25 rounds the server's door closes or opens
again. `python -m benchmarks.watch 1000` makes fewer rounds. Ends with status 1 if a promise is broken.
"""

from __future__ import annotations

import asyncio
import gc
import selectors
import socket
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.fleet import HOST, kept, pooler
from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Asked, Entry, Task
from pgwhy.lab.sockets.door import Behaviour, Door
from pgwhy.machine import Machine
from pgwhy.monitoring.visits import Visitor, named
from pgwhy.monitoring.watching.event import Kind
from pgwhy.monitoring.watching.rounds import Rounds
from pgwhy.monitoring.watching.state import State
from pgwhy.secret import Secret

ROUNDS = 5000
TURN = 25
MOST_GROWTH = 1.05


def main(arguments: list[str]) -> int:
    rounds = int(arguments[0]) if arguments else ROUNDS
    with pooler() as (behind, _):
        with Door(passing(behind), ("127.0.0.1",)) as door:
            port = door.port
        text = f"postgresql://alex:benchmark-password@{HOST}:{port}/app?sslmode=require&hostaddr=127.0.0.1"
        (task,) = named(iter([Entry(1, Secret(text))]), Machine.here())
        return _watch(task, Door(passing(behind), ("127.0.0.1",), port), rounds)


def _watch(task: Task, door: Door, rounds: int) -> int:
    state, events, sizes = State(task), Counter[str](), list[float]()
    opened = True
    turns = Counter[str]()

    def told(task: Task, found: Answer, missed: int) -> None:
        nonlocal opened
        events.update(event["kind"] for event in state.take(found, time.monotonic()))
        if state.rounds % (rounds // 5) == 0:
            gc.collect()
            sizes.append(_resident_mb())
        if state.rounds % TURN == 0 and state.rounds < rounds:
            if opened:
                door.__exit__(None, None, None)
            else:
                door.__enter__()
            opened = not opened
            turns[Kind.RECOVERY if opened else Kind.ONSET] += 1

    door.__enter__()
    begin = time.perf_counter()
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        runner.run(Rounds([task], Visitor(Asked()), 0.0, rounds, told).run())
    took = time.perf_counter() - begin
    if opened:
        door.__exit__(None, None, None)
    wrong = sum(abs(events[kind] - turns[kind]) for kind in (Kind.ONSET, Kind.RECOVERY)) + events[Kind.CHANGE]
    print(f"told       {rounds:,} rounds in {took:.0f} s: {dict(events)}; the door turned {sum(turns.values())} times")
    print(f"memory     MB after each fifth: {', '.join(f'{size:.1f}' for size in sizes)}")
    once = kept("told", wrong, 0, "events too many or too few", least=False)
    return 0 if kept("memory", sizes[-1] / sizes[0], MOST_GROWTH, "times", least=False) and once else 1


def passing(port: int) -> Behaviour:
    """Everything to a server on this machine, and back."""

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as server, selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, connection)
            while True:
                for key, _ in selector.select():
                    assert isinstance(key.fileobj, socket.socket)
                    if not (data := key.fileobj.recv(65_536)):
                        return
                    key.data.sendall(data)

    return behave


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
