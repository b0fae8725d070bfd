"""A saved report, from the text of a file or of standard input: the one way in for every command that takes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagnostics.facts import Vocabulary
from diagnostics.finding import Report
from diagnostics.report.document import NotAReport, from_json

_MARK = '"pgwhy/'
_LARGEST = 50_000_000
"""Bytes. A report has about 20,000; what is larger is none, and is not read into memory."""


def is_report(text: str) -> bool:
    """It is a report, of this schema or of another one, and no error text: `read` has the answer or the sentence."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{") or _MARK not in text:
        return False
    document = _document(text)
    return isinstance(document, Mapping) and str(document.get("schema")).startswith("pgwhy/")


def read(text: str, vocabulary: Vocabulary) -> Report:
    """The report in a text. Raises `NotAReport`, with a sentence for the user."""
    document = _document(text)
    if document is None:
        raise NotAReport("this is not a report of pgwhy: it is not JSON. `--format json` writes one")
    if not isinstance(document, Mapping):
        raise NotAReport("this is not a report of pgwhy: it is JSON, and not an object")
    return from_json(document, vocabulary)


def of_file(path: Path, vocabulary: Vocabulary) -> Report:
    """The report in a file. Raises `NotAReport`, and `OSError` where the file cannot be read."""
    if path.stat().st_size > _LARGEST:
        raise NotAReport(f"this is not a report of pgwhy: it has more than {_LARGEST // 1_000_000} MB")
    return read(path.read_text(encoding="utf-8", errors="replace"), vocabulary)


def _document(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
