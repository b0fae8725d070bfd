"""Other JSON of a stranger's: the baseline of a checklist, and lines of `explain --batch`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from hypothesis import strategies as st

from pgwhy.checklist.pages import baseline
from pgwhy.engine import reports
from pgwhy.engine.batch import answers
from pgwhy.foreign.json_text import Unfit
from pgwhy.redaction import Redactor
from tests.fuzz.damage import damaged, joined
from tests.fuzz.invariants import Broken, plain


def attempt(raw: bytes) -> None:
    try:
        baseline(raw.decode("utf-8", "replace"))
    except Unfit as refused:
        plain(str(refused))
    lines = raw.split(b"\n")
    told = list(answers(iter(lines), _rules(), Redactor()))
    # A row of CSV may have many lines.
    is_csv = lines[0].strip()[:1] not in (b"{", b"[") and b"text" in re.split(rb"[\s,;\t\"]+", lines[0])
    if not is_csv and len(told) != sum(1 for line in lines if line.strip()):
        raise Broken(f"{len(told)} answers")
    for answer in told:
        plain(json.dumps(answer, ensure_ascii=False))
        json.dumps(answer, ensure_ascii=False).encode()


def seeds() -> Iterator[bytes]:
    yield json.dumps(
        {"schema": "pgwhy/checklist/1", "items": [{"id": "tls", "state": "holds", "evidence": "x"}]}
    ).encode()
    yield b'{"id": 7, "text": "FATAL:  password authentication failed for user \\"alex\\"", "driver": "psycopg2@2.9"}\n'
    yield b'{"text": "getaddrinfo ENOTFOUND db.example.com", "id": "a\\u001b[31m"}\n\n[1, {"a": null}]\n'


def inputs() -> st.SearchStrategy[bytes]:
    pieces = (
        "{",
        "}",
        "[",
        "]",
        '"',
        ":",
        ",",
        '"text"',
        '"id"',
        '"items"',
        "1e999",
        "NaN",
        "\\ud800",
        "\\u0000",
        "\n",
    )
    return damaged(seeds()) | joined(pieces)


@cache
def _rules() -> reports.Rulebook:
    return reports.all_rules()
