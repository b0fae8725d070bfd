"""`pgwhy explain FOLDER` or `*.zip`: many saved reports, tickets and error texts, as a table of their causes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pgwhy.causes import Cause
from pgwhy.cli import trouble
from pgwhy.cli.output import Terminal, write
from pgwhy.engine import batch
from pgwhy.engine.conclusion import conclude
from pgwhy.engine.reports import observations_of_text
from pgwhy.engine.verdict import Decision
from pgwhy.finding import Status
from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.probes import VOCABULARY
from pgwhy.project import SKIPPED as SKIPPED_FOLDERS
from pgwhy.redaction import Redactor, for_machine
from pgwhy.report import saved
from pgwhy.report.document import NotAReport
from pgwhy.rulebook.book import Rulebook
from pgwhy.terminal.width import shortened, wrap
from pgwhy.values import dataclass

NO_CAUSE, SKIPPED = "cause not found", "not read"
NOTHING = Decision(Status.UNKNOWN, None, None, None, ())


@dataclass(frozen=True)
class Told:
    """One file."""

    name: str
    """Its path in the folder."""
    what: str
    """Its cause, `connects`, or why there is none."""
    answer: Decision
    note: str = ""


def told(named: list[Path], format: str, rules: Rulebook, terminal: Terminal) -> int:
    """Print the table of what is named, or one line of JSON for each file; exit status 0 if each has an answer.

    A file of a folder is called as it is in that folder, another one as the user named it.
    """
    redactor = for_machine(Machine.here())
    trouble.knows(redactor)
    found = [(path, name) for each in named for path, name in _named(each)]
    every = [_told(path, redactor.clean(name), rules, redactor) for path, name in found]
    every = [replace(each, note=redactor.clean(each.note)) for each in every]
    if format == "text":
        write("\n".join(_table(every, terminal.width)) + "\n", redactor)
    else:
        write("".join(json.dumps(_line(each), ensure_ascii=False) + "\n" for each in every), redactor)
    return 0 if every and all(each.what not in (NO_CAUSE, SKIPPED) for each in every) else 3


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


def _told(path: Path, name: str, rules: Rulebook, redactor: Redactor) -> Told:
    try:
        content, _whole = files.ends(path)
    except OSError as problem:
        return Told(name, SKIPPED, NOTHING, problem.strerror or "")
    try:
        text = saved.text_of(content)
    except NotAReport as problem:
        return Told(name, SKIPPED, NOTHING, str(problem))
    if "\0" in text:
        return Told(name, SKIPPED, NOTHING, "no text")
    if saved.is_report(text):
        return _of_report(text, name, rules)
    found = conclude(observations_of_text(text, redactor), rules).decision
    return Told(name, found.cause or NO_CAUSE, found)


def _of_report(text: str, name: str, rules: Rulebook) -> Told:
    from pgwhy.engine.reports import of_saved

    try:
        verdict = of_saved(saved.read(text, VOCABULARY), rules).verdict
    except NotAReport as problem:
        return Told(name, SKIPPED, NOTHING, str(problem))
    found = Decision(verdict.status, verdict.stage, verdict.cause, verdict.rule, verdict.also)
    good = verdict.status if verdict.status in ("connects", "reachable") else NO_CAUSE
    return Told(name, verdict.cause or good, found)


def _line(each: Told) -> dict[str, Any]:
    known = batch.answer(each.name, each.answer)
    return {**known, "error": each.note} if each.what == SKIPPED else known


def _table(every: list[Told], width: int) -> Iterator[str]:
    """The most frequent cause first, with the files that have it."""
    groups: dict[str, list[Told]] = {}
    for each in every:
        groups.setdefault(each.what, []).append(each)
    if not every:
        yield "There is no file in this folder."
        return
    order = sorted(groups.items(), key=lambda group: (group[0] in (NO_CAUSE, SKIPPED), -len(group[1])))
    yield from _summary(every, order, width)
    for what, same in order:
        meaning = Cause(what).about.meaning if what in set(Cause) else ""
        yield ""
        yield from wrap(f"{what}: {meaning}" if meaning else what, width, f"{len(same):>4}  ")
        for each in same:
            yield from _file(each, width)


def _summary(every: list[Told], order: list[tuple[str, list[Told]]], width: int) -> Iterator[str]:
    """How many files and causes, and one line for each: what a person wants of a thousand files."""
    causes = [what for what, _ in order if what in set(Cause)]
    files_ = f"{len(every)} file{'s' * (len(every) != 1)}"
    unread = sum(each.what == SKIPPED for each in every)
    parts = [files_, f"{len(causes)} cause{'s' * (len(causes) != 1)}", *([f"{unread} not read"] if unread else [])]
    yield ", ".join(parts)
    if len(order) > 1:
        yield from (shortened(f"{len(same):>4}  {what}", width) for what, same in order)


def _file(each: Told, width: int) -> Iterator[str]:
    if each.note:  # a sentence, which is not cut
        yield from wrap(f"{each.name}: {each.note}", width, "      ", "        ")
    else:
        yield shortened(f"      {each.name}  {each.answer.rule or ''}".rstrip(), width)
