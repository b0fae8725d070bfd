"""`pgwhy schema`: the JSON Schema of a report."""

from __future__ import annotations

import json

import click

from diagnostics.cli.output import write
from diagnostics.probes import VOCABULARY
from diagnostics.redaction import Redactor
from diagnostics.report.schema import schema


@click.command()
def command() -> None:
    """Print the JSON Schema (2020-12) of a report, as --format json writes it."""
    write(json.dumps(schema(VOCABULARY), indent=2) + "\n", Redactor())
