"""A piece of a text, as often as fits into `LONGEST` bytes: what is quadratic in the length shows as a hang."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hypothesis import strategies as st

from pgwhy.engine import reports
from pgwhy.foreign import files
from pgwhy.redaction import Redactor
from pgwhy.report.text import page
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import LONGEST, SECRET
from tests.fuzz.places import MACHINE
from tests.test_fuzz import HUGE

PIECE = 80


def attempt(raw: bytes) -> None:
    piece = raw[:PIECE]
    text = "password token endpoint=a; x:y@z :5432: md5 npg_ " + files.decoded(piece * (LONGEST // max(1, len(piece))))
    report = reports.of_text(text, MACHINE, rulebook=_rules())
    page(Redactor([SECRET]).clean_value(report), 80)


def seeds() -> Iterator[bytes]:
    yield from (unit.encode()[:PIECE] for unit in list(HUGE.values())[::4])  # test_fuzz.py tries each of them


def inputs() -> st.SearchStrategy[bytes]:
    return damaged(unit.encode() for unit in HUGE.values()) | joined(HUGE.values(), 4)


@cache
def _rules() -> reports.Rulebook:
    return reports.all_rules()
