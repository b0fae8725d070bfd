"""`pgwhy lab`: a Postgres that is broken on purpose, to be tried with one's own client."""

from __future__ import annotations

import click

from pgwhy.cli import trouble
from pgwhy.lab.faults import real_clients


@click.group()
def command() -> None:
    """A real Postgres behind a gateway that routes by SNI, broken in a named way."""
    trouble.refuse_frozen()


@command.command("list", short_help="List the faults.")
def listed() -> None:
    """List the faults, one a line: name, tier, cause, title."""
    from pgwhy.cli.actions import lab as action

    action.listed()


@command.command("up", short_help="Start the lab with one fault and keep it running.")
@click.argument("fault")
def up(fault: str) -> int:
    """Keep the lab running with FAULT, and print what to try with your own client. Ctrl-C ends it."""
    from pgwhy.cli.actions import lab as action

    return action.up(fault)


@command.command("run", short_help="Diagnose faults and compare with what is expected.")
@click.argument("names", metavar="[FAULT]...", nargs=-1)
@click.option("--workers", type=click.IntRange(min=1), help="Number of faults to run at once [default: cores + 1].")
def run(names: tuple[str, ...], workers: int | None) -> int:
    """Diagnose each FAULT, or all of them, and say whether that was right. Exit status 1 if one was not."""
    from pgwhy.cli.actions import lab as action

    return action.run(names, workers)


@command.command("record", short_help="Run a real client against faults and store its output.")
@click.argument("names", metavar="FAULT...", nargs=-1, required=True)
@click.option("--client", type=click.Choice(list(real_clients.NAMED)), help="Client of the lab [default: psql].")
@click.option("--command", "shell", metavar="COMMAND", help="Command of another client that reads DATABASE_URL.")
@click.option("--title", metavar="TEXT", help="Name of the client of --command, such as 'pgx 4'.")
def recorded(names: tuple[str, ...], client: str | None, shell: str | None, title: str | None) -> int:
    """Run a real client against each FAULT and store its output in the file of the fault, as [seen]."""
    from pgwhy.cli.actions import lab as action

    return action.recorded(names, client, shell, title)
