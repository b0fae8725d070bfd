"""What a run of pgwhy costs, beside Python itself and beside psql: `python -m benchmarks.check`.

    version     pgwhy --version                      against  python -c pass           at most  5 times
    loopback    a healthy check on loopback          against  python -c pass           at most 30 times
    40 ms       a healthy check, 40 ms round trip    against  psql -c 'select 1'       at most  1.75 times

The commands of a row take turns, so that what else the machine does meets them alike; the figure is the ratio of the
medians. The server is the lab's: a real Postgres, behind the gateway for the first and the last row's TLS and SNI.
Ends with status 1 if a promise is broken.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.link import link
from pgwhy.lab.postgres.installation import find_installation
from pgwhy.lab.world import World

ROUNDS = 15
PGWHY = str(Path(sys.executable).with_name("pgwhy"))
PASS = (sys.executable, "-c", "pass")


@dataclass(frozen=True)
class Figure:
    """Two commands in milliseconds (medians), and what was promised of their ratio."""

    name: str
    ms: float
    against_ms: float
    most: float

    @property
    def times(self) -> float:
        return self.ms / self.against_ms

    def __str__(self) -> str:
        kept = "kept" if self.times <= self.most else "BROKEN"
        return (
            f"{self.name:10} {self.ms:7.1f} ms   against {self.against_ms:7.1f} ms   "
            f"{self.times:5.2f} times, promised at most {self.most:g}: {kept}"
        )


def main() -> int:
    figures = [measured("version", (PGWHY, "--version"), PASS, 5.0)]
    installation = find_installation()
    psql = str(installation.program("psql"))
    with World.running(installation) as world:
        check = (PGWHY, "env:BENCHMARK_URL")
        figures.append(measured("loopback", check, PASS, 30.0, url=world.uri()))
        with link(world.gateway.port) as far:
            url = world.uri(hostaddr=far.address).replace(f":{world.gateway.port}/", f":{far.port}/")
            # psql gets the string by environment as well, and no password is in any process list.
            shell = ("sh", "-c", f'exec "{psql}" "$BENCHMARK_URL" -qAtc "select 1"')
            slow = (*far.prefix, *check)
            figures.append(measured("40 ms", slow, (*far.prefix, *shell), 1.75, url=url))
            if not far.handshake_delayed:
                print("no network namespaces here: the TCP handshake of the last row was not delayed")
    for figure in figures:
        print(figure)
    return 0 if all(figure.times <= figure.most for figure in figures) else 1


def measured(name: str, command: tuple[str, ...], against: tuple[str, ...], most: float, url: str = "") -> Figure:
    """Run both in turns. The first round warms the page cache and the byte code, and does not count."""
    taken: dict[tuple[str, ...], list[float]] = {command: [], against: []}
    for number in range(ROUNDS + 1):
        for each, times in taken.items():
            ms = run(each, url)
            if number:
                times.append(ms)
    return Figure(name, statistics.median(taken[command]), statistics.median(taken[against]), most)


def run(command: tuple[str, ...], url: str) -> float:
    """Milliseconds from start to end. Raises `RuntimeError` if it fails: a figure of a failure means nothing."""
    # Byte code is written as on a user's machine, whatever this shell says.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    ended = subprocess.run(command, env=environment | {"BENCHMARK_URL": url}, capture_output=True, text=True)
    ms = (time.perf_counter() - begin) * 1000
    if ended.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with status {ended.returncode}: {ended.stdout}{ended.stderr}")
    return ms


if __name__ == "__main__":
    sys.exit(main())
