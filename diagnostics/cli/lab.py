"""`pgwhy lab`: a Postgres that is broken on purpose, to be tried with one's own client."""

from __future__ import annotations

import asyncio
import shlex

import click

from diagnostics.engine import selector_loop
from diagnostics.lab import faults
from diagnostics.lab.faults import Fault
from diagnostics.lab.installation import PostgresError


@click.group()
def command() -> None:
    """A real Postgres behind a gateway that routes by SNI, broken in a named way."""


@command.command("list")
def listed() -> None:
    """The faults, a line each."""
    slugs = faults.slugs()
    width = max(map(len, slugs))
    for slug in slugs:
        click.echo(f"{slug:<{width}}  {faults.load(slug).title}")


@command.command("up")
@click.argument("fault")
def up(fault: str) -> int:
    """Keep the lab running with FAULT, and print what to try with your own client. Ctrl-C ends it."""
    if fault not in faults.slugs():
        raise click.BadParameter(f"no fault is called {fault!r}; see: pgwhy lab list", param_hint="FAULT")
    try:
        # The gateway waits for descriptors, as libpq does.
        with asyncio.Runner(loop_factory=selector_loop) as runner:
            runner.run(_kept(faults.load(fault)))
    except PostgresError as error:
        raise click.ClickException(str(error)) from None
    return 0


async def _kept(fault: Fault) -> None:
    async with faults.world_for(fault) as world:
        given = faults.prepare(fault, world)
        click.echo(f"{fault.title}\n")
        # This world and its password exist until Ctrl-C, on loopback: here the password is meant to be seen.
        for name, value in given.environment.items():
            click.echo(f"export {name}={shlex.quote(value)}")
        if given.target is not None:
            click.echo(f"  {shlex.quote(given.target.reveal())}")
        if given.error is not None:
            click.echo(f"\nThe failing client prints:\n  {given.error}")
        click.echo("\nCtrl-C ends it.")
        await asyncio.Event().wait()
