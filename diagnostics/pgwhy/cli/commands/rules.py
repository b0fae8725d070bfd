"""`pgwhy rules`: list them, show one as a manual page, and everything that writing one takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgwhy.cli import options
from pgwhy.scales import Stage

if TYPE_CHECKING:
    from pgwhy.rulebook.book import Rulebook

WRONG = 1
"""The exit status where something is wrong with a rule."""


class _OrId(click.Group):
    """`pgwhy rules ID` is `pgwhy rules show ID`; without anything it is the catalogue."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])


@click.group(cls=_OrId, invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """The rules that pgwhy knows.

    \b
      pgwhy rules          all of them, by stage and cause
      pgwhy rules ID       the manual page of a rule, a cause or a code (28P01)
      pgwhy rules new ID   begin one of your own; test, lint and example help
    """
    if context.invoked_subcommand is None:
        _catalogue((), None)


@command.command("show", short_help="Show a rule, a cause or a code as a manual page.")
@click.argument("id", required=False)
@options.rules()
@click.option("--stage", type=click.Choice([s.value for s in Stage]), help="List only the rules of this stage.")
def show(id: str | None, folders: tuple[Path, ...], stage: str | None) -> int:
    """One rule, cause or code as a manual page; without ID the catalogue."""
    if id is None:
        _catalogue(folders, stage)
        return 0
    from pgwhy.manual import page as manual

    rules = _load(folders)
    page = manual.page(id, rules, _width())
    if page is None:
        from pgwhy.manual.topics import near

        raise click.UsageError(f'no rule, cause or code is called "{id}"{near(id, rules)}')
    _write(page)
    return 0


@command.command("list", short_help="List all rules, one a line, for grep.")
@options.rules()
def listed(folders: tuple[Path, ...]) -> None:
    """One line for each rule, for grep: its id, severity, cause and title."""
    from pgwhy.manual import catalogue

    _write(catalogue.lines(_load(folders)))


@command.command("new", short_help="Begin a rule of your own.")
@click.argument("id")
@click.option(
    "--rules",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("rules"),
    show_default=True,
    metavar="DIR",
    help="Folder of rules to write it to.",
)
def new(id: str, folder: Path) -> None:
    """Begin a rule: ID is its stage and what is wrong, as in startup/endpoint-not-specified."""
    from pgwhy.authoring.template import BLANK, BadId, create

    try:
        path = create(id, folder)
    except BadId as problem:
        raise click.UsageError(str(problem)) from None
    except OSError as problem:
        raise click.FileError(str(folder / f"{id}.toml"), problem.strerror) from None
    _write(f"{path} is there: fill in every {BLANK}, then  pgwhy rules test {path}\n")


@command.command("test", short_help="Test rules with their examples.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.rules()
def test(files: tuple[Path, ...], folders: tuple[Path, ...]) -> int:
    """Try the examples of rule FILES with all rules, and the examples of all other rules with these."""
    from pgwhy.cli.actions import rules_trial

    page, good = rules_trial.tested(files, _load(folders), _width())
    _write(page)
    return 0 if good else WRONG


@command.command("lint", short_help="Check rules as a reviewer would.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.rules()
def lint(files: tuple[Path, ...], folders: tuple[Path, ...]) -> int:
    """Check the rules in FILES or DIR, or all built-in ones, as a reviewer would. Exit status 1 if it has remarks."""
    from pgwhy.cli.actions import rules_trial

    page, good = rules_trial.linted(files, folders, _load(()))
    _write(page)
    return 0 if good else WRONG


@command.command("example", short_help="Turn a saved report into an example of a rule.")
@click.argument("report", metavar="REPORT")
@click.option("--rule", "id", metavar="ID", help="Rule of the example [default: the one that the report names].")
@options.rules()
def example(report: str, id: str | None, folders: tuple[Path, ...]) -> None:
    """Print a saved REPORT (a file, or - ) as an [[example]] of a rule, with made-up names in place of real ones."""
    from pgwhy.authoring.example import written
    from pgwhy.cli.saved import saved_report
    from pgwhy.engine import reports

    rules = _load(folders)
    if id is not None and id not in rules:
        from pgwhy.manual.topics import near

        raise click.UsageError(f'no rule is called "{id}"{near(id, rules)}')
    told = saved_report(report)
    cause = id or reports.of_saved(told, rules).verdict.rule
    wanted = next((rule for rule in rules if rule.id == cause), None)
    _write(written(told, wanted))


def _catalogue(folders: tuple[Path, ...], stage: str | None) -> None:
    from pgwhy.manual import catalogue

    _write(catalogue.page(_load(folders), _width(), Stage(stage) if stage else None))


def _load(folders: tuple[Path, ...]) -> Rulebook:
    from pgwhy.engine import reports

    return reports.all_rules(folders)


def _width() -> int:
    from pgwhy.cli.output import here

    return here().width


def _write(page: str) -> None:
    from pgwhy.cli.output import write
    from pgwhy.redaction import Redactor

    write(page, Redactor())
