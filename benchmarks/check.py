"""What a run of pgwhy costs, beside Python itself and beside psql: `python -m benchmarks.check`.

    version     pgwhy --version                      against  python -c pass           at most  5 times the CPU
    help        pgwhy COMMAND --help, the dearest    against  python -c pass           at most  5 times the CPU
    loopback    a healthy check on loopback          against  python -c pass           at most 30 times the time
    psycopg     a healthy check on loopback          against  psycopg: connect, select at most  1.1 times the CPU
    40 ms       a healthy check, 40 ms round trip    against  psql -c 'select 1'       at most  1.5 times the time

The commands of a row take turns, so that what else the machine does meets them alike. Of the time the medians are
compared, and of the CPU (user and system, children included) the least, which other programs disturb least. Both are
printed. The server is the lab's: a real Postgres, behind the gateway for the last rows' TLS and SNI.
Ends with status 1 if a promise is broken.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.link import link
from pgwhy.cli import COMMANDS
from pgwhy.lab.postgres.installation import find_installation
from pgwhy.lab.world import World

ROUNDS = 15
PGWHY = str(Path(sys.executable).with_name("pgwhy"))
PASS = (sys.executable, "-c", "pass")
PSYCOPG = (
    sys.executable,
    "-c",
    'import os, psycopg\nwith psycopg.connect(os.environ["BENCHMARK_URL"]) as c: c.execute("select 1").fetchone()',
)


@dataclass(frozen=True)
class Cost:
    """Of one command, in milliseconds."""

    wall: float
    """From its start to its end: the median."""
    cpu: float
    """User and system, with its children: the least."""


@dataclass(frozen=True)
class Figure:
    """Two commands, and what was promised of their ratio."""

    name: str
    cost: Cost
    against: Cost
    most: float
    by_cpu: bool

    @property
    def times(self) -> float:
        """The ratio that is promised."""
        return self.cost.cpu / self.against.cpu if self.by_cpu else self.cost.wall / self.against.wall

    def __str__(self) -> str:
        kept = "kept" if self.times <= self.most else "BROKEN"
        wall, cpu = (
            f"{what} {mine:7.1f} ms against {other:7.1f} ms, {mine / other:5.2f} times"
            for what, mine, other in (
                ("time", self.cost.wall, self.against.wall),
                ("CPU", self.cost.cpu, self.against.cpu),
            )
        )
        return f"{self.name:10} {wall}; {cpu}; promised of the {self.what} at most {self.most:g}: {kept}"

    @property
    def what(self) -> str:
        """Which of the two the promise is about."""
        return "CPU" if self.by_cpu else "time"


def main() -> int:
    figures = [measured("version", (PGWHY, "--version"), PASS, 5.0, by_cpu=True)]
    pages = [measured(f"{each} -h", (PGWHY, each, "--help"), PASS, 5.0, by_cpu=True) for each in COMMANDS]
    figures.append(max(pages, key=lambda page: page.times))
    installation = find_installation()
    psql = str(installation.program("psql"))
    with World.running(installation) as world:
        check = (PGWHY, "env:BENCHMARK_URL")
        figures.append(measured("loopback", check, PASS, 30.0, url=world.uri()))
        figures.append(measured("psycopg", check, PSYCOPG, 1.1, url=world.uri(), by_cpu=True))
        with link(world.gateway.port) as far:
            url = world.uri(hostaddr=far.address).replace(f":{world.gateway.port}/", f":{far.port}/")
            # psql gets the string by environment as well, and no password is in any process list.
            shell = ("sh", "-c", f'exec "{psql}" "$BENCHMARK_URL" -qAtc "select 1"')
            slow = (*far.prefix, *check)
            figures.append(measured("40 ms", slow, (*far.prefix, *shell), 1.5, url=url))
            if not far.handshake_delayed:
                print("no network namespaces here: the TCP handshake of the last row was not delayed")
    for figure in figures:
        print(figure)
    return 0 if all(figure.times <= figure.most for figure in figures) else 1


def measured(
    name: str, command: tuple[str, ...], against: tuple[str, ...], most: float, url: str = "", *, by_cpu: bool = False
) -> Figure:
    """Run both in turns. The first round warms the page cache and the byte code, and does not count."""
    taken: dict[tuple[str, ...], list[Cost]] = {command: [], against: []}
    for number in range(ROUNDS + 1):
        for each, costs in taken.items():
            cost = run(each, url)
            if number:
                costs.append(cost)
    mine, other = (
        Cost(statistics.median(cost.wall for cost in costs), min(cost.cpu for cost in costs))
        for costs in taken.values()
    )
    return Figure(name, mine, other, most, by_cpu)


def run(command: tuple[str, ...], url: str) -> Cost:
    """What it costs once. Raises `RuntimeError` if it fails: a figure of a failure means nothing."""
    # Byte code is written as on a user's machine, whatever this shell says.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, begin = _of_children(), time.perf_counter()
    ended = subprocess.run(command, env=environment | {"BENCHMARK_URL": url}, capture_output=True, text=True)
    wall, after = time.perf_counter() - begin, _of_children()
    if ended.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with status {ended.returncode}: {ended.stdout}{ended.stderr}")
    return Cost(wall * 1000, (after - before) * 1000)


def _of_children() -> float:
    """Seconds of CPU of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
