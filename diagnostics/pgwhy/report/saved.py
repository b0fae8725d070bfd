"""A saved report, from the bytes of a file or of standard input: the one way in for every command that reads one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pgwhy.facts import Vocabulary
from pgwhy.finding import Report
from pgwhy.foreign import files
from pgwhy.shipped.regex import lazy

IN_TICKET = "report.json"
"""The report's name in a ticket."""
_MARK = '"pgwhy/'
_BEGINS = lazy(r'\s*\{\s*"schema"\s*:\s*"pgwhy/')
"""As every version writes it: a report even where the rest of it was cut off."""


def is_report(text: str) -> bool:
    """It is a report, of this schema or of another one, and no error text: `read` has the answer or the sentence."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{") or _MARK not in text:
        return False
    if _BEGINS.match(text.lstrip("\ufeff")):
        return True
    from pgwhy.report.document import NotAReport  # an error text alone is none, and does without

    try:
        document = _document(text)
    except NotAReport:
        return False
    return isinstance(document, Mapping) and str(document.get("schema")).startswith("pgwhy/")


def read(text: str, vocabulary: Vocabulary) -> Report:
    """The report in a text. Raises `NotAReport`, with a sentence for the user."""
    from pgwhy.report.document import NotAReport, from_json

    document = _document(text)
    if not isinstance(document, Mapping):
        raise NotAReport("this is not a report of pgwhy: it is JSON, and not an object")
    return from_json(document, vocabulary)


def of_bytes(content: bytes, vocabulary: Vocabulary) -> Report:
    """The report in a file's content: JSON, or a ticket. Raises `NotAReport`."""
    return read(text_of(content), vocabulary)


def of_file(path: Path, vocabulary: Vocabulary) -> Report:
    """The report in a file. Raises `NotAReport`, and `OSError` where the file cannot be read."""
    return of_bytes(files.given(path), vocabulary)


def text_of(content: bytes) -> str:
    """The text of a file; of a ticket (`pgwhy ticket`), that of its report. Raises `NotAReport` for another .zip."""
    if not content.startswith(b"PK\x03\x04"):
        return files.decoded(content)
    from pgwhy.foreign import archive, json_text  # few files are one
    from pgwhy.report.document import NotAReport

    try:
        return files.decoded(archive.member(content, IN_TICKET, json_text.LIMIT))
    except archive.Damaged as problem:
        raise NotAReport(f"this .zip is no ticket of pgwhy that can be read: {problem}") from None


def _document(text: str) -> Any:
    from pgwhy.foreign import json_text
    from pgwhy.report.document import NotAReport

    try:
        return json_text.read(text)
    except json_text.Unfit as problem:
        raise NotAReport(f"this is not a report of pgwhy: {problem}. `--format json` writes one") from None
