"""What it costs to tell a report: `python -m benchmarks.render`.

    text, json, jsonl, markdown, junit, github    at most  50 ms a report
    html                                          at most 150 ms a report

Each format is measured twice, over the largest recorded report: as the second and later ones of a process, and as the
first one of a new interpreter, with the import of everything that only this format needs. Both must keep the promise.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.rules import best_ms
from pgwhy.cli.options import FORMATS
from pgwhy.cli.output import Terminal, rendered
from pgwhy.probes import VOCABULARY
from pgwhy.report import saved

SCENARIOS = Path(__file__).parents[1] / "fixtures" / "scenarios"
PROMISED_MS = {name: 150.0 if name == "html" else 50.0 for name in FORMATS}
FIRST = """
import sys, time
from pathlib import Path
from pgwhy.cli.output import Terminal, rendered
from pgwhy.probes import VOCABULARY
from pgwhy.report import saved
report = saved.of_file(Path(sys.argv[1]), VOCABULARY)
begin = time.perf_counter()
rendered(report, sys.argv[2], Terminal(), verbose=True)
print((time.perf_counter() - begin) * 1000)
"""


def main() -> int:
    largest = max(SCENARIOS.glob("*/seen.json"), key=lambda file: file.stat().st_size)
    report = saved.of_file(largest, VOCABULARY)
    broken = False
    print(f"telling {largest.parent.name}, {largest.stat().st_size} bytes")
    for name in FORMATS:
        later = best_ms(lambda name=name: rendered(report, name, Terminal(), verbose=True), 20)  # type: ignore[misc]
        first = min(float(subprocess.check_output([sys.executable, "-c", FIRST, str(largest), name])) for _ in range(5))
        promised = PROMISED_MS[name]
        broken = broken or max(first, later) > promised
        print(f"{name:36}{later:8.2f} ms   the first of a process {first:6.1f} ms   at most {promised:g}")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
