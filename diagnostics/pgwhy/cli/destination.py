"""A file that the user names for something to be written to, whatever it is: the one way to write to it.

A regular file, or one that is not there yet, is written as a whole or not at all. A device, a FIFO or a descriptor
(`/dev/stdout`, `>(command)`) is opened and written to, and never replaced.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

_DESCRIPTOR = re.compile(r"/dev/(?:fd/(\d{1,6})|(stdin)|(stdout)|(stderr))|/proc/(?:self|thread-self|\d+)/fd/(\d{1,6})")
_LINKS = 40
"""As many as Linux follows."""


def put(file: Path, data: bytes) -> None:
    """Write this to a file. Raises `OSError`. A reader that has gone (`>(head)`) is no error.

    A link is followed, and stays. A new file is readable by its owner only; one that is replaced keeps its mode.
    """
    descriptor = _descriptor(file)
    if descriptor is not None:
        _pour(os.dup(descriptor), data)
        return
    try:
        about = os.stat(file)  # noqa: PTH116  what it is, and not what a link is
    except FileNotFoundError:
        about = None
    if about is None or stat.S_ISREG(about.st_mode):
        _replace(Path(os.path.realpath(file)), data, about)
    elif stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    else:
        _pour(os.open(file, os.O_WRONLY | getattr(os, "O_NOCTTY", 0)), data)


def _descriptor(file: Path) -> int | None:
    """The open descriptor that a name leads to, which may be somewhere in a file that must not be begun again."""
    name = os.fspath(file)
    for _ in range(_LINKS):
        found = _DESCRIPTOR.fullmatch(name)
        if found:
            standard = next((number for number in (0, 1, 2) if found[number + 2]), None)
            return standard if standard is not None else int(found[1] or found[5])
        try:
            name = os.path.join(os.path.dirname(name), os.readlink(name))  # noqa: PTH115, PTH118, PTH120
        except OSError:  # no link, or nothing at all
            return None
    return None


def _pour(descriptor: int, data: bytes) -> None:
    """Everything, to what is no file of its own; the descriptor is closed."""
    rest = memoryview(data)
    try:
        while rest:
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BlockingIOError:  # another program has made it non-blocking
                select.select([], [descriptor], [])
    except BrokenPipeError:
        return
    finally:
        os.close(descriptor)


def _replace(file: Path, data: bytes, about: os.stat_result | None) -> None:
    """Put a new file in the place of an old one, or of none, in one step."""
    if about is not None and not os.access(file, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(file))  # somebody has protected it
    descriptor, beside = tempfile.mkstemp(prefix=".pgwhy-", dir=file.parent)  # O_EXCL, 0600, a random name
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            if about is not None:
                _keep(descriptor, beside, about)
            os.fsync(descriptor)
        os.replace(beside, file)  # noqa: PTH105
    except BaseException:  # an interrupt as well leaves nothing behind
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108
        raise


def _keep(descriptor: int, path: str, about: os.stat_result) -> None:
    """The owner, where we may give it away, and then the mode, which a change of owner takes bits from."""
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(descriptor, about.st_uid, about.st_gid)
    with suppress(OSError):
        os.chmod(path, stat.S_IMODE(about.st_mode) & 0o777)  # noqa: PTH101
