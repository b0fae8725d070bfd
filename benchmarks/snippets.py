"""What the snippets of all stacks for one target cost beyond the command's start: `python -m benchmarks.snippets`.

Whole commands in turns, `pgwhy snippets` with a target against `pgwhy snippets --list`, which reads no target; the
figure is the difference of the medians. Ends with status 1 if the promise is broken.
"""

from __future__ import annotations

import statistics
import sys

from benchmarks.check import PGWHY, run
from pgwhy.authoring.pages.stacks import EXAMPLE
from pgwhy.snippets import STACKS

ROUNDS = 15
PROMISED_MS = 100.0


def main() -> int:
    every, start = (PGWHY, "snippets", "env:BENCHMARK_URL"), (PGWHY, "snippets", "--list")
    taken: dict[tuple[str, ...], list[float]] = {every: [], start: []}
    for number in range(ROUNDS + 1):
        for command, times in taken.items():
            ms = run(command, EXAMPLE).wall
            if number:  # the first round warms the page cache and the byte code
                times.append(ms)
    whole, begun = statistics.median(taken[every]), statistics.median(taken[start])
    kept = "kept" if whole - begun <= PROMISED_MS else "BROKEN"
    print(
        f"snippets   {whole:7.1f} ms   against {begun:7.1f} ms   {whole - begun:5.1f} ms for {len(STACKS)} stacks, "
        f"promised at most {PROMISED_MS:g}: {kept}"
    )
    return int(whole - begun > PROMISED_MS)


if __name__ == "__main__":
    sys.exit(main())
