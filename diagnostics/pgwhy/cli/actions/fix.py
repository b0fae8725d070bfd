"""`pgwhy fix [TARGET]`: the confirmed fix as an edit of the user's own file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pgwhy.causes import FixKind
from pgwhy.cli import destination, status
from pgwhy.cli import request as requests
from pgwhy.cli.output import Terminal, rendered, write
from pgwhy.cli.running import run as diagnose
from pgwhy.finding import Fix, Report, Verification
from pgwhy.redaction import Redactor
from pgwhy.target.files.rewriting import Replacement, Rewritten
from pgwhy.target.model import CannotChange, Target

COPY = ".before-pgwhy"
"""What the copy of an edited file has behind its name."""
_HELPS = (Verification.CONFIRMED, Verification.ADVANCED)


def run(target: str | None, to_write: bool, yes: bool, **options: Any) -> int:
    """Do what the command line asks for; the exit status."""
    request, redactor = requests.request(target, options)
    terminal = Terminal.here(request.machine.environment, request.machine.platform)
    report = diagnose(request, redactor, terminal if terminal.live else None)
    otherwise = status.of_run(report, None) or status.CAUSE_NOT_FOUND
    found = next(_edits(report, request.target), None)
    if found is None:
        write(rendered(report, "text", terminal, False), redactor)
        click.echo(f"pgwhy: {_why_not(report, request.target)}", err=True)
        return otherwise
    fix, edited = found
    write(_shown(fix, edited, redactor), redactor)
    if fix.verification is not Verification.CONFIRMED:
        click.echo("pgwhy: another obstacle follows, so this edit is shown and not written", err=True)
        return otherwise
    if to_write:
        _put(edited, yes)
    return 0


def _edits(report: Report, target: Target) -> Iterator[tuple[Fix, Rewritten]]:
    """The fixes that help and can be made in the file, with the file: confirmed ones before those that advanced."""
    from pgwhy.engine.verification import as_change
    from pgwhy.target.editing.in_file import file_with

    fixes = [fix for fix in _helping(report) if fix.kind is not FixKind.TEST_ONLY and fix.change]
    for fix in sorted(fixes, key=lambda fix: _HELPS.index(fix.verification)):
        try:
            yield fix, file_with(target, as_change(fix.change or {}))
        except CannotChange:
            continue


def _helping(report: Report) -> list[Fix]:
    return [fix for finding in report.findings for fix in finding.fixes if fix.verification in _HELPS]


def _why_not(report: Report, target: Target) -> str:
    kinds = {fix.kind for fix in _helping(report)}
    if not kinds:
        return "no fix was confirmed, so there is no edit to make"
    if kinds == {FixKind.TEST_ONLY}:
        return "what was confirmed is only a test and not to be kept, so there is no edit to make"
    if target.file is None:
        return "the connection is in no settings file that pgwhy can edit; the page above says what to change"
    return "the fix cannot be made in this file; the page above says what to change"


def _shown(fix: Fix, edited: Rewritten, redactor: Redactor) -> str:
    """The edit as a unified diff, of the changed values alone: the rest of a line may hold other secrets.

    Where only a secret changes, which both sides hide, the words of the edit say what changes.
    """
    hunks = [_hunk(each, redactor) for each in edited.replacements]
    if all(before == after for _, before, after in hunks):
        return f"{fix.title}: {fix.verification}\n\n{fix.edit}\n"
    name = edited.file.path.name
    shown = "".join(f"@@ -{line} +{line} @@\n-{before}\n+{after}\n" for line, before, after in hunks)
    return f"{fix.title}: {fix.verification}\n\n--- {name}\n+++ {name}\n{shown}"


def _hunk(each: Replacement, redactor: Redactor) -> tuple[int, str, str]:
    return each.line, redactor.clean(each.name + each.before), redactor.clean(each.name + each.after)


def _put(edited: Rewritten, yes: bool) -> None:
    """Write the file, if it is as it was read. Raises `click.ClickException`."""
    path, then = edited.file.path, edited.file.text.reveal()
    try:
        raw = path.read_bytes()
        if raw.decode("utf-8", "surrogateescape") != then:
            raise click.ClickException(f"{path.name} is not as it was read: nothing was written")
        if not yes and not _agreed(path):
            raise click.ClickException(f"nothing was written to {path.name}: nobody agreed to it (--yes writes it)")
        copy = path.with_name(path.name + COPY)
        destination.put(copy, raw)
        destination.put(path, edited.text.encode("utf-8", "surrogateescape"))
    except OSError as problem:
        raise click.FileError(str(path), problem.strerror) from None
    click.echo(f"pgwhy: {path.name} is written, and {copy.name} has what it was", err=True)


def _agreed(path: Path) -> bool:
    """The user says so. Nothing asks git: a repository's own settings could make it run programs."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(f"Write {path.name}? A copy is kept beside it.", err=True)
