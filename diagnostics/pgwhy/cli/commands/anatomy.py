"""`pgwhy anatomy [TARGET]`: what each part of a connection string means."""

from __future__ import annotations

import click

from pgwhy.cli import options


@click.command()
@options.format(["text", "json"])
@click.argument("target", required=False)
def command(format_: str, target: str | None) -> int:
    """Draw a connection string and say what each part of it means. The password is hidden.

    TARGET is what `pgwhy check` accepts: a string in any dialect, @file, env:NAME, - or nothing.
    """
    from pgwhy.cli.actions import anatomy as action

    return action.run(format_, target)
