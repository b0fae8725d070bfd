"""`pgwhy lab`: a Postgres that is broken on purpose, to be tried with one's own client."""

from __future__ import annotations

import asyncio
import shlex
from importlib import import_module
from typing import Any

import click

EXTRA = "pip install 'pgwhy[lab]'"


def room(name: str) -> Any:
    """A module of the lab. Raises `click.ClickException` that names the extra where that is not installed."""
    try:
        return import_module(f"diagnostics.lab.{name}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("diagnostics"):
            raise
        raise click.ClickException(f"the lab needs {missing.name}, which comes with: {EXTRA}") from None


@click.group()
def command() -> None:
    """A real Postgres behind a gateway that routes by SNI, broken in a named way."""


@command.command("list")
def listed() -> None:
    """The faults, a line each."""
    faults = room("faults")
    slugs = faults.slugs()
    width = max(map(len, slugs))
    for slug in slugs:
        click.echo(f"{slug:<{width}}  {faults.load(slug).title}")


@command.command("up")
@click.argument("fault")
def up(fault: str) -> int:
    """Keep the lab running with FAULT, and print what to try with your own client. Ctrl-C ends it."""
    faults = room("faults")
    if fault not in faults.slugs():
        raise click.BadParameter(f"no fault is called {fault!r}; see: pgwhy lab list", param_hint="FAULT")
    asyncio.run(_kept(faults, faults.load(fault)))
    return 0


async def _kept(faults: Any, fault: Any) -> None:
    async with faults.world_for(fault) as world:
        given = faults.prepare(fault, world)
        click.echo(f"{fault.title}\n")
        # This world and its password exist until Ctrl-C, on loopback: here the password is meant to be seen.
        for name, value in given.environment.items():
            click.echo(f"export {name}={shlex.quote(value)}")
        if given.target is not None:
            click.echo(f"  {given.target.reveal()}")
        if given.error is not None:
            click.echo(f"\nThe failing client prints:\n  {given.error}")
        click.echo("\nCtrl-C ends it.")
        await asyncio.Event().wait()
