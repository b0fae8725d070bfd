"""`pgwhy fix [TARGET]`: the confirmed fix as an edit of the user's own file."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import request as requests


@click.command(short_help="Print the confirmed fix as an edit of your file, or make it.")
@click.argument("target", required=False)
@requests.run_options
@click.option("--write", is_flag=True, help="Make the edit in the file, and keep a copy of the file beside it.")
@click.option("--yes", is_flag=True, help="Write the file without asking.")
def command(target: str | None, write: bool, yes: bool, **options: Any) -> int:
    """Diagnose a connection, and print the confirmed fix as an edit of the file that names it.

    The edit is a unified diff of the value alone; secrets are hidden. With --write it is made, after you agreed, and
    nothing else in the file changes. Only a confirmed fix is written. Exit status: 0 there is such an edit, otherwise
    as `pgwhy check`.
    """
    from pgwhy.cli.actions import fix as action

    return action.run(target, write, yes, **options)
