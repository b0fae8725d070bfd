"""`pgwhy explain`: what an error text, a saved report, a cause, a rule or a code means. Opens no connection."""

from __future__ import annotations

from typing import Any

import click

from pgwhy.cli import options


@click.command()
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@options.client("Client that printed the text.")
@click.option("--why-not", "rule", metavar="RULE", help="Show why this rule matches or not, with the observed values.")
@click.option(
    "--batch",
    metavar="FILE",
    help="Explain each line of this file or -: JSON or CSV with `text` (and `id`, `driver`).",
)
@click.option("--text-field", metavar="NAME", help="Field or column of --batch that has the text [default: text].")
@click.option("--id-field", metavar="NAME", help="Field or column of --batch that has the id [default: id].")
@options.format(options.FORMATS)
@options.rules()
@options.verbose("Show everything that the text says.")
@options.quiet("Print one line.")
def command(**chosen: Any) -> int:
    """Say what TEXT means, without any network. TEXT is one of these:

    \b
      'FATAL: ...'      what a program printed, as much of it as you have
      error.log, @FILE  a file with it; - is standard input
      report.json       a saved report or a ticket (.zip), by today's rules
      tickets/, *.zip   a folder or several files: their causes over time
      sni-missing       a cause, a rule or a code (28P01, P1001): its manual page

    Exit status: 0 a cause is named, 3 none is.
    """
    from pgwhy.cli.actions import explain as action

    return action.run(**chosen)
