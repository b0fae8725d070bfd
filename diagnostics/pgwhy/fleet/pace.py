"""How many runs go on side by side in one event loop: as many as wait for the network, and few that compute.

A run computes at its beginning: it begins several handshakes at once. With hundreds of beginners the loop would be late
for all of them, and limits of seconds would be met by targets that answer at once. So a run counts as a beginner until
it has ended or has gone on for a while, and there are few of those at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

BEGINNERS = 12
BEGINNING_S = 0.2
"""A run that is not over by then waits for something: a far server, a silent one."""


class Pace:
    """Starts runs in one event loop."""

    def __init__(self, most: int) -> None:
        self._running = asyncio.Semaphore(most)
        self._beginning = asyncio.Semaphore(BEGINNERS)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin a run as soon as there is room; returns then, and does not wait for its end."""
        await self._running.acquire()
        await self._beginning.acquire()
        task = asyncio.ensure_future(self._begun(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for all that were started."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def _begun(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        loop, left = asyncio.get_running_loop(), False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self._beginning.release()

        timer = loop.call_later(BEGINNING_S, leave)
        try:
            await run()
        finally:
            timer.cancel()
            leave()
            self._running.release()
