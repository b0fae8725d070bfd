"""`pgwhy ticket [TARGET | REPORT]`: bundle what support needs into one .zip."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgwhy import ticket
from pgwhy.cli import given, status
from pgwhy.cli import request as requests
from pgwhy.cli.output import write, write_archive
from pgwhy.cli.saved import saved_report
from pgwhy.error_text import without_escapes
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor
from pgwhy.ticket.inventory import Entry, inventory
from pgwhy.ticket.overview import summary
from pgwhy.ticket.pseudonyms import BadKeyFile, Key, pseudonymous, with_names

if TYPE_CHECKING:
    from pgwhy.finding import Report


KEY_FILE = "pgwhy-pseudonyms.json"
LONGEST_PATH = 255
"""A longer TARGET is a connection string, and no system has to be asked whether it is a file."""


def run(
    target: str | None,
    on_stdout: bool,
    output: Path | None,
    pseudonyms: bool,
    key_file: Path | None,
    reply: str | None,
    **options: Any,
) -> int:
    """Do what the command line asks for; the exit status."""
    key_file = key_file or Path(KEY_FILE)
    if reply is not None:
        return _with_names(reply, key_file, output)
    machine = Machine.here()
    saved = _saved(target)
    entries: tuple[Entry, ...] = ()
    if saved is not None:
        report, redactor = saved, Redactor()
        left_out = ticket.left_out_of(report, saved=True)
    else:
        from pgwhy.cli.running import run

        asked, redactor = requests.request(target, options)
        report = run(asked, redactor, None)
        entries = redactor.clean_value(inventory(report, machine))
        left_out = ticket.left_out_of(report, saved=False)
    if pseudonyms:
        key = _key(key_file)
        report = pseudonymous(report, key)
        entries = ()
        left_out += [
            "names of hosts, roles and databases, and addresses: pseudonyms stand for them",
            "the machine and the certificates themselves: both hold names",
        ]
        write(key.text(), Redactor(), key_file)
        sys.stderr.write(f"The key to the pseudonyms is in {key_file}. It stays with you.\n")
    if on_stdout:
        write(ticket.as_markdown(report, entries, left_out), redactor, output)
        return status.of_run(report, None)
    archive = output or Path(f"pgwhy-{report.report_id}.zip")
    write_archive(ticket.files(report, entries, left_out), redactor, archive)
    lines = [f"{said.label:<7} {said.text}" for said in summary(report)]
    write("\n".join([*lines, "", f"{archive} is written: read it, then attach it to your ticket."]) + "\n", redactor)
    return status.of_run(report, None)


def _with_names(reply: str, key_file: Path, output: Path | None) -> int:
    if not key_file.exists():
        raise click.FileError(str(key_file), "no such file; --key names the file that --pseudonyms made")
    text = without_escapes(given.text(reply))
    write(with_names(text, _key(key_file)), Redactor(), output)
    return 0


def _saved(target: str | None) -> Report | None:
    """The report in the file that the argument names; `None`: it is a target."""
    if not target or target.startswith(("@", "env:")) or len(target) > LONGEST_PATH or not target.isprintable():
        return None
    try:
        is_there = Path(target).exists()
    except (OSError, ValueError):
        return None  # a connection string is no name of a file
    if is_there and not Path(target).is_dir():
        return saved_report(target)
    if re.fullmatch(r"[^@\s=][^\s=:]*\.(json|zip)", target):
        raise click.FileError(target, "no such file" if not is_there else "it is a folder")
    return None


def _key(file: Path) -> Key:
    if not file.exists():
        return Key.new()
    try:
        return Key.read(given.text(str(file)))
    except (BadKeyFile, AttributeError, ValueError, RecursionError) as problem:
        raise click.UsageError(f"{file}: {problem}") from None
