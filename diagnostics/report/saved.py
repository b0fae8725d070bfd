"""A saved report, from the text of a file or of standard input: the one way in for every command that takes one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagnostics.facts import Vocabulary
from diagnostics.finding import Report
from diagnostics.report.document import NotAReport, from_json

IN_TICKET = "report.json"
"""The report's name in a ticket."""
_ZIP = b"PK\x03\x04"
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
    return read(text_of(path.read_bytes()), vocabulary)


def text_of(content: bytes) -> str:
    """The text of a file; of a ticket (`pgwhy ticket`), that of its report. Raises `NotAReport` for another .zip."""
    if not content.startswith(_ZIP):
        return content.decode("utf-8", "replace")
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(IN_TICKET) as file:
            text = file.read(_LARGEST + 1)  # not what the archive says its size is
    except (KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as problem:
        raise NotAReport(f"this .zip is no ticket of pgwhy: no {IN_TICKET} can be read in it") from problem
    if len(text) > _LARGEST:
        raise NotAReport(f"this is not a report of pgwhy: it has more than {_LARGEST // 1_000_000} MB")
    return text.decode("utf-8", "replace")


def _document(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
