"""What `pgwhy fleet` costs, beside sslyze: `python -m benchmarks.fleet`.

    ladder      targets a second, the full ladder                                          at least 100
    sslyze      the same targets with sslyze           against  pgwhy fleet                at least 5 times as slow
    refused     targets a second that refuse                                               at least 400
    growth      a target of 10,000                     against  one of 1,000               at most 1.1 times the CPU
    memory      of 10,000 targets, all processes                                           at most 300 MB
    silent      1,000 black holes                                                          at most 30 s

`python -m benchmarks.fleet ladder silent` measures these alone. The server is a real PgBouncer with TLS on the same
processors: as many connections to a Postgres would measure how it forks. A rate is told by the clock and, in brackets,
by the processor time of all that takes part, servers included: what this machine would do if nothing else ran on it.
The promise is about the latter.
Ends with status 1 if a promise is broken.
"""

from __future__ import annotations

import contextlib
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rivals import PROGRAMS
from pgwhy.fleet import dispatch, lists, local
from pgwhy.fleet.task import Asked
from pgwhy.lab.authority import Authority
from pgwhy.lab.postgres.installation import NOBODY, as_ordinary_user
from pgwhy.lab.postgres.pgbouncer import PgBouncer
from pgwhy.machine import Machine, available_cores
from pgwhy.secret import Secret

HOST = "localhost"
CORES = available_cores()


@dataclass(frozen=True)
class Ran:
    """One fleet."""

    count: int
    wall_s: float
    cpu_s: float
    """Of this process and its workers."""
    server_s: float
    """Of the server."""
    peak_mb: float
    """Of all processes, each at its largest."""
    statuses: Counter[str]

    @property
    def a_second(self) -> float:
        return self.count / self.wall_s

    @property
    def with_all_cores(self) -> float:
        """Targets in a second in which nothing else runs."""
        return self.count * CORES / (self.cpu_s + self.server_s)


@contextlib.contextmanager
def pooler() -> Iterator[tuple[int, Callable[[], float]]]:
    """A PgBouncer with TLS: its port, and the seconds of processor time that it has used."""
    folder = Path(tempfile.mkdtemp())
    try:
        leaf = Authority(folder).issue(HOST)
        for path in (folder, leaf.chain_file, leaf.key_file):
            if as_ordinary_user()[:1] == ("setpriv",):
                shutil.chown(path, NOBODY, NOBODY)
        settings = {
            "client_tls_sslmode": "require",
            "client_tls_cert_file": str(leaf.chain_file),
            "client_tls_key_file": str(leaf.key_file),
            "max_client_conn": "5000",
            "log_connections": "0",
            "log_disconnections": "0",
            "log_pooler_errors": "0",
        }
        with PgBouncer({"app": "host=127.0.0.1"}, {"alex": Secret("benchmark-password")}, settings) as server:
            assert server._guard is not None
            pids = _below(server._guard.pid)
            yield server.port, lambda: sum(map(_cpu_s, pids))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fleet(texts: list[str], limits: dispatch.Limits, server_s: Callable[[], float] = lambda: 0.0) -> Ran:
    """Examine these with the library's own parts, once the processes have been started."""
    machine = Machine.here()
    executor = local.Processes(Asked())
    pids = [process._running.pid for process in executor._processes]
    try:
        _all(executor, texts[: 2 * CORES], limits, machine)  # what is loaded once does not count
        before, server_before = _own_cpu_s() + sum(map(_cpu_s, pids)), server_s()
        begin = time.perf_counter()
        statuses = _all(executor, texts, limits, machine)
        wall = time.perf_counter() - begin
        cpu = _own_cpu_s() + sum(map(_cpu_s, pids)) - before
        peak = sum(map(_peak_mb, pids)) + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Ran(len(texts), wall, cpu, server_s() - server_before, peak, statuses)
    finally:
        executor.close()


def _all(executor: local.Processes, texts: list[str], limits: dispatch.Limits, machine: Machine) -> Counter[str]:
    entries = (lists.Entry(number, Secret(text)) for number, text in enumerate(texts, 1))
    given = dispatch.tasks(entries, machine, Counter(), {}, read_here=True)
    answers = dispatch.Dispatcher(given, executor, limits)
    return Counter(f"{found['status']} {found['cause']}" for found in answers if found is not None)


