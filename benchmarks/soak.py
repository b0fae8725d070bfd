"""Is every answer the same each time? The whole matrix again and again: `python -m benchmarks.soak [TIMES]`.

Ends with status 1 if an answer was ever wrong, or two runs of a fault gave different ones.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict

from diagnostics.lab import faults
from diagnostics.lab.matrix import Matrix
from diagnostics.lab.stage import missing
from diagnostics.lab.trial import Trial, TrialError

TIMES = 10


def main(arguments: list[str]) -> int:
    times = int(arguments[0]) if arguments else TIMES
    chosen = [fault for fault in map(faults.load, faults.slugs()) if not missing(fault)]
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    with Matrix() as matrix:
        for turn in range(times):
            started = matrix.start(chosen)
            for slug, future in started.items():
                try:
                    answers[slug][_answer(matrix.judged(future))] += 1
                except TrialError as error:
                    answers[slug][str(error)] += 1
            wrong = [slug for slug, given in answers.items() if set(given) != {"right"}]
            sys.stdout.write(
                f"{turn + 1} of {times}: {len(chosen) - len(wrong)} of {len(chosen)} always right so far\n"
            )
            sys.stdout.flush()
    for slug in sorted(wrong):
        sys.stdout.write(f"{slug}\n" + "".join(f"    {n:2} times  {told}\n" for told, n in answers[slug].items()))
    return 1 if wrong else 0


def _answer(trial: Trial) -> str:
    return "; ".join(trial.mistakes) or "right"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
