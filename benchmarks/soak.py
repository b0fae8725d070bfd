"""Is every answer the same each time? The whole matrix again and again: `python -m benchmarks.soak`.

    --times N           how often; left out: ten times, about half an hour on two idle cores
    FAULT ...           only these

Each answer is judged twice: as the command gave it, and as the rules explain what it observed, without a network, from
the report that it saved. Ends with status 1 if an answer was ever wrong, and names each such fault with all that was
said of it. It is bounded: no command of a trial runs for more than half a minute. Ctrl-C ends it with what is known.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from pgwhy.engine.reports import all_rules, of_saved
from pgwhy.lab.faults import faults
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.faults import FaultError
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.stage import missing
from pgwhy.lab.faults.trial import Trial, TrialError
from pgwhy.lab.network.namespace import NamespaceError
from pgwhy.lab.postgres.installation import PostgresError

TIMES = 10
RIGHT = "right"
_TELL_EVERY = 50


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--times", type=int, default=TIMES, metavar="N")
    parser.add_argument("faults", nargs="*", metavar="FAULT")
    asked = parser.parse_args(arguments)
    every = [faults.load(slug) for slug in asked.faults or faults.slugs()]
    chosen = [fault for fault in every if not missing(fault)]
    for fault in every:
        if reason := missing(fault):
            _say(f"{fault.slug}: not run: {reason}")
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    longest: dict[str, float] = defaultdict(float)
    try:
        with Matrix() as matrix:
            for turn in range(1, asked.times + 1):
                begin = time.monotonic()
                _run(matrix, chosen, answers, longest, f"{turn} of {asked.times}")
                took = time.monotonic() - begin
                _say(f"{turn} of {asked.times}: {_always_right(answers)}, {took:.0f} s")
    except KeyboardInterrupt:
        _say("interrupted")
    return _conclude(answers, longest, {fault.slug: fault for fault in chosen})


def _run(
    matrix: Matrix, chosen: Sequence[Fault], answers: dict[str, Counter[str]], longest: dict[str, float], turn: str
) -> None:
    for number, (slug, started) in enumerate(matrix.start(chosen).items(), start=1):
        answer, elapsed_s = _answer(matrix, started)
        answers[slug][answer] += 1
        longest[slug] = max(longest[slug], elapsed_s)
        if answer != RIGHT:
            _say(f"  {slug}: {answer}")
        if not number % _TELL_EVERY:
            _say(f"  {turn}: {number} of {len(chosen)} faults")


def _answer(matrix: Matrix, started: Future[Trial]) -> tuple[str, float]:
    """`RIGHT` or what was wrong, and the seconds that it took."""
    try:
        trial = matrix.judged(started)
    except (PostgresError, NamespaceError, FaultError, TrialError, OSError) as error:
        return f"no answer: {error}", 0.0
    mistakes = list(trial.mistakes)
    again, verdict = of_saved(trial.report, all_rules()).verdict, trial.report.verdict
    if (again.cause, again.stage, again.status) != (verdict.cause, verdict.stage, verdict.status):
        mistakes.append(f"explained again it is {again.status} with {again.cause} in {again.stage}")
    return "; ".join(mistakes) or RIGHT, trial.elapsed_s


def _conclude(answers: Mapping[str, Counter[str]], longest: Mapping[str, float], chosen: Mapping[str, Fault]) -> int:
    wrong = {slug: given for slug, given in sorted(answers.items()) if set(given) != {RIGHT}}
    _say(f"\n{sum(map(Counter.total, answers.values()))} answers, {_always_right(answers)}")
    for slug, given in wrong.items():
        _say(f"{'flaky' if len(given) > 1 else 'wrong'}: {slug}")
        for answer, times in given.most_common():
            _say(f"    {times:2} times  {answer}")
    near = sorted(longest, key=lambda slug: longest[slug] / chosen[slug].expect.limit_s, reverse=True)
    if near:
        told = (f"{slug} {longest[slug]:.1f} of {chosen[slug].expect.limit_s:.1f} s" for slug in near[:3])
        _say(f"nearest to their limits: {', '.join(told)}")
    return 1 if wrong else 0


def _always_right(answers: Mapping[str, Counter[str]]) -> str:
    right = sum(set(given) == {RIGHT} for given in answers.values())
    return f"{right} of {len(answers)} faults always right"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
