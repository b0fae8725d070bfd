"""`pgwhy explain`: what an error text, a saved report, a cause, a rule or a code means. Opens no connection."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgwhy.cli import given as inputs
from pgwhy.cli import status, trouble
from pgwhy.cli.options import check_quiet
from pgwhy.cli.output import Terminal, brief, here, rendered, step_summary, write
from pgwhy.cli.saved import named, report_in
from pgwhy.client import UnknownClient
from pgwhy.engine import reports
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor, for_machine

if TYPE_CHECKING:
    from pgwhy.finding import Report
    from pgwhy.rulebook.book import Rulebook


LONGEST_PATH = 255
"""What is longer is an error text, and no system has to be asked whether it is a file."""


def run(
    texts: tuple[str, ...],
    client: str | None,
    rule: str | None,
    batch: str | None,
    text_field: str | None,
    id_field: str | None,
    format_: str,
    folders: tuple[Path, ...],
    verbose: bool,
    quiet: bool,
) -> int:
    """Do what the command line asks for; the exit status."""
    check_quiet(quiet, format_, verbose)
    if batch is not None:
        return _batch(batch, texts, text_field, id_field, folders)
    if text_field or id_field:
        raise click.UsageError("--text-field and --id-field are about the file of --batch")
    terminal = here()
    if len(texts) > 1:
        paths = [_path(each) for each in texts]
        named = [path for path in paths if path is not None]
        if len(named) == len(paths):
            return _several(named, format_, folders, terminal)
    text = " ".join(texts) if texts else None  # an error text that nobody quoted
    if text is not None and format_ == "text" and rule is None and _show_manual(text, folders, terminal):
        return 0
    path = _path(text)
    if path is not None and path.is_dir():
        return _several([path], format_, folders, terminal)
    redactor = for_machine(Machine.here())
    trouble.knows(redactor)
    given = _read(text, path)
    from pgwhy.report import saved

    then: Report | None = None
    try:
        if saved.is_report(given):
            then, report = _asked_again(given, str(path or "standard input"), folders)
        else:
            report = redactor.clean_value(reports.of_text(given, Machine.here(), client, folders))
    except UnknownClient as unknown:
        raise click.BadParameter(str(unknown), param_hint="--client") from None
    if quiet:
        write(brief(report, terminal), redactor)
        return status.of_text(report)
    if rule is not None:
        return _why_not(rule, report, folders, terminal)
    if format_ == "github":
        step_summary(report, redactor, Machine.here().environment)
    lead = f"{_same_run(then, report)}\n" if then is not None and format_ == "text" else ""
    write(lead + rendered(report, format_, terminal, verbose), redactor)
    return status.of_text(report)


def _path(text: str | None) -> Path | None:
    """The file or folder that TEXT names, with @ or without; `None` if TEXT is the text itself or standard input."""
    import re

    if not text or text == "-" or len(text) > LONGEST_PATH or not text.isprintable():
        return None
    path = Path(text.removeprefix("@"))
    try:
        if path.exists():
            return path
    except OSError as problem:
        raise click.FileError(str(path), problem.strerror) from None
    if text.startswith("@") or re.fullmatch(r"\S{1,200}\.(?:json|jsonl|log|txt|md|html|zip|csv)", text):
        raise click.FileError(str(path), "no such file")
    return None


def _read(text: str | None, path: Path | None) -> str:
    """The text itself, or what is in the file or on standard input that it names."""
    if path is not None:
        return _unpacked(inputs.log(str(path)), str(path))
    if text is None and sys.stdin.isatty():
        raise click.UsageError("what is to be explained? An error text, a file with it, or - for standard input")
    return _unpacked(inputs.content("-"), "standard input") if text in (None, "-") else str(text)


def _unpacked(content: bytes, name: str) -> str:
    """The text; out of a ticket its report."""
    from pgwhy.report import saved

    with named(name):
        return saved.text_of(content)


def _rules(folders: tuple[Path, ...]) -> Rulebook:
    return reports.all_rules(folders)


def _show_manual(name: str, folders: tuple[Path, ...], terminal: Terminal) -> bool:
    """Print the manual page of a rule, a cause or a code; False if it is none of these."""
    import re

    if not re.fullmatch(r"[A-Za-z0-9_/-]{3,80}", name) or Path(name).exists():
        return False
    from pgwhy.manual import page as manual

    rules = _rules(folders)
    page = manual.page(name, rules, terminal.width)
    if page is not None:
        write(page, Redactor())
        return True
    if "-" in name:
        from pgwhy.manual.topics import near

        if hint := near(name, rules):
            sys.stderr.write(f"No rule, cause or code is called {name}{hint} It is read as an error text.\n")
    return False


def _asked_again(text: str, name: str, folders: tuple[Path, ...]) -> tuple[Report, Report]:
    """A saved report, and the same run as today's rules see it."""
    then = report_in(text, name)
    return then, reports.of_saved(then, _rules(folders))


def _same_run(then: Report, now: Report) -> str:
    """`Run 7f3c91 of 2026-11-25 22:14 UTC, asked again with today's rules: the same cause as then.`"""
    when = then.started_at[:16].replace("T", " ")
    before, after = then.verdict.cause or then.verdict.status, now.verdict.cause or now.verdict.status
    answer = "as then" if before == after else f"then it was {before}"
    return f"Run {then.report_id} of {when} UTC, today's rules: {answer}"


def _why_not(name: str, report: Report, folders: tuple[Path, ...], terminal: Terminal) -> int:
    from pgwhy.manual import why_not_page
    from pgwhy.manual.topics import near, topic

    rules = _rules(folders)
    known = topic(name, rules)
    if known is None:
        raise click.BadParameter(f"no rule is called {name}{near(name, rules)}", param_hint="--why-not")
    pages = (why_not_page.page(rule, report.observations, rules, min(terminal.width, 100)) for rule in known.rules)
    write("\n".join(pages), Redactor())
    return 0


def _several(named: list[Path], format: str, folders: tuple[Path, ...], terminal: Terminal) -> int:
    if format not in ("text", "json", "jsonl", "html"):
        raise click.UsageError(f"several files are told as text, HTML or JSON Lines, and not as {format}")
    from pgwhy.cli.actions import explain_folder

    return explain_folder.told(named, format, folders, terminal)


def _batch(
    file: str, texts: tuple[str, ...], text_field: str | None, id_field: str | None, folders: tuple[Path, ...]
) -> int:
    if texts:
        raise click.UsageError("--batch has its texts in its file: leave TEXT out")
    from pgwhy.cli.actions import explain_batch as batch
    from pgwhy.engine.batch import Fields

    standard = Fields()
    return batch.answer(file, _rules(folders), Fields(text_field or standard.text, id_field or standard.id))
