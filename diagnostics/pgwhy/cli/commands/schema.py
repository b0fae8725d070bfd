"""`pgwhy schema`: the JSON Schema of a report."""

from __future__ import annotations

import json

import click

from pgwhy.cli.output import write
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor
from pgwhy.report.schema import schema


@click.command()
def command() -> None:
    """Print the JSON Schema (2020-12) of a report, as --format json writes it."""
    write(json.dumps(schema(VOCABULARY), indent=2) + "\n", Redactor())
