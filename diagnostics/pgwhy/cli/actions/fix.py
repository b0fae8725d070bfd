"""`pgwhy fix [TARGET]`: the confirmed fix as an edit of the user's own file."""

from __future__ import annotations

import difflib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pgwhy.cli import destination, status
from pgwhy.cli import request as requests
from pgwhy.cli.output import Terminal, rendered, write
from pgwhy.cli.running import run as diagnose
from pgwhy.finding import Fix, Report, Verification
from pgwhy.redaction import Redactor
from pgwhy.target.model import CannotChange, InFile, Target

COPY = ".before-pgwhy"
"""What the copy of an edited file has behind its name."""


def run(target: str | None, to_write: bool, yes: bool, **options: Any) -> int:
    """Do what the command line asks for; the exit status."""
    request, redactor = requests.request(target, options)
    terminal = Terminal.here(request.machine.environment, request.machine.platform)
    report = diagnose(request, redactor, terminal if terminal.live else None)
    found = next(_edits(report, request.target), None)
    if found is None:
        write(rendered(report, "text", terminal, False), redactor)
        click.echo(f"pgwhy: {_why_not(report, request.target)}", err=True)
        return status.of_run(report, None) or status.CAUSE_NOT_FOUND
    fix, file, text = found
    write(_shown(fix, file, text, redactor), redactor)
    if fix.verification is not Verification.CONFIRMED:
        click.echo("pgwhy: another obstacle follows, so this edit is shown and not written", err=True)
        return status.of_run(report, None) or status.CAUSE_NOT_FOUND
    if to_write:
        _put(file, text, yes)
    return 0


def _edits(report: Report, target: Target) -> Iterator[tuple[Fix, InFile, str]]:
    """The fixes that help and can be made in the file, with its new text: confirmed ones before those that advanced."""
    from pgwhy.engine.verification import as_change
    from pgwhy.target.editing.in_file import text_with

    helps = (Verification.CONFIRMED, Verification.ADVANCED)
    fixes = [fix for finding in report.findings for fix in finding.fixes if fix.verification in helps and fix.change]
    for fix in sorted(fixes, key=lambda fix: helps.index(fix.verification)):
        if target.file is None:
            return
        try:
            yield fix, target.file, text_with(target, as_change(fix.change or {}))
        except CannotChange:
            continue


def _why_not(report: Report, target: Target) -> str:
    confirmed = [
        fix for finding in report.findings for fix in finding.fixes if fix.verification is Verification.CONFIRMED
    ]
    if not confirmed:
        return "no fix was confirmed, so there is no edit to make"
    if target.file is None:
        return "the connection is in no settings file that pgwhy can edit; the page above says what to change"
    return "the confirmed fix cannot be made in this file; the page above says what to change"


def _shown(fix: Fix, file: InFile, text: str, redactor: Redactor) -> str:
    """The edit as a unified diff without context, as the lines around may hold other secrets.

    Where only a secret changes, which both lines hide, its words say what changes.
    """
    before = redactor.clean(file.text.reveal()).splitlines(keepends=True)
    after = redactor.clean(text).splitlines(keepends=True)
    if before == after:
        return f"{fix.title}: {fix.verification}\n\n{fix.edit}\n"
    lines = difflib.unified_diff(before, after, file.path.name, file.path.name, n=0)
    shown = "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    return f"{fix.title}: {fix.verification}\n\n{shown}"


def _put(file: InFile, text: str, yes: bool) -> None:
    """Write the file, if it is as it was read. Raises `click.ClickException`."""
    from pgwhy.target.reading.completion import read_text

    path = file.path
    try:
        if read_text(path) != file.text.reveal():
            raise click.ClickException(f"{path.name} has changed since it was read: nothing was written")
        raw = path.read_bytes()
        new = text.encode("utf-8", "surrogateescape")
        if raw.decode("utf-8", "surrogateescape") != file.text.reveal():
            raise click.ClickException(f"{path.name} is not in UTF-8: make the edit by hand")
        if not yes and not _is_in_git(path) and not _agreed(path):
            raise click.ClickException(f"git does not know {path.name}: nothing was written (--yes writes it)")
        copy = path.with_name(path.name + COPY)
        destination.put(copy, raw)
        destination.put(path, new)
    except OSError as problem:
        raise click.FileError(str(path), problem.strerror) from None
    click.echo(f"pgwhy: {path.name} is written, and {copy.name} has what it was", err=True)


def _is_in_git(path: Path) -> bool:
    """Git has the file, unchanged: what is written over can be had again."""
    known = _git(path, "ls-files", "--error-unmatch")
    return known is not None and _git(path, "status", "--porcelain") == b""


def _git(path: Path, *words: str) -> bytes | None:
    """What git answers about a file; `None` where it refuses, or there is no git."""
    command = ["git", "-C", str(path.parent), *words, "--", path.name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False)  # noqa: S603 - words of ours
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _agreed(path: Path) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    return click.confirm(f"git does not know {path.name}, or it has changes. Write it?", err=True)
