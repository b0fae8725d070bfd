"""The targets by name. Their file is read again when it has changed, so that no restart is needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from pgwhy.fleet.task import Task

Read = Callable[[], list[Task]]
"""Reads the file. Whatever it raises is told, and the targets stay as they were."""


class Catalogue:
    """`trouble` gets what went wrong when the file was read again."""

    def __init__(self, file: Path, read: Read, trouble: Callable[[Exception], None]) -> None:
        self._file, self._read, self._trouble = file, read, trouble
        self._lock = threading.Lock()
        self._seen = self._mark()
        self._tasks = {task.name: task for task in read()}

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Name → target, as the file is now."""
        with self._lock:
            mark = self._mark()
            if mark != self._seen:
                self._seen = mark
                try:
                    self._tasks = {task.name: task for task in self._read()}
                except Exception as problem:
                    self._trouble(problem)
            return self._tasks

    def _mark(self) -> tuple[int, int] | None:
        """What changes with the file; `None`: it is not there at the moment."""
        try:
            about = self._file.stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size
