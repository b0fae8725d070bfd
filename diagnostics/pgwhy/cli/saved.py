"""A saved report that a command was given: a file, or `-` for standard input. Every command reads it here."""

from __future__ import annotations

import click

from pgwhy.cli import given as inputs
from pgwhy.finding import Report
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor
from pgwhy.report import saved
from pgwhy.report.document import NotAReport


def saved_report(given: str) -> Report:
    """The report, without secrets and terminal escapes, whatever wrote it. Raises click's errors, with a sentence."""
    content = inputs.content(given)
    try:
        return Redactor().clean_value(saved.of_bytes(content, VOCABULARY))
    except NotAReport as problem:
        raise click.UsageError(f"{'standard input' if given == '-' else given}: {problem}") from None
