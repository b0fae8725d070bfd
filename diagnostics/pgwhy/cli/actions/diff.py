"""`pgwhy diff A B`: it works here and not there; where two runs part, and why."""

from __future__ import annotations

import json
from pathlib import Path

from pgwhy.cli.output import Terminal, here, write
from pgwhy.cli.saved import saved_report
from pgwhy.comparison import page as told
from pgwhy.comparison.difference import compare
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor

PARTS = 1


def run(a: Path, b: Path, format_: str, output: Path | None, verbose: bool) -> int:
    """Do what the command line asks for; the exit status."""
    runs = (saved_report(str(a)), saved_report(str(b)))
    names = (a.name, b.name) if a.name != b.name else (str(a), str(b))
    found = compare(*runs, VOCABULARY)
    if format_ == "json":
        text = json.dumps(told.document(found, runs, names), indent=2, ensure_ascii=False) + "\n"
    else:
        terminal = Terminal() if output else here()
        page = told.lines(found, runs, names, min(terminal.width, 100), verbose)
        text = "".join(one.shown(terminal.colour) + "\n" for one in page)
    write(text, Redactor(), output)
    return PARTS if found.parts else 0
