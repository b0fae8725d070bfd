"""`pgwhy explain`: what an error text, a cause or a rule means. Opens no connection."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnostics.causes import Cause
from diagnostics.cli import status
from diagnostics.cli.output import FORMATS, Terminal, rendered, step_summary, write
from diagnostics.client import UnknownClient
from diagnostics.engine import explain_text
from diagnostics.finding import Kind
from diagnostics.machine import Machine
from diagnostics.probes import VOCABULARY
from diagnostics.redaction import Redactor
from diagnostics.report.width import wrap

if TYPE_CHECKING:
    from diagnostics.rulebook import Rule, Rulebook


@click.command()
@click.argument("text")
@click.option("--client", metavar="NAME[@VERSION]", help="The client that printed it.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="What to print: text.")
@click.option("-v", "--verbose", is_flag=True, help="Everything that the text tells.")
def command(text: str, client: str | None, format_: str, verbose: bool) -> int:
    """Say what TEXT means: an error text, @FILE or - with one, a cause such as sni-missing, or the id of a rule."""
    machine = Machine.here()
    terminal = Terminal.here(machine.environment, machine.platform)
    redactor = Redactor()
    from diagnostics import rulebook

    rules = rulebook.load(VOCABULARY)
    if text in set(Cause) or text in rules:
        write("\n".join(_page(text, rules, min(terminal.width, 100))) + "\n", redactor)
        return 0
    try:
        report = redactor.clean_value(explain_text(_read(text), machine, client))
    except UnknownClient as unknown:
        raise click.BadParameter(str(unknown), param_hint="--client") from None
    if format_ == "github":
        step_summary(report, redactor, machine.environment)
    write(rendered(report, format_, terminal, verbose), redactor)
    return status.of_text(report)


def _read(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if text.startswith("@") and Path(text[1:]).is_file():
        return Path(text[1:]).read_text(encoding="utf-8", errors="replace")
    return text


def _page(name: str, rules: Rulebook, width: int) -> Iterator[str]:
    """What is known of a cause and of every rule that names it, or of one rule."""
    told = [rules[name]] if name in rules else _general_first([rule for rule in rules if rule.cause == name])
    if name in set(Cause):
        about = Cause(name).about
        yield f"{name}" + (f" (stage: {about.stage})" if about.stage else "")
        yield from wrap(about.meaning, width, "  ")
        if len(told) > 1:
            yield from wrap(f"{len(told)} problems end like this; pgwhy tells which one it is.", width, "  ")
    for rule in told:
        yield ""
        yield from _rule(rule, width)
    yield ""
    yield "To have a connection looked at, and the fixes tried:"
    yield "  pgwhy env:DATABASE_URL --error '<what it printed>'"


def _general_first(rules: list[Rule]) -> list[Rule]:
    """A rule that others of the same cause supersede is the general case of them."""
    superseded = [other for rule in rules for other in rule.supersedes]
    return sorted(rules, key=lambda rule: -superseded.count(rule.id))


def _rule(rule: Rule, width: int) -> Iterator[str]:
    yield from wrap(_title(rule.title), width)
    yield from wrap(f"{rule.id}, {rule.severity}; who acts: {rule.owner}; waiting helps: {rule.retry}", width, "  ")
    yield ""
    yield from _paragraph(rule.because, width, "  ")
    # What is said in words of a certain client stands there for every client as well.
    fixes = sorted(
        (fix for fix in rule.fixes if "{client." not in fix.title), key=lambda fix: list(Kind).index(fix.kind)
    )
    for number, fix in enumerate(fixes, 1):
        kind = "" if fix.kind is Kind.REPAIR else f" ({fix.kind})"
        yield ""
        yield from wrap(f"{_title(fix.title)}{kind}", width, f"  Fix {number}  ", " " * 9)
        yield from _paragraph(fix.steps, width, " " * 9)
        if fix.caution:
            yield from _paragraph(f"Mind: {fix.caution.strip()}", width, " " * 9)
    if rule.references:
        yield ""
    yield from (f"  {url}" for url in rule.references)


def _paragraph(text: str, width: int, indent: str) -> Iterator[str]:
    """A text without a run: sentences that speak of what was seen are left out."""
    from diagnostics.facts import Observations
    from diagnostics.wording import word

    for part in word(text, Observations({})).splitlines():
        yield from wrap(part, width, indent)


def _title(text: str) -> str:
    """A title without a run: each fact by a name in angle brackets."""
    from diagnostics.wording import placeholders, unworded

    for path in placeholders(text):
        if path in _NAMES:
            text = text.replace(f"{{{path}}}", f"<{_NAMES[path]}>")
    return unworded(text)


_NAMES = {
    "settings.first_unknown_parameter": "setting",
    "settings.nearest_parameter": "right name",
    "settings.invalid_value": "value",
    "settings.valid_value": "mode",
    "settings.passfile_ignored": "file",
    "session.round_trip_ms": "n",
    "session.ignored_parameters": "settings",
    "settings.foreign_parameters": "settings",
    "target.other_candidates": "variables",
}
"""Facts whose own names say little to a reader."""
