"""Where a report goes: standard output as it can take it, or a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TextIO

from pgwhy.finding import Report, Severity, Status
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor
from pgwhy.terminal.links import understood
from pgwhy.terminal.size import terminal_size
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Terminal:
    """What standard output can do."""

    width: int = 80
    unicode: bool = True
    colour: bool = False
    live: bool = False
    """It is a terminal in which lines can be taken back."""
    links: bool = False
    """It shows links (OSC 8)."""

    @classmethod
    def here(cls, environment: Mapping[str, str], platform: str, stream: TextIO | None = None) -> Terminal:
        """A stream of this process; `None`: standard output."""
        stream = stream or sys.stdout
        is_terminal = stream.isatty() and environment.get("TERM") != "dumb"
        escapes = is_terminal and (platform != "win32" or _windows_takes_escapes())
        forced = environment.get("FORCE_COLOR", "") not in ("", "0")
        return cls(
            width=max(40, terminal_size().columns),
            unicode=_takes_unicode(environment, stream.encoding),
            colour=not environment.get("NO_COLOR") and (forced or escapes),
            live=escapes,
            links=understood(environment, escapes),
        )


def here() -> Terminal:
    """What standard output of this process can do."""
    machine = Machine.here()
    return Terminal.here(machine.environment, machine.platform)


def rendered(report: Report, format: str, terminal: Terminal, verbose: bool, fail_on: Severity | None = None) -> str:
    """The report in one of `options.FORMATS`, each of which is imported only when it is asked for.

    `fail_on` is that of the command line: JUnit says with it what counts as a failure.
    """
    if format == "text":
        from pgwhy.report.text import page

        return page(report, terminal.width, terminal.unicode, terminal.colour, verbose, terminal.links)
    if format == "junit":
        from pgwhy.report import junit

        return junit.page(report, fail_on)
    if format in ("json", "jsonl"):
        from pgwhy.report import document

        return document.to_text(report) if format == "json" else document.to_line(report)
    made = import_module(f"pgwhy.report.{format}").page(report)
    assert isinstance(made, str)
    return made


def brief(report: Report, terminal: Terminal) -> str:
    """The headline alone, for `-q`; nothing where it connects."""
    if report.verdict.status in (Status.CONNECTS, Status.REACHABLE):
        return ""
    from pgwhy.report.text import first_line

    return first_line(report, terminal.unicode, terminal.colour)


def step_summary(report: Report, redactor: Redactor, environment: Mapping[str, str]) -> None:
    """Add the report to the summary of a step of GitHub Actions, where this process is one.

    Raises `SecretFound` before anything is written. A summary that cannot be written is no reason to fail: the
    annotations say the same.
    """
    file = environment.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    text = rendered(report, "markdown", Terminal(), verbose=False)
    redactor.check(text)
    with suppress(OSError), Path(file).open("a", encoding="utf-8", errors="backslashreplace") as out:
        out.write(text + "\n")


def write(text: str, redactor: Redactor, file: Path | None = None, stream: TextIO | None = None) -> None:
    """The only way out: to a stream (`None`: standard output), or to `file` as `destination.put` does it.

    Raises `SecretFound` before anything is written, and `click.ClickException` for what cannot be written. A reader
    that has gone (`| head`) is no error.
    """
    redactor.check(text)
    data = text.encode("utf-8", "backslashreplace")
    if file is not None:
        _put(file, data)
        return
    stream = stream or sys.stdout
    try:
        stream.flush()
        if _is_utf8(stream.encoding):
            stream.buffer.write(data)
        else:
            stream.buffer.write(text.encode(stream.encoding or "ascii", "backslashreplace"))
        stream.flush()
    except BrokenPipeError:
        # What is still buffered must not fail again when the interpreter flushes it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as problem:
        import click

        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise click.ClickException(f"nothing more can be written to the output: {problem.strerror}") from None


def write_archive(texts: Mapping[str, str], redactor: Redactor, file: Path) -> None:
    """Several texts as one .zip, as `write` does it."""
    import io
    import zipfile

    for text in texts.values():
        redactor.check(text)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text.encode("utf-8", "backslashreplace"))
    _put(file, data.getvalue())


def _put(file: Path, data: bytes) -> None:
    from pgwhy.cli.destination import put

    try:
        put(file, data)
    except OSError as problem:
        import click

        raise click.FileError(str(file), problem.strerror) from None


def _takes_unicode(environment: Mapping[str, str], encoding: str | None) -> bool:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    # Python writes UTF-8 in the C locale (PEP 540), but a user who asks for C has a terminal that shows only ASCII.
    if locale in ("C", "POSIX"):
        return False
    try:
        "→…".encode(encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def _is_utf8(encoding: str | None) -> bool:
    return (encoding or "").lower().replace("-", "").replace("_", "") == "utf8"


def _windows_takes_escapes() -> bool:
    """Ask the Windows console to understand escapes (ENABLE_VIRTUAL_TERMINAL_PROCESSING); False if it cannot."""
    import ctypes

    windows = getattr(ctypes, "windll", None)  # only there on Windows, as mypy knows
    if windows is None:
        return False
    kernel = windows.kernel32
    handle = kernel.GetStdHandle(-11)
    mode = ctypes.c_uint32()
    return bool(kernel.GetConsoleMode(handle, ctypes.byref(mode)) and kernel.SetConsoleMode(handle, mode.value | 4))
