"""`pgwhy schema`: the JSON Schema of a report."""

from __future__ import annotations

import json

from pgwhy.cli.output import write
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor
from pgwhy.report.schema import schema


def run() -> None:
    """Do what the command line asks for; the exit status."""
    write(json.dumps(schema(VOCABULARY), indent=2) + "\n", Redactor())
