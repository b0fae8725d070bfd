"""The rounds: each target examined every so many seconds, beginning at different times, in one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from pgwhy.fleet.answer import Answer
from pgwhy.fleet.dispatch import Limits
from pgwhy.fleet.task import Task
from pgwhy.monitoring.visits import Visitor

SIDE_BY_SIDE = 50
"""Runs at a time: what is watched is a few, and most of these wait."""
STEP_S = 0.25
"""Between the first rounds of two targets, where there is so much time: not all of them at once."""
LEAVE_S = 2.0
"""What a run that is interrupted gets to close its connections."""

Told = Callable[[Task, Answer, int], None]
"""Gets each answer, and how many rounds of this target were missed before it."""


class Rounds:
    """Examines these until it is cancelled, or each was examined `rounds` times (`None`: without an end)."""

    def __init__(self, tasks: Sequence[Task], visitor: Visitor, every_s: float, rounds: int | None, told: Told) -> None:
        self._tasks, self._visitor, self._every_s, self._rounds, self._told = tasks, visitor, every_s, rounds, told
        self._all = asyncio.Semaphore(SIDE_BY_SIDE)
        limit = Limits().per_host
        self._hosts = {task.host: asyncio.Semaphore(limit) for task in tasks}
        self._ending = False

    async def run(self) -> None:
        """All of them. An exception of `told` ends it and is raised."""
        step_s = min(STEP_S, self._every_s / max(1, len(self._tasks)))
        each = [asyncio.ensure_future(self._watch(task, n * step_s)) for n, task in enumerate(self._tasks)]
        try:
            done, _ = await asyncio.wait(each, return_when=asyncio.FIRST_EXCEPTION)
            for one in done:
                one.result()
        finally:
            self._ending = True
            for one in each:
                one.cancel()
            await asyncio.wait(each, timeout=LEAVE_S)

    async def _watch(self, task: Task, first_s: float) -> None:
        due_s, made = time.monotonic() + first_s, 0
        while not self._ending and (self._rounds is None or made < self._rounds):
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            async with self._all, self._hosts[task.host]:
                found = await self._visitor.visit(task)
            if self._ending:  # a run that is interrupted ends with what it knows, which is not all
                return
            late_s = time.monotonic() - due_s
            missed = int(late_s // self._every_s) if self._every_s else 0
            due_s += (missed + 1) * self._every_s
            made += 1
            self._told(task, found, missed)
