"""The list of targets: which there are, read one by one, so that a list of any length fits in memory.

One module a way of writing it. Nothing that cannot be read ends the list: it becomes an `Entry` with its error.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO

from pgwhy.fleet.task import BadList as BadList
from pgwhy.fleet.task import Entry
from pgwhy.foreign import files
from pgwhy.machine import Machine

LONGEST_LINE = 1_000_000
"""Bytes of a line; a target has some hundred."""


class ListForm(StrEnum):
    """How a list of targets is written."""

    LINES = "lines"
    """A target a line, `#` before a comment."""
    CSV = "csv"
    JSON_LINES = "jsonl"
    KUBERNETES = "kubernetes"
    """Manifests: each Secret, ConfigMap or Deployment that holds a connection."""
    ANSIBLE = "ansible"
    """An inventory: INI, YAML, or the JSON of `ansible-inventory --list`."""
    FOLDER = "folder"
    """Settings files, each with the connections that it names."""


def form_of(path: Path) -> ListForm:
    """By what it is and how it is called. Manifests and inventories are never guessed: any YAML file may be one."""
    if path.is_dir():
        return ListForm.FOLDER
    endings = {".csv": ListForm.CSV, ".jsonl": ListForm.JSON_LINES, ".ndjson": ListForm.JSON_LINES}
    return endings.get(path.suffix.lower(), ListForm.LINES)


def entries(path: Path, form: ListForm, machine: Machine, group: str = "") -> Iterator[Entry]:
    """The targets of a file or a folder; `group`: of an inventory only those of this group, and all of them.

    Raises `BadList`, and `OSError` as it goes on.
    """
    if form in (ListForm.LINES, ListForm.CSV, ListForm.JSON_LINES):
        with files.opened_given(path) as stream:
            yield from of_stream(stream, form)
    elif form is ListForm.ANSIBLE:
        from pgwhy.fleet.lists import ansible

        yield from ansible.entries(path, group)
    else:
        from pgwhy.fleet.lists import settings

        yield from settings.entries(path, machine, only_kubernetes=form is ListForm.KUBERNETES)


def of_stream(stream: IO[bytes], form: ListForm) -> Iterator[Entry]:
    """The targets of standard input, or of a file. A stream that begins with `{` is JSON Lines.

    Raises `BadList` for a table without a column that says where to connect.
    """
    from pgwhy.fleet.lists import tables

    numbered = _lines(stream)
    first = next(((number, line) for number, line in numbered if line is None or line.strip()), None)
    if first is None:
        return
    line = first[1] or ""
    if form is ListForm.LINES and line.lstrip().startswith("{"):
        form = ListForm.JSON_LINES
    rest = _after(first, numbered)
    if form is ListForm.CSV:
        yield from tables.of_csv(rest)
    elif form is ListForm.JSON_LINES:
        yield from tables.of_json_lines(rest)
    else:
        yield from tables.of_lines(rest)


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, str | None]]:
    """Numbered; `None` for one that is too long to be a target, which is passed over."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if line.endswith(b"\n") or len(line) < LONGEST_LINE:
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            yield number, text.removeprefix("\ufeff") if number == 1 else text
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)
        yield number, None


def _after(first: tuple[int, str | None], rest: Iterator[tuple[int, str | None]]) -> Iterator[tuple[int, str | None]]:
    yield first
    yield from rest
