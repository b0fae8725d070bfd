"""`pgwhy checklist [TARGET]`: what must hold before a team may call itself connected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pgwhy.cli import options as shared
from pgwhy.cli import request as requests


@click.command()
@click.argument("target", required=False)
@requests.run_options
@shared.format(["text", "markdown", "html", "json"])
@shared.output()
@click.option(
    "--project",
    type=shared.FOLDER,
    default=Path(),
    metavar="DIR",
    help="Folder of the application's code [default: this one].",
)
@click.option(
    "--answers",
    "answers_file",
    type=shared.FILE,
    metavar="FILE",
    help=f"File of ticked boxes and accepted risks [default: {shared.ANSWERS}].",
)
@click.option(
    "--baseline",
    type=shared.FILE,
    metavar="FILE",
    help="Show what changed since this file was saved; write it if it does not exist.",
)
@click.option("--update", is_flag=True, help="Save the new state as the baseline afterwards.")
def command(**chosen: Any) -> int:
    """Check what a team should have in place before it relies on a connection.

    Each item is checked where a probe can, and is a box to tick where none can, with who and how. In the answers file
    a box is ticked under [ticked.ITEM] (by, on) and a risk accepted under [accepted.ITEM] (owner, until, reason).
    Exit status 1 if an item does not hold and nobody has accepted that.
    """
    from pgwhy.cli.actions import checklist as action

    return action.run(**chosen)
