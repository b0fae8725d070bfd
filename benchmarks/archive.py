"""What an archive of saved reports costs: `python -m benchmarks.archive`.

    same        reports a second a core, written by these rules                               at least 2,000
    others      reports a second a core, written by other rules: each is asked again          at least 2,000
    all         half of each on every core, by the clock                                      told
    memory      the process that counts, 20,000 against 5,000                                 at most 1.5 times

Rates are by processor time, so what else runs here does not count. No two reports are alike: each has its own times and
addresses. `python -m benchmarks.archive 100000` makes more of them. Ends with status 1 if a promise is broken.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import random

from benchmarks.fleet import kept
from pgwhy.archive import history, workers
from pgwhy.engine import reports
from pgwhy.finding import Report
from pgwhy.machine import available_cores
from pgwhy.probes import VOCABULARY
from pgwhy.report import document, saved

COUNT = 20_000
SCENARIOS = Path(__file__).parents[1] / "fixtures" / "scenarios"


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["one"]:  # a process of its own, so that its memory is its own
        _measure(Path(arguments[1]), int(arguments[2]))
        return 0
    count = int(arguments[0]) if arguments else COUNT
    rules = reports.all_rules()
    every = [reports.of_saved(saved.of_file(path, VOCABULARY), rules) for path in SCENARIOS.glob("*/seen.json")]
    with tempfile.TemporaryDirectory() as folder:
        same, others = Path(folder, "same"), Path(folder, "others")
        _write(same, count // 2, every)
        _write(others, count // 2, [replace(report, rules_digest="0" * 64) for report in every])
        begin = time.perf_counter()
        whole = history.of(workers.every([*_named(same), *_named(others)], ()))
        wall = time.perf_counter() - begin
        few = _one(others, 2500)
        many = _one(others, min(count // 2, 10_000))
        not_asked = _one(same, 2500)
    print(
        f"all        {whole.total:,} reports in {wall:.1f} s on {available_cores()} cores, "
        f"{whole.total / wall:.0f} a second, {whole.unread} not read"
    )
    held = [
        kept("same", not_asked[0], 2000, "reports a second a core", least=True),
        kept("others", many[0], 2000, "reports a second a core", least=True),
        kept("memory", many[1] / few[1], 1.5, f"times; {many[1]:.0f} MB", least=False),
    ]
    return 0 if all(held) else 1


def _measure(folder: Path, count: int) -> None:
    """Reports a second of CPU, and the largest memory in MB, in this process alone."""
    reports.all_rules()
    files = _named(folder)[:count]
    history.of(workers.every(files[:10], (), 1))  # what is loaded once does not count
    begin = time.process_time()
    history.of(workers.every(files, (), 1))
    took = time.process_time() - begin
    print(len(files) / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _one(folder: Path, count: int) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.archive", "one", str(folder), str(count)]
    rate, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(rate), float(peak)


def _write(folder: Path, count: int, every: Iterable[Report]) -> None:
    folder.mkdir()
    texts = [document.to_text(report) for report in every]
    for number in range(count):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        text = re.sub(r'("started_at": ")[^"]*', rf"\g<1>{moment:%Y-%m-%dT%H:%M:%S}.000Z", texts[number % len(texts)])
        text = re.sub(r'("\w*ms": )[\d.]+', _another_time, text)
        text = text.replace("127.0.0.1", f"127.0.{number % 250}.{number // 250 % 250 + 1}")
        (folder / f"{number:06}.json").write_text(text)


def _another_time(found: re.Match[str]) -> str:
    return f"{found[1]}{random() * 100:.2f}"


def _named(folder: Path) -> list[tuple[Path, str]]:
    return [(path, path.name) for path in sorted(folder.iterdir())]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
