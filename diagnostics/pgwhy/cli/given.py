"""What the user names on the command line to be read: a file, or `-` for standard input. With a bound on both."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgwhy.foreign import files

if TYPE_CHECKING:
    from pgwhy.machine import Machine
    from pgwhy.target import Target

STANDARD_INPUT = "-"


def content(name: str, limit: int = files.LIMIT, hint: str = "") -> bytes:
    """The bytes of a file, or of standard input. Raises click's errors, with a sentence; `hint` is what to do about
    a standard input that is too large."""
    try:
        return files.stream(sys.stdin.buffer, limit) if name == STANDARD_INPUT else files.given(name, limit)
    except (OSError, ValueError) as problem:
        raise unreadable(name, problem, hint) from None


def text(name: str, limit: int = files.LIMIT) -> str:
    """The text of a file, or of standard input, in UTF-8 or UTF-16. Raises click's errors."""
    return files.decoded(content(name, limit))


def log(name: str) -> bytes:
    """As `content`; of a larger file the beginning and the end, and standard error says so."""
    if name == STANDARD_INPUT:
        return content(name, hint=_TAIL)
    try:
        raw, whole = files.ends(name)
    except (OSError, ValueError) as problem:
        raise unreadable(name, problem) from None
    if whole is not None:
        half = files.size(files.ENDS // 2)
        sys.stderr.write(f"{name} has {files.size(whole)}: its first {half} and its last {half} are read.\n")
    return raw


def read(text: str | None, machine: Machine, inside: str | None = None, must_choose: bool = True) -> Target:
    """The target of a command. With `must_choose`, raises `click.UsageError` where a file names several connections."""
    from pgwhy import target as targets

    if text is not None and not _is_plain(text):
        from pgwhy.cli import natural  # for what is no string, file or variable

        text = natural.target(text, machine)
    found = targets.read(text, machine, _target, inside)
    if text is None and targets.is_nothing(found):
        found = _of_the_project(machine) or found
    if must_choose and (listed := targets.choice(found)):
        raise click.UsageError(listed)
    return found


def _of_the_project(machine: Machine) -> Target | None:
    """The only connection that the project's settings files name; `None` if they name none.

    Raises `click.UsageError` with a command for each where there are several.
    """
    from pgwhy.target.reading.in_project import settings_files

    seen = settings_files(machine)
    if len(seen) == 1 and seen[0].target is not None:
        return seen[0].target
    if seen:
        raise click.UsageError(
            "no TARGET was given, and several settings files of this project name a connection. Choose one:\n"
            + "\n".join(f"  {each.command}" for each in seen)
        )
    return None


def _target() -> str:
    """The target on standard input, for `pgwhy.target.read`: that tells of an `OSError` in its diagnosis."""
    from pgwhy.target.reading import completion

    try:
        text = completion.as_text(files.stream(sys.stdin.buffer, completion.FILE_LIMIT))
    except ValueError as problem:  # it was closed
        raise OSError(errno.EBADF, str(problem)) from None
    from pgwhy.cli import natural

    return natural.standard_input(text)


def _is_plain(text: str) -> bool:
    """It says itself what it is; a healthy run asks no further."""
    return text == "-" or text.startswith(("@", "env:", "postgres://", "postgresql://"))


def unreadable(name: str, problem: OSError | ValueError, hint: str = "") -> click.ClickException:
    """The sentence for a file that cannot be read. A name with a NUL in it is a `ValueError` of Python's."""
    why = problem.strerror if isinstance(problem, OSError) else "no file can have that name"
    if name == STANDARD_INPUT:
        return click.UsageError(f"standard input cannot be read: {why}{hint if _is_large(problem) else ''}")
    return click.FileError(os.fspath(Path(name)), why)


def _is_large(problem: OSError | ValueError) -> bool:
    return isinstance(problem, files.Refused) and problem.errno == errno.EFBIG


_TAIL = ". The last lines are enough: tail -n 1000 FILE | pgwhy explain -"