def ladder(count: int = 400) -> bool:
    """The full ladder, and the same targets with sslyze."""
    with pooler() as (port, server_s):
        text = f"postgresql://alex:benchmark-password@{HOST}:{port}/app?sslmode=require"
        ran = fleet([text] * count, dispatch.Limits(per_host=1000), server_s)
        _tell("ladder", ran)
        fast = kept("ladder", ran.with_all_cores, 100, "targets a second", least=True)
        rival = PROGRAMS / "sslyze"
        if not rival.exists():
            print("sslyze     is not installed (make rivals)")
            return fast
        scans = ["--tlsv1_2", "--tlsv1_3", "--certinfo", "--starttls", "postgres"]
        few = 20
        places = [f"{HOST}:{port}"] * few
        before, server_before = resource.getrusage(resource.RUSAGE_CHILDREN), server_s()
        subprocess.run([str(rival), *scans, *places], check=False, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime + server_s() - server_before
        theirs = few * CORES / cpu
        print(f"sslyze     {theirs:.1f} targets a second with all cores")
        return kept("sslyze", ran.with_all_cores / theirs, 5, "times sslyze", least=True) and fast


def refused() -> bool:
    """Ports on which nobody listens."""
    ran = fleet(refusing(2000), dispatch.Limits(per_host=1000))
    _tell("refused", ran)
    return kept("refused", ran.with_all_cores, 400, "targets a second", least=True)


def growth() -> bool:
    """Ten times as many."""
    few, many = (fleet(refusing(count), dispatch.Limits(per_host=1000)) for count in (1000, 10_000))
    _tell("1,000", few)
    _tell("10,000", many)
    ratio = (many.cpu_s / many.count) / (few.cpu_s / few.count)
    flat = kept("growth", ratio, 1.1, "times the CPU for each target", least=False)
    return kept("memory", many.peak_mb, 300, "MB", least=False) and flat


def silent() -> bool:
    """Hosts that answer nothing."""
    with black_holes(1000) as texts:
        ran = fleet(texts, dispatch.Limits())
    _tell("silent", ran)
    return kept("silent", ran.wall_s, 30, "s", least=False)


@contextlib.contextmanager
def black_holes(count: int) -> Iterator[list[str]]:
    """Targets that answer nothing: a listener whose queue is full, under as many addresses of loopback."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("0.0.0.0", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", port))
        yield [f"postgresql://alex@127.1.{n // 250}.{n % 250 + 1}:{port}/app" for n in range(count)]


def refusing(count: int) -> list[str]:
    """Targets whose port nobody has."""
    return [f"postgresql://alex:benchmark-password@127.2.{n // 250 % 250}.{n % 250 + 1}:1/app" for n in range(count)]


def _tell(name: str, ran: Ran) -> None:
    print(
        f"{name:10} {ran.count:,} targets in {ran.wall_s:.1f} s, {ran.a_second:.0f} a second "
        f"({ran.with_all_cores:.0f} with all cores), {ran.cpu_s / ran.count * 1000:.2f} ms of CPU each, "
        f"server {ran.server_s / ran.count * 1000:.2f} ms, {ran.peak_mb:.0f} MB; {dict(ran.statuses)}"
    )


def kept(name: str, value: float, bound: float, unit: str, *, least: bool) -> bool:
    holds = value >= bound if least else value <= bound
    how = "at least" if least else "at most"
    print(f"{name:10} {value:.2f} {unit}; promised {how} {bound:g}: {'kept' if holds else 'BROKEN'}")
    return holds


def _own_cpu_s() -> float:
    return time.process_time()


def _cpu_s(pid: int) -> float:
    """proc_pid_stat(5): utime and stime are the 14th and 15th fields; the second one may hold spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _peak_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _below(pid: int) -> list[int]:
    """A process and all that it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _below(int(child)))]


ROWS = {"ladder": ladder, "refused": refused, "growth": growth, "silent": silent}


def main(names: list[str]) -> int:
    """Measure these rows, or all of them."""
    held = [ROWS[name]() for name in names or ROWS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
