"""A saved report of a stranger's, in every command that reads one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from hypothesis import strategies as st

from pgwhy import ticket
from pgwhy.comparison.difference import compare
from pgwhy.engine import reports
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor
from pgwhy.report import document, saved
from tests.foreign import mutants
from tests.fuzz.damage import damaged
from tests.fuzz.invariants import plain
from tests.fuzz.shown import pages

SMALL = 16_000


def attempt(raw: bytes) -> None:
    try:
        report = saved.of_bytes(raw, VOCABULARY)
    except document.NotAReport as refused:
        plain(str(refused))
        return
    report = Redactor().clean_value(report)
    plain(pages(report))
    plain(pages(Redactor().clean_value(reports.of_saved(report, _rules()))))
    plain("\n".join(ticket.files(report, (), ticket.left_out_of(report, saved=True)).values()))
    compare(report, report, VOCABULARY)


def seeds() -> Iterator[bytes]:
    small = [path.read_bytes() for path in mutants.REPORTS if path.stat().st_size < SMALL]
    yield from small[:: max(1, len(small) // 6)]


def inputs() -> st.SearchStrategy[bytes]:
    changed = st.integers(0, 2**48).map(lambda seed: mutants.report(random.Random(seed)))
    return changed | damaged(seeds())


@cache
def _rules() -> reports.Rulebook:
    return reports.all_rules()
