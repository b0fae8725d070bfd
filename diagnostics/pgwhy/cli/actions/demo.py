"""`pgwhy demo`: four broken connections on a Postgres of pgwhy's own."""

from __future__ import annotations

from pgwhy.cli import trouble
from pgwhy.cli.output import here, write
from pgwhy.lab import demo
from pgwhy.redaction import Redactor


def run() -> int:
    """Do what the command line asks for; the exit status."""
    trouble.refuse_frozen()
    terminal = here()
    redactor = Redactor()
    # The reports are clean when they come; this is the last look at what leaves.
    return demo.main(lambda text: write(text, redactor), terminal.width, terminal.unicode, terminal.colour)
