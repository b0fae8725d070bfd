"""`pgwhy schema`: the JSON Schema of a report."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Print the JSON Schema (2020-12) of a report, as --format json writes it."""
    from pgwhy.cli.actions import schema as action

    return action.run()
