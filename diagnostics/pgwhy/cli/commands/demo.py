"""`pgwhy demo`: four broken connections on a Postgres of pgwhy's own."""

from __future__ import annotations

import click


@click.command()
def command() -> int:
    """Start a small Postgres world on this machine, break it in four ways, and diagnose each. Needs no account."""
    from pgwhy.cli.actions import demo as action

    return action.run()
