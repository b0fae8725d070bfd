"""What goes wrong with a command itself: a wrong option, a pipe that is gone, and mistakes of ours."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgwhy.redaction import Redactor

USAGE = 2
INTERRUPTED = 130
BUG = 70
_known: list[Redactor] = []


def knows(redactor: Redactor) -> None:
    """From now on a trace is told without the secrets of this redactor as well: those of standard input, for one."""
    _known.append(redactor)


def told(error: Exception, arguments: Iterable[str]) -> int:
    """Say it on standard error and return the exit status. Nothing that is printed holds a secret of the arguments.

    Never raises: where the words cannot be made free of secrets, only the name of the mistake is said.
    """
    arguments = tuple(arguments)
    try:
        text, status = _words(error, arguments)
    except Exception as second:
        names = " and ".join(dict.fromkeys((type(error).__name__, type(second).__name__)))
        text, status = f"pgwhy: this is a bug in pgwhy, not in your connection: {names}\n", BUG
    with suppress(OSError, ValueError):  # nobody reads it any more
        sys.stderr.write(text)
        sys.stderr.flush()
    return status


def guard_threads() -> None:
    """What is raised on a thread, or in a task that nobody waits for, is not printed past the redactor.

    It belongs to a lookup or a preparation that the run does without. `PGWHY_DEBUG` shows it, without secrets.
    """
    import logging  # asyncio has imported both
    import threading

    def on_thread(args: threading.ExceptHookArgs) -> None:
        if os.environ.get("PGWHY_DEBUG") and isinstance(args.exc_value, Exception):
            told(args.exc_value, sys.argv[1:])

    threading.excepthook = on_thread
    logger = logging.getLogger("asyncio")
    if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        logger.addHandler(logging.NullHandler())
    logger.propagate = False


def _words(error: Exception, arguments: tuple[str, ...]) -> tuple[str, int]:
    import click  # not before a command has failed or imported it itself

    if isinstance(error, click.exceptions.Abort):
        return "", INTERRUPTED
    if isinstance(error, click.ClickException):
        import io

        said = io.StringIO()
        error.show(said)
        return without_secrets(said.getvalue(), arguments), USAGE
    if limit := _limit_of_the_machine(error):
        return f"pgwhy: {limit}\n", USAGE
    from pgwhy.rulebook.compiled import RuleError

    if isinstance(error, RuleError) and not error.is_ours:
        return _words(click.ClickException(f"the rules cannot be used:\n{error}"), arguments)
    return _confession(error, arguments), BUG


_LIMITS = {
    errno.EMFILE: "this process may open too few files (ulimit -n)",
    errno.ENFILE: "this machine has too many files open",
    errno.ENOMEM: "there is not enough memory",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EIO: "a disk or a terminal cannot be read or written",
}
"""What a machine refuses to any program, wherever in it."""


def _limit_of_the_machine(error: BaseException) -> str:
    """The sentence for a limit that an error, or one that it was raised from, is about; empty if it is about none."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return ""
        if isinstance(seen, MemoryError):
            return _LIMITS[errno.ENOMEM]
        if isinstance(seen, OSError) and seen.errno in _LIMITS:
            return _LIMITS[seen.errno]
        if isinstance(seen, FileNotFoundError) and "No usable temporary directory" in str(seen):  # of `tempfile`
            return "no folder for temporary files can be written (TMPDIR)"
        if isinstance(seen, RuntimeError) and "can't start new thread" in str(seen):
            return "this process may start too few threads (ulimit -u)"
        seen = seen.__cause__ or seen.__context__
    return ""


def refuse_frozen() -> None:
    """Raise a `UsageError` in the self-contained folder, for what starts programs with a Python of its own."""
    if getattr(sys, "frozen", False):
        import click

        raise click.UsageError("the lab is not in the self-contained folder; with Python: uvx 'pgwhy[lab]' demo")


def refuse_mistyped(word: str, commands: Collection[str]) -> None:
    """Raise a `UsageError` for a TARGET that is nearly the name of a command, or is one of Postgres' own programs; no
    connection string is a plain word."""
    from pgwhy.target.reading.in_command import PROGRAMS
    from pgwhy.terminal.spelling import SURE, nearest

    if word in PROGRAMS:
        import click

        raise click.UsageError(
            f"give pgwhy the connection string alone, without {word} in front; to watch the command itself:\n"
            f"  pgwhy run -- {word} ..."
        )

    near = nearest(word, (*commands, "help", "version"), SURE)
    if near:
        import click

        meant = "--version" if near == "version" else near
        raise click.UsageError(f"no command is called {word}; did you mean: pgwhy {meant}")


def without_secrets(text: str, arguments: Iterable[str]) -> str:
    """What click or the system says of an argument repeats it, and an argument in the wrong place may be a target."""
    from pgwhy.redaction import Redactor

    for redactor in (*_known, Redactor(_secrets(arguments))):
        text = redactor.clean(text)
    return text


def _confession(error: Exception, arguments: Iterable[str]) -> str:
    origin = error.__cause__ or error
    what = type(origin).__name__ if origin is error else f"{error} ({type(origin).__name__})"
    sentence = f"pgwhy: this is a bug in pgwhy, not in your connection: {what}\n"
    if not os.environ.get("PGWHY_DEBUG"):
        return sentence + "Please report it with what PGWHY_DEBUG=1 prints for the same command (without secrets).\n"
    import traceback

    return without_secrets("".join(traceback.format_exception(error)), arguments) + sentence


def _secrets(arguments: Iterable[str]) -> set[str]:
    """What may be a password among the arguments and what they name, or in the settings that are used without any,
    read again with as little as possible."""
    from pgwhy import target as targets
    from pgwhy.machine import Machine
    from pgwhy.redaction import environment

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
        found |= {secret.reveal() for secret in known} - ({text} if text and _is_name(text) else set())
    return found


def _is_name(text: str) -> bool:
    """It looks like the name of a file or of a command, which a message may repeat."""
    from pgwhy.redaction.named_values import looks_random

    return "/" in text or "." in text[1:] or not looks_random(text)
