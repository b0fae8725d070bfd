"""What people give as a TARGET that is no connection string: a file without `@`, `host:port`, an error text.

Where it is plain what is meant, it is done. Otherwise the command that is meant is printed, which repeats nothing that
could be a secret.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import click

from pgwhy.machine import Machine
from pgwhy.target.dialects import recognised

_HOST_AND_PORT = re.compile(r"(?:[\w-]+\.)*[\w-]+:\d{1,5}")
_LOGS = frozenset((".log", ".txt", ".out", ".err"))
_LONGEST_PATH = 1_000


def target(text: str | None, machine: Machine) -> str | None:
    """The TARGET that is meant; `None` where that is the project around.

    Raises `click.UsageError` with the command that is meant instead.
    """
    if text is None or text == "-" or text.startswith(("@", "env:")) or "://" in text or recognised(text):
        return text
    if _is_there(text, machine.folder, Path.is_file):
        return _file(text)
    if _is_there(text, machine.folder, Path.is_dir):
        _folder(text, machine)
        return None
    if _HOST_AND_PORT.fullmatch(text):
        return f"postgresql://{text}"
    if _is_an_error(text):
        raise click.UsageError("this is an error text, not a connection string. To explain it:\n  pgwhy explain '...'")
    return text


def standard_input(text: str) -> str:
    """The text of standard input, which is no log. Raises `click.UsageError` for an error text."""
    if not recognised(text.strip()) and "://" not in text[:200] and _is_an_error(text):
        raise click.UsageError("standard input has an error text, not a connection string. Use:\n  pgwhy explain -")
    return text


def _is_there(text: str, folder: Path, kind: Callable[[Path], bool]) -> bool:
    if len(text) > _LONGEST_PATH or "\n" in text or "\0" in text:
        return False
    try:
        return kind(folder / text)
    except OSError:
        return False


def _file(name: str) -> str:
    if Path(name).suffix.lower() in _LOGS:
        raise click.UsageError(
            f"{name} is a file. If it holds an error text:\n  pgwhy explain {name}\n"
            f"If it holds a connection string:\n  pgwhy @{name}"
        )
    return f"@{name}"


def _folder(name: str, machine: Machine) -> None:
    """Nothing, for the working folder: it is looked through where nothing is given. Raises `click.UsageError`."""
    if (machine.folder / name).resolve() != machine.folder.resolve():
        raise click.UsageError(
            f"{name} is a folder. To look through the settings files in it:\n  cd {shlex.quote(name)} && pgwhy"
        )


def _is_an_error(text: str) -> bool:
    """A text of several words in which a program that pgwhy knows says something."""
    if len(text.split()) < _FEWEST_WORDS:
        return False
    from pgwhy.error_text import ErrorText
    from pgwhy.error_text.says import Says

    return ErrorText(message=text[:_LONGEST_TEXT]).says is not Says.NOTHING


_FEWEST_WORDS = 3
_LONGEST_TEXT = 20_000
