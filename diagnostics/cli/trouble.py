"""What goes wrong with a command itself: a wrong option, a pipe that is gone, and mistakes of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnostics.redaction import Redactor

USAGE = 2
INTERRUPTED = 130
BUG = 70
_known: list[Redactor] = []


def knows(redactor: Redactor) -> None:
    """From now on a trace is told without the secrets of this redactor as well: those of standard input, for one."""
    _known.append(redactor)


def told(error: Exception, arguments: Iterable[str]) -> int:
    """Say it on standard error and return the exit status. Nothing that is printed holds a secret of the arguments."""
    import click  # not before a command has failed or imported it itself

    if isinstance(error, click.exceptions.Abort):
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return USAGE
    sys.stderr.write(_confession(error, arguments))
    return BUG


def _confession(error: Exception, arguments: Iterable[str]) -> str:
    origin = error.__cause__ or error
    what = type(origin).__name__ if origin is error else f"{error} ({type(origin).__name__})"
    sentence = f"pgwhy: this is a mistake in pgwhy, not in your connection: {what}\n"
    if not os.environ.get("PGWHY_DEBUG"):
        return sentence + "Please report it with what PGWHY_DEBUG=1 prints for the same command (without secrets).\n"
    import traceback

    from diagnostics.redaction import Redactor

    trace = "".join(traceback.format_exception(error))
    for redactor in (*_known, Redactor(_secrets(arguments))):
        trace = redactor.clean(trace)
    return trace + sentence


def _secrets(arguments: Iterable[str]) -> set[str]:
    """What may be a password among the arguments and what they name, or in the settings that are used without any,
    read again with as little as possible."""
    from diagnostics import target as targets
    from diagnostics.machine import Machine
    from diagnostics.redaction import environment

    machine = Machine.here()
    found = set(environment.secrets(machine.environment))
    for text in (None, *arguments):
        if text is not None and (text == "-" or text.startswith("--")):
            continue
        try:
            target = targets.read(text, machine)
        except Exception:  # noqa: S112 - the reader itself may be what is broken
            continue
        known = [*target.secrets, *([target.password] if target.password else [])]
        found |= {secret.reveal() for secret in known}
    return found
