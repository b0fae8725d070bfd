"""What a fleet asks of those who examine its targets: processes here (`local`), or the workers of Dask (`cluster`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Task


class ExecutorGone(Exception):
    """It cannot go on: the scheduler is lost, no process can be started. The message is a sentence. What was answered
    so far stays."""


class Executor(Protocol):
    """Takes tasks and gives answers, in any order, each once."""

    room: int
    """How many tasks it takes at a time."""

    @property
    def places(self) -> Mapping[str, str]:
        """Where a task can be sent to (`Task.place`) → what that is called; empty: there is only one place."""

    def submit(self, task: Task) -> None:
        """Begin. Raises `ExecutorGone`."""

    def wait(self, limit_s: float) -> Iterable[tuple[Task, Answer | None]]:
        """What has ended, at least one if one ends within `limit_s` seconds. `None`: its worker ended before it did,
        and it may be submitted again. Raises `ExecutorGone`."""

    def close(self) -> None:
        """End at once, with what is still under way."""
