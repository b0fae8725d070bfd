"""`pgwhy ticket [TARGET | REPORT]`: bundle what support needs into one .zip."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import options as shared
from pgwhy.cli import request as requests


@click.command()
@click.argument("target", required=False, metavar="[TARGET | REPORT]")
@requests.run_options
@click.option("--stdout", "on_stdout", is_flag=True, help="Print the ticket as Markdown and write no file.")
@shared.output("Name of the .zip [default: pgwhy-ID.zip].")
@click.option("--pseudonyms", is_flag=True, help="Replace addresses and the names of hosts, roles and databases.")
@click.option(
    "--key",
    "key_file",
    type=shared.FILE,
    metavar="FILE",
    help="File that keeps the pseudonyms; do not send it [default: pgwhy-pseudonyms.json].",
)
@click.option(
    "--names",
    "reply",
    metavar="FILE",
    help="Print this text (- for standard input) with the names that the pseudonyms of --key stand for.",
)
def command(**chosen: Any) -> int:
    """Bundle what support needs into one .zip, with a list of what was left out.

    It holds a summary of five lines, the page, the report for programs and for a browser, and what this machine has:
    libraries, drivers, resolver, proxies. No password is in it. A REPORT is a saved one (`--format json`).
    Exit status as `pgwhy check`.

    \b
      pgwhy ticket --pseudonyms          hide the names; the key stays with you
      pgwhy ticket --names reply.txt     read the answer with the real names
    """
    from pgwhy.cli.actions import ticket as action

    return action.run(**chosen)
