"""`pgwhy checklist [TARGET]`: what must hold before a team may call itself connected."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from pgwhy import checklist as lists
from pgwhy.checklist import Change, Checklist, answers, pages
from pgwhy.checklist.answers import Answers, BadAnswers
from pgwhy.checklist.item import items
from pgwhy.checklist.workplace import Workplace, look
from pgwhy.cli import given as inputs
from pgwhy.cli import options as shared
from pgwhy.cli import request as requests
from pgwhy.cli import status
from pgwhy.cli.output import Terminal, write
from pgwhy.foreign.json_text import Unfit
from pgwhy.machine import Machine
from pgwhy.project import scan

FAILS = 1


def run(
    target: str | None,
    format_: str,
    output: Path | None,
    project: Path,
    answers_file: Path | None,
    baseline: Path | None,
    update: bool,
    **options: Any,
) -> int:
    """Do what the command line asks for; the exit status."""
    if update and baseline is None:
        raise click.UsageError("--update needs --baseline FILE")
    machine = Machine.here()
    said = _answers(answers_file, machine.folder)
    before = _baseline(baseline)
    asked, redactor = requests.request(target, options)
    from pgwhy.cli.running import run

    report = run(asked, redactor, None)
    interrupted = bool(report.extra.get("interrupted"))
    around = Workplace()
    try:
        if not interrupted:
            around = look(asked.target, asked.client, machine, project, scan(project))
    except KeyboardInterrupt:
        interrupted = True
    seen = report.observations.with_record(redactor.clean_value(around))
    found = lists.evaluate(report, seen, said, machine.now.date())
    since = lists.changes(found, before) if before is not None else None
    write(_rendered(found, since, format_, Terminal() if output else _terminal(machine)), redactor, output)
    if interrupted:  # nothing is saved of a run that did not see everything
        return status.INTERRUPTED
    if baseline is not None and (before is None or update):
        write(json.dumps(pages.document(found), indent=2, ensure_ascii=False) + "\n", redactor, baseline)
        sys.stderr.write(f"The baseline is in {baseline}.\n")
    return 0 if found.passes else FAILS


def _terminal(machine: Machine) -> Terminal:
    return Terminal.here(machine.environment, machine.platform)


def _rendered(found: Checklist, since: tuple[Change, ...] | None, format: str, terminal: Terminal) -> str:
    if format == "json":
        told = pages.document(found) | ({"since": [vars(each) for each in since]} if since is not None else {})
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    if format == "markdown":
        return pages.as_markdown(found, since)
    if format == "html":
        from pgwhy.checklist.html import page

        return page(found, since)
    lines = pages.lines(found, since, min(terminal.width, 100))
    return "".join(one.shown(terminal.colour) + "\n" for one in lines)


def _answers(named: Path | None, folder: Path) -> Answers:
    file = named or folder / shared.ANSWERS
    if named is None and not file.exists():
        return answers.NONE
    try:
        return answers.read(inputs.text(str(file)), [item.id for item in items()])
    except BadAnswers as problem:
        raise click.UsageError(f"{file}: {problem}") from None


def _baseline(file: Path | None) -> dict[str, Any] | None:
    if file is None or not file.exists():
        return None
    try:
        return pages.baseline(inputs.text(str(file)))
    except Unfit as problem:
        raise click.UsageError(f"{file} is no checklist that pgwhy saved: {problem}") from None
