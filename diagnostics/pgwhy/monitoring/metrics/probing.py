"""Runs that a web server's threads ask for, in one event loop on a thread of its own."""

from __future__ import annotations

import asyncio
import threading

from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Task
from pgwhy.monitoring.visits import Visitor

GRACE_S = 5.0
"""A run ends at its deadline; what is longer is a mistake, and must not hold a thread for ever."""


class Prober:
    """A context manager. Who asks for a target whose run is under way gets the answer of that run: nobody can make the
    exporter flood a server.
    """

    def __init__(self, visitor: Visitor, timeout_s: float) -> None:
        self._visitor, self._timeout_s = visitor, timeout_s
        self._loop = selector_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="pgwhy-probing")
        self._running: dict[str, asyncio.Task[Answer]] = {}
        self.runs = 0
        """Made since the start."""

    def __enter__(self) -> Prober:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(GRACE_S)

    def answer(self, task: Task, limit_s: float | None = None) -> Answer:
        """Blocks until the run has ended, after `limit_s` seconds at most if that is less than what was asked for all.

        Raises `TimeoutError`, which is a mistake of ours.
        """
        timeout_s = min(self._timeout_s, limit_s or self._timeout_s)
        future = asyncio.run_coroutine_threadsafe(self._shared(task, timeout_s), self._loop)
        return future.result(self._timeout_s + GRACE_S)

    async def _shared(self, task: Task, timeout_s: float) -> Answer:
        running = self._running.get(task.name)
        if running is None:
            self.runs += 1
            running = asyncio.ensure_future(self._visitor.visit(task, timeout_s))
            self._running[task.name] = running
            running.add_done_callback(lambda _: self._running.pop(task.name, None))
        return await asyncio.shield(running)
