"""TARGET → `Target`: a string, `@file`, `env:NAME`, `-`, or nothing."""

from __future__ import annotations

import errno
import shlex
from collections.abc import Callable
from pathlib import Path

from pgwhy.machine import Machine
from pgwhy.shipped.regex import lazy
from pgwhy.target.model import Source, SourceKind, Target
from pgwhy.target.problem import ProblemCode
from pgwhy.target.reading.completion import THE_STRING, from_text, read_text, unreadable
from pgwhy.values import replace


def read(
    text: str | None, machine: Machine, stdin: Callable[[], str] | None = None, inside: str | None = None
) -> Target:
    """The target of a run. Never raises: what cannot be read becomes a `Problem`.

    `inside` names one of the connections of a file that has several. `stdin` gives the whole of standard input, for
    `-`, or raises `OSError`. Only the last line break of a file or of standard input is dropped, and nothing of a
    variable.
    """
    if text is None:
        from pgwhy.target.reading.discovery import discover  # a run with a TARGET never looks around

        return discover(machine)
    if text == "-" and stdin is not None:
        return _from_stdin(stdin, machine)
    if text.startswith("@"):
        return _named(_from_file(text[1:], machine, inside), text, inside)
    if text.startswith("env:"):
        return _named(_from_variable(text[4:], machine), text)
    return from_text(text, THE_STRING, machine)


def _named(target: Target, text: str, inside: str | None = None) -> Target:
    """With the words that name it in a command, where something of that name is there."""
    if any(problem.code in _NOT_THERE for problem in target.problems):
        return target
    words = [text] if inside is None else [text, "--in", inside]
    return replace(target, argument=shlex.join(words))


_NOT_THERE = (ProblemCode.FILE_UNREADABLE, ProblemCode.VARIABLE_UNSET)


def _from_variable(name: str, machine: Machine) -> Target:
    text = machine.environment.get(name)
    # What is no usual name of a variable, and none of this machine, may be a password that is in the wrong place.
    name = name if text is not None or _IS_NAME.fullmatch(name) else "the variable"
    source = Source(SourceKind.ENVIRONMENT, name)
    if text is not None:
        return from_text(text, source, machine)
    from pgwhy.target.forms.variables import NAMES  # only for a hint

    others = [other for other in NAMES if machine.environment.get(other)]
    hint = f"; {' and '.join(others)} {'is' if len(others) == 1 else 'are'} set" if others else ""
    return unreadable(ProblemCode.VARIABLE_UNSET, f"{name} is not set in this environment{hint}", source, machine)


def _from_file(name: str, machine: Machine, inside: str | None) -> Target:
    path = _path(name, machine)
    if inside is None and ":" in name and not path.exists() and _path(name.rpartition(":")[0], machine).is_file():
        name, _, inside = name.rpartition(":")  # `@.env:DATABASE_URL`
        path = _path(name, machine)
    try:
        text = read_text(path)
    except OSError as error:
        absent = error.errno in (errno.ENOENT, errno.ENAMETOOLONG)
        told = "the file" if absent and not _IS_PATH.fullmatch(name) else name
        detail = f"{told} cannot be read: {error.strerror or type(error).__name__}"
        return unreadable(ProblemCode.FILE_UNREADABLE, detail, Source(SourceKind.STRING, told), machine)
    if target := _in_own_file(name, text, machine):
        return target
    if Path(name).name.startswith(".env") or name.endswith(".env"):
        from pgwhy.target.reading.discovery import in_dotenv  # only for this kind of file

        return in_dotenv(text, name, machine, inside)
    if Path(name).suffix:
        if target := _in_settings(name, text, machine, inside):
            return target
        if _is_no_string(text):
            detail = f"{name} is no settings file that pgwhy knows, and holds no connection string alone"
            return unreadable(ProblemCode.NO_CONNECTION_IN_FILE, detail, Source(SourceKind.STRING, name), machine)
    return from_text(_without_last_break(text), Source(SourceKind.STRING, name, 1), machine)


def _is_no_string(text: str) -> bool:
    """It has several lines, and does not begin as a connection string does: a program, a note, a log."""
    from pgwhy.target.files import telling  # only for files with such a name

    return len(text.split("\n", _MOST_LINES)) > _MOST_LINES and not telling.is_of_postgres(text)


_MOST_LINES = 3


def _path(name: str, machine: Machine) -> Path:
    return machine.folder / (machine.home / name[2:] if name.startswith("~/") and machine.home else name)


def _from_stdin(stdin: Callable[[], str], machine: Machine) -> Target:
    source = Source(SourceKind.STRING, "standard input")
    try:
        return from_text(_without_last_break(stdin()), source, machine)
    except OSError as error:
        detail = f"standard input cannot be read: {error.strerror or type(error).__name__}"
        return unreadable(ProblemCode.FILE_UNREADABLE, detail, source, machine)


def _in_settings(name: str, text: str, machine: Machine, inside: str | None) -> Target | None:
    """The connection in a settings file; `None` if it is none that is known."""
    from pgwhy.target.reading.in_settings import from_settings  # only for files with such a name

    return from_settings(name, text, machine, inside)


def _in_own_file(name: str, text: str, machine: Machine) -> Target | None:
    """What a file of libpq's own names, as its name says; `None` if it is none."""
    if not Path(name).suffix and not Path(name).name.startswith("."):
        return None
    from pgwhy.target.reading.in_file import form_of, from_form  # only for files with such a name

    form = form_of(name)
    return from_form(form, text, name, machine) if form else None


def _without_last_break(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith("\n") else text


_IS_NAME = lazy(r"[A-Z][A-Z0-9_]*|[a-z]+(?:_[a-z]+)*")


_IS_PATH = lazy(r"(?:[^/\\]*[/\\])+[\w.~ -]*|[\w.-]*\.[A-Za-z]{1,12}|[a-z_-]+")
