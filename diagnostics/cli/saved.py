"""A saved report that a command was given: a file, or `-` for standard input."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from diagnostics.finding import Report
from diagnostics.probes import VOCABULARY
from diagnostics.redaction import Redactor
from diagnostics.report import saved
from diagnostics.report.document import NotAReport


def saved_report(given: str) -> Report:
    """The report, without secrets and terminal escapes, whoever wrote it. Raises click's errors, with a sentence."""
    try:
        read = saved.read(sys.stdin.read(), VOCABULARY) if given == "-" else saved.of_file(Path(given), VOCABULARY)
    except NotAReport as problem:
        raise click.UsageError(f"{given}: {problem}") from None
    except OSError as problem:
        raise click.FileError(given, problem.strerror) from None
    return Redactor().clean_value(read)
