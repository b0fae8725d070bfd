"""How often the cause of a posted error text is found, by the text alone: `python -m benchmarks.texts FILE.jsonl ...`.

    -v                  each text that was not answered as expected
    --without N         with every Nth message of the catalogue taken away, N times, each time others: how much hangs on
                        single messages
    --client            the client is told, where the line has a "driver"

A line of a file is an object with `text`, `cause` (a slug), `accept` (more slugs that are right), and `id`. *Strict* is
the share whose first cause is `cause`, *lenient* that whose cause is one of both. A *false alarm* is a cause for a text
that is about no connection; *wrong* is any other cause that is not accepted. To say nothing is neither.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from pgwhy.engine.batch import answers
from pgwhy.engine.reports import all_rules
from pgwhy.error_text import catalogue, statements
from pgwhy.machine import Machine
from pgwhy.redaction import for_machine

NOT_MEANT = "not-a-connection-problem"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.texts")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--without", type=int, default=0, metavar="N")
    parser.add_argument("--client", action="store_true")
    asked = parser.parse_args(arguments)
    for file in asked.files:
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
        if not asked.without:
            print(f"{file.name}: {_told(_judged(rows, asked.client, asked.verbose))}")
            continue
        whole = _judged(rows, asked.client, False)
        print(f"{file.name}: {_told(whole)}")
        for turn in range(asked.without):
            with _without(asked.without, turn):
                less = _judged(rows, asked.client, False)
            lost = (whole["strict"] - less["strict"]) / len(rows)
            print(f"  without messages {turn}, {turn + asked.without} ...: {_told(less)}; strict lost {lost:.1%}")
    return 0


def _judged(rows: Sequence[Mapping[str, Any]], with_client: bool, tell: bool) -> Counter[str]:
    keys = ("id", "text", "driver") if with_client else ("id", "text")
    lines = [json.dumps({key: row[key] for key in keys if key in row}).encode() for row in rows]
    count = Counter(texts=len(rows))
    for row, answer in zip(rows, answers(lines, all_rules(), for_machine(Machine.here())), strict=True):
        judged = _judge(row, answer["cause"])
        count.update(("strict", "lenient") if judged == "strict" else (judged,))
        if tell and judged != "strict":
            found = f"{answer['cause']} ({answer['rule']}), expected {row['cause']}"
            print(f"{judged}: {row['id']}: {found}: {row['text'][:200]!r}")
    return count


def _judge(row: Mapping[str, Any], cause: str | None) -> str:
    if cause == row["cause"]:
        return "strict"
    if cause in row.get("accept", ()):
        return "lenient"
    if cause is None:
        return "nothing said"
    return "false alarm" if row["cause"] == NOT_MEANT else "wrong"


def _told(count: Counter[str]) -> str:
    shares = ", ".join(f"{word} {count[word] / count['texts']:.1%}" for word in ("strict", "lenient"))
    return f"{count['texts']} texts: {shares}, " + ", ".join(
        f"{word} {count[word]}" for word in ("false alarm", "wrong", "nothing said")
    )


def _without(every: int, turn: int) -> Any:
    """The catalogue, as if every Nth message were not known. Codes stay."""
    known = catalogue.catalogue()
    gone = {number for number in range(len(known.rows)) if number % every == turn}
    filed = {
        six: kept
        for six, many in known.filed.items()
        if (kept := " ".join(n for n in many.split() if int(n) not in gone))
    }
    statements.read.cache_clear()
    return mock.patch.object(
        statements, "catalogue", lambda: catalogue.Catalogue(known.rows, filed, known.codes, known.programs)
    )


if __name__ == "__main__":
    sys.exit(main())
