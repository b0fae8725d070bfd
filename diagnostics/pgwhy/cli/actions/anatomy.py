"""`pgwhy anatomy [TARGET]`: what each part of a connection string means."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.anatomy.drawing import drawing
from pgwhy.anatomy.parts import parts
from pgwhy.cli import given as inputs
from pgwhy.cli import trouble
from pgwhy.cli.output import here, write
from pgwhy.machine import Machine
from pgwhy.terminal.style import line
from pgwhy.terminal.width import wrap

if TYPE_CHECKING:
    from pgwhy.target.model import Target
    from pgwhy.terminal.style import Line

UNREADABLE = 1


def run(format_: str, target: str | None) -> int:
    """Do what the command line asks for; the exit status."""
    read = inputs.read(target, Machine.here())
    if targets.is_nothing(read):
        raise click.UsageError("nothing here names a connection: no TARGET, and no DATABASE_URL or PGHOST in sight")
    redactor = redaction.for_target(read)
    trouble.knows(redactor)
    found = redactor.clean_value(parts(read))
    if format_ == "json":
        named = [asdict(part) for part in found if part.name]
        write(json.dumps(named, indent=2, ensure_ascii=False) + "\n", redactor)
    else:
        terminal = here()
        width = min(terminal.width, 120)
        lines = [*_trouble(read, width), *(drawing(found, width, terminal.unicode) if len(found) > 1 else ())]
        text = "".join(one.shown(terminal.colour) + "\n" for one in lines)
        write(redactor.clean(text) if read.problems else text, redactor)
    return UNREADABLE if read.problems else 0


def _trouble(read: Target, width: int) -> list[Line]:
    """What is wrong with it comes first: the drawing is then what its client makes of it."""
    if not read.problems:
        return []
    said = [one for problem in read.problems for one in wrap(problem.detail, width, "  * ", "    ")]
    told = "This is how its client reads it. What is wrong with it:"
    return [*(line(one) for one in (told, *said, "What to do about it: pgwhy check, with the same target")), line()]
