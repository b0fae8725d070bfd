"""The file of answers that a fleet writes as it goes on, and from which it can go on later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pgwhy.engine import batch
from pgwhy.fleet import answer
from pgwhy.fleet.answer import Answer
from pgwhy.foreign import files


class BadResults(Exception):
    """The file cannot be used; the message is a sentence."""


class Results:
    """A file of JSON Lines. Each answer is in it as soon as it was added."""

    def __init__(self, path: Path, file: IO[bytes], *, has_some: bool) -> None:
        self.path = path
        self._file = file
        self._has_some = has_some

    @classmethod
    def opened(cls, path: Path, *, resume: bool) -> Results:
        """A new file that only its owner reads, or with `resume` the one that is there. Raises `BadResults`."""
        flags = os.O_RDWR | os.O_CREAT | (0 if resume else os.O_EXCL) | getattr(os, "O_BINARY", 0)
        try:
            file = os.fdopen(os.open(path, flags, 0o600), "r+b")
            has_some = resume and _cut_after_the_last_line(file)
        except FileExistsError:
            raise BadResults(f"{path} is there already: --resume goes on with it, or name another file") from None
        except OSError as problem:
            raise BadResults(f"{path} cannot be written: {problem.strerror}") from None
        return cls(path, file, has_some=has_some)

    def earlier(self) -> Iterator[Answer]:
        """What an earlier run wrote."""
        return of_file(self.path) if self._has_some else iter(())

    def add(self, found: Answer) -> None:
        """Write one more. Raises `OSError`, with the name of the file; what is there already stays whole."""
        try:
            self._file.write(answer.line(found).encode("utf-8", "backslashreplace"))
            self._file.flush()
        except OSError as problem:
            raise OSError(problem.errno, f"{problem.strerror}", str(self.path)) from None

    def close(self) -> None:
        """Every answer that was added is in the file already."""
        try:
            self._file.close()
        except OSError:  # what could not be written was told when it was added
            return


def of_file(path: Path) -> Iterator[Answer]:
    """The answers of a file, one by one. Raises `OSError`."""
    with files.opened_given(path) as stream:
        whole = (line for line in batch.lines(stream) if isinstance(line, bytes))
        yield from answer.in_lines(line.decode("utf-8", "replace") for line in whole)


def of_folder(folder: Path) -> Iterator[Answer]:
    """The answers of every `.jsonl` below a folder. Raises `BadResults` where there is none, and `OSError`."""
    found = False
    for path in sorted(folder.rglob("*.jsonl")):
        for each in of_file(path):
            found = True
            yield each
    if not found:
        raise BadResults(f"no answers of `pgwhy fleet --results FILE.jsonl` are in {folder}")


def _cut_after_the_last_line(file: IO[bytes]) -> bool:
    """What a full disk left half written goes; whether there is anything before. Positions the file at its end."""
    size = end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 65_536)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        file.truncate(end)
    file.seek(end)
    return end > 0
