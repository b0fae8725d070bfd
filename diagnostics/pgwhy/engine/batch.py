"""A backlog of error texts as JSON Lines or CSV, one answer for each, in their order and without keeping any of them.

    {"id": 17, "text": "FATAL: ...", "driver": "psycopg2"}
    {"id": 17, "cause": "...", "rule": "...", "stage": "auth", "also": []}

CSV (RFC 4180; also with semicolons or tabs) has the same names in its first row. Other names are `Fields`.
A line that cannot be read gets an answer as well: with its `id` where it has one, and with `error`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import IO, Any

from pgwhy.client import UnknownClient, resolve
from pgwhy.engine.conclusion import conclude
from pgwhy.engine.reports import observations_of_text
from pgwhy.engine.verdict import Decision
from pgwhy.foreign import files, json_text
from pgwhy.redaction import Redactor
from pgwhy.rulebook.book import Rulebook
from pgwhy.values import dataclass

LONGEST_LINE = 4_000_000
"""Bytes. A longer line is passed over, so that memory does not depend on what somebody sends."""
ENDLESS = 2_000_000_000
"""Bytes of a line after which no end of it is expected any more."""


@dataclass(frozen=True)
class Fields:
    """What the fields, or columns, are called."""

    text: str = "text"
    id: str = "id"
    driver: str = "driver"


def answers(
    lines: Iterable[bytes | int | None], rulebook: Rulebook, redactor: Redactor, fields: Fields | None = None
) -> Iterator[dict[str, Any]]:
    """The answer to each line that is not empty, or to each row where the first line is the header of a CSV file.

    `None` is a line that was too long to be read, a number of bytes the beginning of one that has no end.
    """
    fields = fields or Fields()
    lines = iter(lines)
    first = next(lines, b"")
    if isinstance(first, bytes) and (delimiter := _delimiter(first, fields)):
        yield from _rows(chain((first,), lines), delimiter, fields, rulebook, redactor)
        return
    for number, line in enumerate(chain((first,), lines), 1):
        if isinstance(line, int):
            yield _unread(None, number, f"has no end after {files.size(line)}: nothing after it is read")
        elif line is None:
            yield _unread(None, number, f"is longer than {LONGEST_LINE // 1_000_000} MB")
        elif line.strip():
            yield _answer(line, number, fields, rulebook, redactor)


def _delimiter(header: bytes, fields: Fields) -> str:
    """What divides the columns of a CSV file; empty where the line is no header that names the text."""
    text = files.decoded(header).strip()
    if text.startswith(("{", "[")):
        return ""
    return next((mark for mark in ",;\t" if fields.text in _cells(text, mark)), "")


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line; none where it is no line of CSV."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _rows(
    lines: Iterable[bytes | int | None], delimiter: str, fields: Fields, rulebook: Rulebook, redactor: Redactor
) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(LONGEST_LINE)
    rows = csv.DictReader(_texts(lines), delimiter=delimiter)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as problem:
            yield _unread(None, rows.line_num, f"is no CSV: {problem}")
            continue
        if row is None:
            return
        id = row.get(fields.id)
        text = row.get(fields.text)
        if text is None:
            yield _unread(id, rows.line_num, f'has no "{fields.text}"')
        else:
            yield _told(id, text, row.get(fields.driver), rulebook, redactor)


def _texts(lines: Iterable[bytes | int | None]) -> Iterator[str]:
    """What is too long for a line ends the file: where its row ends, nobody knows."""
    for number, line in enumerate(lines):
        if not isinstance(line, bytes):
            return
        yield files.decoded(line) if number == 0 else line.decode("utf-8", "replace")


def lines(stream: IO[bytes]) -> Iterator[bytes | int | None]:
    """The lines of a stream, each as soon as it is there. Ends where a line has no end (/dev/zero)."""
    while line := stream.readline(LONGEST_LINE):
        if line.endswith(b"\n") or len(line) < LONGEST_LINE:
            yield line
            continue
        left = ENDLESS
        while line and not line.endswith(b"\n") and left > 0:
            line = stream.readline(LONGEST_LINE)
            left -= len(line)
        yield None if left > 0 else ENDLESS
        if left <= 0:
            return


def answer(id: Any, found: Decision) -> dict[str, Any]:
    """The answer that a line gets, as it goes into JSON."""
    also = [{"cause": cause, "rule": rule} for cause, rule in found.also]
    return {"id": id, "cause": found.cause, "rule": found.rule, "stage": found.stage, "also": also}


def _told(id: Any, text: str, driver: object, rulebook: Rulebook, redactor: Redactor) -> dict[str, Any]:
    seen = observations_of_text(text, redactor, _client(driver))
    return answer(id, conclude(seen, rulebook).decision)


def _answer(line: bytes, number: int, fields: Fields, rulebook: Rulebook, redactor: Redactor) -> dict[str, Any]:
    try:
        given = json_text.read(line.decode("utf-8", "replace"), LONGEST_LINE)
    except json_text.Unfit as problem:
        return _unread(None, number, str(problem).removeprefix("it "))
    if not isinstance(given, Mapping):
        return _unread(None, number, f'is not an object with "{fields.text}"')
    id, text = given.get(fields.id), given.get(fields.text)
    if not isinstance(text, str):
        said = f'"{fields.text}" is not a text' if fields.text in given else f'has no "{fields.text}"'
        return _unread(id, number, said)
    return _told(id, text, given.get(fields.driver), rulebook, redactor)


def _unread(id: Any, number: int, says: str) -> dict[str, Any]:
    return {"id": id, "cause": None, "rule": None, "stage": None, "also": [], "error": f"line {number} {says}"}


def _client(driver: object) -> str | None:
    """The client in the words of a help desk: `SQLAlchemy/psycopg2`, `libpq (psql)`; `None` if none of them is one."""
    if not isinstance(driver, str) or not driver:
        return None
    if driver not in _CLIENTS:
        if len(_CLIENTS) > MOST_DRIVERS:
            _CLIENTS.clear()
        _CLIENTS[driver] = next((word for word in _WORD.findall(driver[:200])[::-1] if _is_client(word)), None)
    return _CLIENTS[driver]


def _is_client(word: str) -> bool:
    try:
        resolve(word, None, None)
    except UnknownClient:
        return False
    return True


_WORD = re.compile(r"[A-Za-z][\w.-]*")
_CLIENTS: dict[str, str | None] = {}
MOST_DRIVERS = 1000
"""What is remembered of the words for drivers."""
