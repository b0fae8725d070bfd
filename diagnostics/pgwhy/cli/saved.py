"""A saved report that a command was given: a file, or `-` for standard input. Every command reads it here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from pgwhy.cli import given as inputs
from pgwhy.redaction import Redactor

if TYPE_CHECKING:
    from pgwhy.finding import Report


def saved_report(given: str) -> Report:
    """The report, without secrets and terminal escapes, whatever wrote it. Raises click's errors, with a sentence."""
    from pgwhy.report import saved

    content = inputs.content(given)
    name = "standard input" if given == "-" else given
    with named(name):
        return report_in(saved.text_of(content), name)


def report_in(text: str, name: str) -> Report:
    """The same, from its text; `name` is what a sentence calls it."""
    from pgwhy.probes import VOCABULARY
    from pgwhy.report import saved

    with named(name):
        return Redactor().clean_value(saved.read(text, VOCABULARY))


@contextmanager
def named(name: str) -> Iterator[None]:
    """What is no report is told as an error of the command, with the name of the file."""
    from pgwhy.report.document import NotAReport

    try:
        yield
    except NotAReport as problem:
        raise click.UsageError(f"{name}: {problem}") from None
