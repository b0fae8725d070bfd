"""`pgwhy explain`: what an error text, a cause or a rule means. Opens no connection."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diagnostics.causes import Cause
from diagnostics.cli import status
from diagnostics.cli.output import FORMATS, Terminal, rendered, write
from diagnostics.client import UnknownClient
from diagnostics.engine import explain_text
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
    told = [rules[name]] if name in rules else [rule for rule in rules if rule.cause == name]
    if name in set(Cause):
        about = Cause(name).about
        yield f"{name}" + (f" (stage: {about.stage})" if about.stage else "")
        yield from wrap(about.meaning, width, "  ")
    for rule in told:
        yield ""
        yield from _rule(rule, width)


def _rule(rule: Rule, width: int) -> Iterator[str]:
    yield from wrap(rule.title, width)
    yield f"  {rule.id}, {rule.severity}; who acts: {rule.owner}; waiting helps: {rule.retry}"
    yield ""
    yield from wrap(_plain(rule.because), width, "  ")
    for number, fix in enumerate(rule.fixes, 1):
        yield ""
        yield from wrap(f"{_plain(fix.title)} ({fix.kind})", width, f"  Fix {number}  ", " " * 9)
        for step in _plain(fix.steps).strip().splitlines():
            yield from wrap(step, width, " " * 9)
        if fix.caution:
            yield from wrap(f"Mind: {_plain(fix.caution)}", width, " " * 9)
    if rule.references:
        yield ""
    yield from (f"  {url}" for url in rule.references)


def _plain(text: str) -> str:
    """A rule's text without a run: `{target.host}` becomes `<target.host>`."""
    import re

    return re.sub(r"\{([a-z_]+\.[a-z_]+)\}", r"<\1>", text)
