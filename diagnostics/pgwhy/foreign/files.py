"""Files that somebody else wrote, or that a variable names: the one way to read them, with a bound on everything.

A name can lead to a FIFO that nobody writes to, to a device without an end, or to a log of a gigabyte. Only regular
files are opened (links are followed), and never more than `limit` bytes are kept. What is refused is an `OSError` whose
`strerror` is a sentence, so that each message about an unreadable file includes it.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pgwhy.shipped.regex import lazy

LIMIT = 20_000_000
"""Bytes of a file that is read as a whole."""
ENDS = 2_000_000
"""Bytes of a larger log that are read: half from its beginning and half from its end. Of a text that is explained
fewer characters are looked at (`error_text.MAX_CHARACTERS`), also from both ends."""


class Refused(OSError):
    """The file is there and is not read: it is no regular file, or too large. `strerror` says which."""


def content(path: Path | str, limit: int = LIMIT) -> bytes:
    """The bytes of a regular file. Raises `OSError`; `Refused` where it is something else or has more than `limit`."""
    descriptor = _opened(path)
    try:
        return _read(descriptor, limit, path)
    finally:
        os.close(descriptor)


def text(path: Path | str, limit: int = LIMIT, errors: str = "replace") -> str:
    """The text of a regular file, as `decoded` has it. Raises `OSError`."""
    return decoded(content(path, limit), errors)


@contextmanager
def opened(path: Path | str) -> Iterator[IO[bytes]]:
    """A regular file that is read piece by piece. Raises `OSError`."""
    with os.fdopen(_opened(path), "rb") as file:
        yield file


@contextmanager
def opened_given(path: Path | str) -> Iterator[IO[bytes]]:
    """As `opened`, for a file that the user names (`given`)."""
    with os.fdopen(_opened_given(path), "rb") as file:
        yield file


def beginning(path: Path | str, limit: int) -> bytes:
    """The first `limit` bytes of a regular file, of which it may have more. Raises `OSError`."""
    descriptor = _opened(path)
    try:
        return _up_to(descriptor, limit)
    finally:
        os.close(descriptor)


def given(path: Path | str, limit: int = LIMIT) -> bytes:
    """As `content`, for a file that the user names on the command line: `<(command)` and `/dev/stdin` work as well.

    The shell gives those as `/dev/fd/63`: a descriptor of this process and no FIFO that somebody else has put there.
    """
    descriptor = _opened_given(path)
    try:
        return _read(descriptor, limit, path)
    finally:
        os.close(descriptor)


def ends(path: Path | str, limit: int = LIMIT) -> tuple[bytes, int | None]:
    """As `given`, but of a regular file with more than `limit` bytes the two ends, and then its size in bytes."""
    if _DESCRIPTOR.fullmatch(str(path)):
        return given(path, limit), None
    descriptor = _opened(path)
    try:
        return _ends(descriptor, limit, path)
    finally:
        os.close(descriptor)


def stream(source: IO[bytes], limit: int = LIMIT) -> bytes:
    """All of a stream (standard input). Raises `Refused` where it has more than `limit` bytes."""
    whole = source.read(limit + 1)
    if len(whole) > limit:
        raise Refused(errno.EFBIG, _too_large(limit), "standard input")
    return whole


def decoded(raw: bytes, errors: str = "replace") -> str:
    """The text: UTF-8, or UTF-16 where its mark says so (`>` of Windows PowerShell). A mark is no part of it.

    `errors`: what becomes of a byte that is not UTF-8; `surrogateescape` keeps it, for texts that are passed on.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors)


def size(count: int) -> str:
    """A number of bytes as a person says it: `20 MB`, `1.5 GB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= unit:
            return f"{count / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{count} bytes"


# Each of the three is missing on some platform.
_FLAGS = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_DESCRIPTOR = lazy(r"/dev/(?:fd/\d{1,6}|stdin)|/proc/self/fd/\d{1,6}")


def _opened(path: Path | str) -> int:
    """A descriptor of a regular file. To open a device can do something (a tape rewinds), so `stat` comes first; what
    was put in its place in between is met by `fstat`, and a FIFO does not block."""
    _check(os.stat(path), path)  # noqa: PTH116  a str is as good
    descriptor = os.open(path, _FLAGS)
    try:
        _check(os.fstat(descriptor), path)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _opened_given(path: Path | str) -> int:
    return os.open(path, os.O_RDONLY) if _DESCRIPTOR.fullmatch(str(path)) else _opened(path)


def _check(about: os.stat_result, path: Path | str) -> None:
    if stat.S_ISREG(about.st_mode):
        return
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    kind = next((name for test, name in _KINDS if test(about.st_mode)), "something else")
    raise Refused(errno.EINVAL, f"it is {kind}, not a regular file", str(path))


_KINDS = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def _read(descriptor: int, limit: int, path: Path | str) -> bytes:
    whole = _up_to(descriptor, limit + 1)  # not what its size is said to be: it may grow, or be a file of /proc
    if len(whole) > limit:
        raise Refused(errno.EFBIG, _too_large(limit), str(path))
    return whole


def _ends(descriptor: int, limit: int, path: Path | str) -> tuple[bytes, int | None]:
    count = os.fstat(descriptor).st_size
    if count <= limit:
        return _read(descriptor, limit, path), None
    first = _up_to(descriptor, ENDS // 2)
    os.lseek(descriptor, -(ENDS // 2), os.SEEK_END)
    return first + b"\n...\n" + _up_to(descriptor, ENDS // 2), count


def _up_to(descriptor: int, limit: int) -> bytes:
    pieces = []
    while limit > 0 and (piece := os.read(descriptor, min(limit, 1 << 20))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def _too_large(limit: int) -> str:
    return f"it is larger than {size(limit)}"
