"""`pgwhy explain FOLDER` or `*.zip`: many saved reports, tickets and error texts, as a table of their causes."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from pgwhy.archive import history, workers
from pgwhy.archive.told import SKIPPED, Told
from pgwhy.cli import status, trouble
from pgwhy.cli.output import Terminal, write
from pgwhy.engine import batch
from pgwhy.machine import Machine
from pgwhy.project import SKIPPED as SKIPPED_FOLDERS
from pgwhy.redaction import for_machine


def told(named: list[Path], format: str, folders: tuple[Path, ...], terminal: Terminal) -> int:
    """Print the table or the page of what is named, or one line of JSON for each file as it is read; exit status 0 if
    each has an answer. `folders`: of further rules.

    A file of a folder is called as it is in that folder, another one as the user named it. Ctrl-C ends it with what is
    known by then.
    """
    redactor = for_machine(Machine.here())
    trouble.knows(redactor)
    found = [(path, redactor.clean(name)) for each in named for path, name in _named(each)]
    whole, ended = history.History(), 0
    try:
        for each in workers.every(found, folders):
            whole.add(each)
            if format not in ("text", "html"):
                write(json.dumps(_line(each), ensure_ascii=False) + "\n", redactor)
    except KeyboardInterrupt:
        ended = status.INTERRUPTED
    if format in ("text", "html") and (whole.total or not ended):
        from pgwhy.archive import pages

        lines = [pages.page(whole)] if format == "html" else pages.table(whole, terminal.width, terminal.unicode)
        write("\n".join(lines).removesuffix("\n") + "\n", redactor)
    if ended:
        sys.stderr.write(f"Interrupted. {whole.total:,} of {len(found):,} files are answered.\n")
    return ended or (0 if whole.answered else 3)


def _named(given: Path) -> list[tuple[Path, str]]:
    """A file, or those of a folder, each with its name."""
    if not given.is_dir():
        return [(given, str(given))]
    return [(path, str(path.relative_to(given))) for path in _files(given)]


def _files(folder: Path) -> list[Path]:
    """In order; hidden ones, and what was installed or built, are nobody's tickets."""
    found: list[Path] = []
    for where, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name not in SKIPPED_FOLDERS and not name.startswith(".")]
        found += [Path(where, name) for name in names if not name.startswith(".")]
    return sorted(found)


def _line(each: Told) -> dict[str, Any]:
    known = batch.answer(each.name, each.answer)
    if each.what == SKIPPED:
        return {**known, "error": each.note}
    return {**known, "at": each.at} if each.at else known
