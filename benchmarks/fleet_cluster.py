"""What a Dask cluster brings to `pgwhy fleet`: `python -m benchmarks.fleet_cluster`.

    workers     one worker            against  two, on targets that answer nothing     at least 1.7 times the time
    killed      2,000 targets, one of two workers killed half way                      each answered exactly once

Scheduler and workers are processes of this machine. Ends with status 1 if a promise is broken.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.fleet import black_holes, refusing
from pgwhy.fleet import dispatch, lists
from pgwhy.fleet.cluster import Cluster
from pgwhy.fleet.task import Asked
from pgwhy.machine import Machine
from pgwhy.secret import Secret

PART = str(Path(__file__).resolve().parents[1] / "tests/fleet/dask_part.py")
SIDE_BY_SIDE = 10
"""Targets of a parcel: small ones, so that there are enough for two workers."""


def workers(count: int = 80) -> bool:
    """Work that waits, on one worker and on two."""
    taken = {}
    with black_holes(count) as texts:
        for number in (1, 2):
            with cluster(number) as (address, _):
                begin = time.perf_counter()
                answered(address, texts)
                taken[number] = time.perf_counter() - begin
                print(f"workers    {number}: {count} targets in {taken[number]:.1f} s")
    times = taken[1] / taken[2]
    print(f"workers    {times:.2f} times; promised at least 1.7: {'kept' if times >= 1.7 else 'BROKEN'}")
    return times >= 1.7


def killed(count: int = 2000) -> bool:
    """A worker that is gone half way."""
    with cluster(2) as (address, parts):
        names = answered(address, refusing(count), lambda done: parts[0].kill() if done == count // 2 else None)
    once = len(names) == count and set(names.values()) == {1}
    word = "kept" if once else "BROKEN"
    print(f"killed     {len(names):,} targets of {count:,}, {sum(names.values()):,} answers: {word}")
    return once


def answered(address: str, texts: list[str], told: Callable[[int], object] = lambda done: None) -> Counter[str]:
    """How often each target was answered; `told` is called with how many answers there are."""
    machine, names = Machine.here(), Counter[str]()
    executor = Cluster(Asked(), address, machine, send_secrets=False, parcel=SIDE_BY_SIDE)
    try:
        entries = (lists.Entry(number, Secret(text)) for number, text in enumerate(texts, 1))
        given = dispatch.tasks(entries, machine, Counter(), {}, read_here=False)
        for found in dispatch.Dispatcher(given, executor, dispatch.Limits(per_host=1000)):
            if found is not None:
                names[found["name"]] += 1
                told(sum(names.values()))
    finally:
        executor.close()
    return names


@contextlib.contextmanager
def cluster(count: int) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler with so many workers: its address, and the workers."""
    with contextlib.ExitStack() as stack:
        address = _started(stack, "scheduler", "127.0.0.1")[0]
        yield address, [_started(stack, "worker", address, f"w{n}")[1] for n in range(count)]


def _started(stack: contextlib.ExitStack, *arguments: str) -> tuple[str, subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = [sys.executable, PART, *arguments]
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    stack.callback(process.wait)
    stack.callback(process.kill)
    assert process.stdout
    return process.stdout.readline().strip(), process


if __name__ == "__main__":
    sys.exit(0 if all([workers(), killed()]) else 1)
