"""Starting the process that libpq runs in (`child`), and nothing else.

A module of its own, because the command starts one before it has imported anything large: when the first name is looked
up, libpq is there. What is not used ends with us, as its standard input does.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_ENTRY = """
import sys
sys.path.insert(0, sys.argv[1])
from libpq.child import main
del sys.path[0]
main(sys.argv[2:])
"""
_spare: list[subprocess.Popen[bytes]] = []
_preparing = threading.Lock()
_own: list[str] = []


class NoProcess(Exception):
    """No process could be started here, or it found no libpq."""


def prepare() -> None:
    """Begin to start one, on a thread: the first run of this process will have it. A failure is met again then."""

    def work() -> None:
        try:
            with contextlib.suppress(NoProcess, OSError):
                _spare.append(start())
        finally:
            _preparing.release()

    _preparing.acquire()
    try:
        threading.Thread(target=work, daemon=True, name="pgwhy-libpq").start()
    except RuntimeError:  # no thread can be started
        _preparing.release()


def take() -> subprocess.Popen[bytes]:
    """The one that was prepared, or another one. For a thread: it waits. Raises `NoProcess` and `OSError`."""
    with _preparing:
        prepared = _spare.pop() if _spare else None
    return prepared or start()


def start() -> subprocess.Popen[bytes]:
    """Start one. Raises `NoProcess` and `OSError`."""
    import subprocess

    # libpq reads no URL from its environment, and a connection string is one; PG* variables are in the target already.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG") and "://" not in value}
    return subprocess.Popen(  # noqa: S603 - our own interpreter with our own module
        command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=kept,
        start_new_session=True,  # Ctrl-C is not for the child, and no terminal is its own
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def start_with(*own: str) -> None:
    """A frozen executable that is pgwhy itself says how it starts as the child; the folders follow as arguments."""
    _own[:] = own


def command() -> list[str]:
    """What starts a child. Raises `NoProcess` where no interpreter is known, as in a frozen executable of others."""
    if _own:
        return [*_own, *(folder for folder in sys.path if isinstance(folder, str))]
    # Neither site-packages nor the user's variables: that is half of an interpreter's start. libpq is looked for where
    # our own packages are.
    options = ["-I", "-S", *(["-B"] if sys.dont_write_bytecode else [])]
    folders = [folder for folder in sys.path if isinstance(folder, str)]
    return [_interpreter(), *options, "-c", _ENTRY, str(Path(__file__).parents[1]), *folders]


def _interpreter() -> str:
    """This Python. In a program that embeds one, `sys.executable` may be that program, which must not be started."""
    if not getattr(sys, "frozen", False):
        folder = Path(sys.prefix)
        there = (folder / "bin/python3", folder / "bin/python", folder / "python.exe", folder / "Scripts/python.exe")
        for each in (Path(sys.executable or ""), *there):
            if each.name.lower().startswith(("python", "pypy")) and each.is_file():
                return str(each)
    raise NoProcess("no interpreter")
