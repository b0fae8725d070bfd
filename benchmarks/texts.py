"""How often the cause of a posted error text is found, by the text alone: `python -m benchmarks.texts FILE.jsonl ...`.

    --without N         with every Nth message of the catalogue taken away, N times, each time others: how much hangs on
                        single messages

The files are those of `python -m pgwhy.authoring.lint --corpus` (`pgwhy/authoring/corpus.py`), which counts in the same
way and also names each text that went wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from pgwhy.authoring.corpus import Score, score
from pgwhy.engine.reports import all_rules
from pgwhy.error_text import catalogue, deciding, statements


def main(arguments: Sequence[str] | None = None) -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.texts")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--without", type=int, default=0, metavar="N")
    asked = parser.parse_args(arguments)
    for file in asked.files:
        lines = file.read_text("utf-8").splitlines()
        whole = score(lines, all_rules())
        print(f"{file.name}: {_told(whole)}")
        for turn in range(asked.without):
            with _without(asked.without, turn):
                less = score(lines, all_rules())
            lost = (whole.strict - less.strict) / whole.texts
            print(f"  without messages {turn}, {turn + asked.without} ...: {_told(less)}; strict lost {lost:.1%}")
    return 0


def _told(found: Score) -> str:
    silent = sum(each.cause is None for each in found.wrong)
    wrong = len(found.wrong) - silent - found.false_alarms
    return (
        f"{found.texts} texts: strict {found.strict / found.texts:.1%}, lenient {found.lenient / found.texts:.1%}, "
        f"false alarms {found.false_alarms}, wrong {wrong}, nothing said {silent}"
    )


def _without(every: int, turn: int) -> AbstractContextManager[object]:
    """The catalogue, as if every Nth message were not known. Codes stay."""
    known = catalogue.catalogue()
    gone = {number for number in range(len(known.rows)) if number % every == turn}
    filed = {
        six: kept
        for six, many in known.filed.items()
        if (kept := " ".join(number for number in many.split() if int(number) not in gone))
    }
    less = catalogue.Catalogue(known.rows, filed, known.codes, known.programs)
    statements.read.cache_clear()
    deciding.counting.cache_clear()
    return mock.patch.object(statements, "catalogue", lambda: less)


if __name__ == "__main__":
    sys.exit(main())
