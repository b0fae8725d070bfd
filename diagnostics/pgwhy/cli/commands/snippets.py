"""`pgwhy snippets [TARGET]`: the code or the settings to paste for each stack, right for its driver."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import options


@click.command()
@click.option("--for", "stacks", metavar="STACK,...", help="Show only these stacks; one alone is printed as one file.")
@click.option("--pooled", "host", flag_value="pooled", default="", help="Use the pooled host for every stack.")
@click.option("--direct", "host", flag_value="direct", help="Use the direct host for every stack.")
@click.option("--from", "form", metavar="DIALECT", help="Read TARGET, a file or a text, as this dialect (see --list).")
@options.format(["text", "json"])
@click.option("--list", "listed", is_flag=True, help="List the stacks and dialects.")
@click.argument("target", required=False)
def command(**chosen: Any) -> int | None:
    """What to paste for each stack: code or settings, right for its driver and for this target.

    The password is not in it: it is PGPASSWORD of the environment. With one stack the file alone goes to standard
    output, and what to know of it to standard error.
    """
    from pgwhy.cli.actions import snippets as action

    return action.run(**chosen)
