"""`pgwhy fleet`: many targets at once, and what those that fail have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pgwhy.cli import options as shared

RECIPES = ("kubernetes", "ansible")
LISTS = ("lines", "csv", "jsonl")
_PATH = click.Path(exists=True, path_type=Path)
_COUNT = click.IntRange(min=1)


@click.command()
@click.argument("arguments", nargs=-1, metavar="LIST | report DIR")
@click.option("--list", "form", type=click.Choice(LISTS), help="How LIST is written [default: by its name].")
@click.option(
    "--from-kubernetes", type=_PATH, metavar="PATH", help="Read the targets from manifests: a file or a folder."
)
@click.option(
    "--from-ansible",
    type=_PATH,
    metavar="FILE",
    help="Read the targets from an inventory: hosts with variables for Postgres.",
)
@click.option(
    "--group", default="", metavar="NAME", help="With --from-ansible: every host of this group, and no other."
)
@click.option("--login", is_flag=True, help="Also log in; without it no password is sent.")
@click.option("--verify", is_flag=True, help="Try the fixes.")
@shared.client("Client to check for [default: what each target implies].")
@shared.timeout()
@shared.rules()
@click.option("--concurrency", type=_COUNT, metavar="N", help="Targets at a time [default: 200; 32 with --login].")
@click.option("--processes", type=_COUNT, metavar="N", help="Processes on this machine [default: one for each core].")
@click.option(
    "--per-host", type=_COUNT, default=8, show_default=True, metavar="N", help="Targets of one host at a time."
)
@click.option(
    "--per-provider", type=_COUNT, default=64, show_default=True, metavar="N", help="Targets of one provider at a time."
)
@click.option("--results", type=shared.FILE, metavar="FILE", help="Write each answer to this file as it comes.")
@click.option("--resume", is_flag=True, help="Continue an earlier run that wrote --results.")
@click.option("--full", is_flag=True, help="Add the whole report to each answer.")
@click.option("--place", default="", metavar="NAME", help="Name of this place [default: this machine's name].")
@click.option("--cluster", metavar="ADDRESS", help="Examine the targets on the workers of Dask: tcp://scheduler:8786.")
@click.option("--from-every-worker", is_flag=True, help="Examine each target from every worker, and compare.")
@click.option("--send-secrets", is_flag=True, help="Send passwords to the workers: only to a tls:// scheduler.")
@click.option("--recipe", type=click.Choice(RECIPES), help="Print how to run from many places without Dask.")
@shared.format(("text", "jsonl", "html"))
@shared.output()
def command(**chosen: Any) -> int:
    """Examine many targets, and say what those that fail have in common.

    LIST is one of these; `report DIR` joins the answers of several places instead:

    \b
      targets.txt     a target a line, in any form: URL, env:NAME, @FILE:NAME ...
      targets.csv     a column `target`, or host, port, user ...; else labels
      targets.jsonl   the same as objects
      config/         a folder: every connection that its settings files name
      -               standard input

    Nobody is logged in unless you ask for it (--login). Exit status: that of `pgwhy check` for the worst target.
    """
    from pgwhy.cli.actions import fleet as action

    return action.run(**chosen)
