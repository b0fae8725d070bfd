"""`pgwhy rules`: list them, show one, lint them."""

from __future__ import annotations

from pathlib import Path

import click

from diagnostics.cli.output import write
from diagnostics.probes import VOCABULARY
from diagnostics.redaction import Redactor


@click.group()
def command() -> None:
    """The rules that pgwhy knows. `pgwhy explain RULE` shows one of them in full."""


@command.command("list")
@click.option(
    "--rules",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Further rules of your own.",
)
def listed(folders: tuple[Path, ...]) -> None:
    """One line for each rule: its id, severity, cause and title."""
    from diagnostics import rulebook
    from diagnostics.rules_compiled import RuleError

    try:
        rules = rulebook.load(VOCABULARY, *folders)
    except RuleError as error:
        raise click.UsageError(str(error)) from None
    width = max(len(rule.id) for rule in rules)
    lines = [f"{rule.id:<{width}}  {rule.severity:<7}  {rule.cause or '-':<28}  {rule.title}" for rule in rules]
    write("\n".join(lines) + "\n", Redactor())


@command.command("lint")
def lint() -> int:
    """What a reviewer would say of the built-in rules; exit status 1 if there is anything to say."""
    from diagnostics import lint

    return lint.main()
