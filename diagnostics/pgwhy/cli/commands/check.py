"""`pgwhy [TARGET]`: diagnose a connection."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import COMMANDS
from pgwhy.cli import options as shared
from pgwhy.cli import request as requests
from pgwhy.scales import Severity

HELP = """Why does this Postgres connection fail, and what makes it work?

TARGET is one of these; the first three keep the password out of your shell's history:

\b
  env:DATABASE_URL     a variable of the environment
  @.env                a file: a framework's or tool's settings, or a string
  -                    standard input
  'postgresql://...'   a connection string: URL, keywords, JDBC, Npgsql ...

Without TARGET: DATABASE_URL, .env, PGSERVICE, PG* variables, then the project's settings files.
"""

EPILOG = (
    "\b\nCommands (for a TARGET with such a name: `pgwhy check TARGET`):\n"
    + "\n".join(f"  {name:<10} {text}" for name, text in COMMANDS.items())
    + "\n\nExit status: 0 it connects, 1 it fails and the cause is known, 2 wrong options, 3 cause not found, "
    "4 it connects and --fail-on met a finding, 70 a bug in pgwhy, 130 interrupted."
)


@click.command(help=HELP, epilog=EPILOG)
@click.argument("target", required=False)
@requests.run_options
@click.option(
    "--wait",
    type=shared.Seconds(min=0),
    metavar="SECONDS",
    help="Retry until it connects, but stop at once at an error that waiting cannot fix.",
)
@shared.format(shared.FORMATS)
@shared.output()
@click.option(
    "--fail-on", type=click.Choice([s.value for s in Severity]), help="Exit with 4 if it connects with such a finding."
)
@click.option("--ignore", multiple=True, metavar="RULE=REASON", help="Hide the warnings and notes of this rule.")
@click.option(
    "--project",
    type=shared.FOLDER,
    metavar="DIR",
    help="Find the drivers of this project and say what each will do.",
)
@click.option("--plan", is_flag=True, help="List the connections a run would open, and open none.")
@shared.verbose()
@shared.quiet("Print one line, or nothing if it connects.")
@click.option("--version", is_flag=True, help="Show the version and exit.")
def command(target: str | None, version: bool, **options: Any) -> int:
    """Diagnose a connection."""
    from pgwhy.cli.actions import check as action

    return action.run(target, version, **options)
