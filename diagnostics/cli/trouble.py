"""What goes wrong with a command itself: a wrong option, a pipe that is gone, and mistakes of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable
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
    from diagnostics.rules_compiled import RuleError

    if isinstance(error, RuleError) and not error.is_ours:
        error = click.ClickException(f"the rules cannot be used:\n{error}")
    if isinstance(error, click.ClickException):
        import io

        said = io.StringIO()
        error.show(said)
        sys.stderr.write(without_secrets(said.getvalue(), arguments))
        return USAGE
    sys.stderr.write(_confession(error, arguments))
    return BUG


def refuse_mistyped(word: str, commands: Collection[str]) -> None:
    """Raise a `UsageError` for a TARGET that is nearly the name of a command; no connection string is a plain word."""
    from difflib import get_close_matches

    near = get_close_matches(word.casefold(), (*commands, "help", "version"), n=1, cutoff=0.7)
    if near:
        import click

        meant = "--version" if near == ["version"] else near[0]
        raise click.UsageError(f"no command is called {word}; did you mean: pgwhy {meant}")


def without_secrets(text: str, arguments: Iterable[str]) -> str:
    """What click or the system says of an argument repeats it, and an argument in the wrong place may be a target."""
    from diagnostics.redaction import Redactor

    for redactor in (*_known, Redactor(_secrets(arguments))):
        text = redactor.clean(text)
    return text


def _confession(error: Exception, arguments: Iterable[str]) -> str:
    origin = error.__cause__ or error
    what = type(origin).__name__ if origin is error else f"{error} ({type(origin).__name__})"
    sentence = f"pgwhy: this is a mistake in pgwhy, not in your connection: {what}\n"
    if not os.environ.get("PGWHY_DEBUG"):
        return sentence + "Please report it with what PGWHY_DEBUG=1 prints for the same command (without secrets).\n"
    import traceback

    return without_secrets("".join(traceback.format_exception(error)), arguments) + sentence


def _secrets(arguments: Iterable[str]) -> set[str]:
    """What may be a password among the arguments and what they name, or in the settings that are used without any,
    read again with as little as possible."""
    from diagnostics import target as targets
    from diagnostics.machine import Machine
    from diagnostics.redaction import environment

    machine = Machine.here()
    found = set(environment.secrets(machine.environment))
    for text in (None, *arguments):
        if text == "-":
            continue
        if text is not None and text.startswith("--"):
            name, _, value = text.partition("=")  # of `--url=postgresql://...`, or of a URL behind two dashes too many
            text = text.lstrip("-") if "://" in name else value
        try:
            target = targets.read(text.removeprefix("@") if text and "://" in text else text, machine)
        except Exception:  # noqa: S112 - the reader itself may be what is broken
            continue
        known = [*target.secrets, *([target.password] if target.password else [])]
        found |= {secret.reveal() for secret in known}
    return found
