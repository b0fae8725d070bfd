"""Blocking calls in daemon threads of our own.

asyncio's default executor is waited for at exit, so one hanging getaddrinfo would keep the process alive after its
verdict; a daemon thread is simply left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Preparation:
    """What has to be done once in a process and takes long, an import above all: on a thread for the first who waits
    for it, and nothing at all for those who come later."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._done = False

    def run(self) -> None:
        """Do it here, for a caller that has a thread of its own. Harmless where it was done before."""
        if not self._done:
            self._work()
            self._done = True

    async def ready(self) -> None:
        """Wait until it is done."""
        if not self._done:
            await start(self.run)


def start(call: Callable[[], T]) -> asyncio.Future[T]:
    """Run `call` in a daemon thread. The future carries its result or exception; cancelling it leaves the thread."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result, `None` included

    def work() -> None:
        result, failed = None, None
        try:
            result = call()
        except Exception as error:  # handed to the task that awaits the future
            failed = error
        with contextlib.suppress(RuntimeError):  # the run is over and its loop closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failed)

    _hand_over(work)
    return future


IDLE_S = 1.0
"""How long a thread waits for more to do: to start one costs several times what most calls do."""


class _Thread(threading.Thread):
    """Does what it is given, one call after the other, and ends when it was idle for a while."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="pgwhy-background")
        self.calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                self.calls.get(timeout=IDLE_S)()
            except queue.Empty:
                try:
                    _idle.remove(self)
                except ValueError:  # somebody has taken it this moment, and its call comes
                    continue
                return
            _idle.append(self)


_idle: list[_Thread] = []
"""Taken and given back as a stack, so that those that are not needed end. Its operations are atomic."""
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # a forked process has none of these threads


def _hand_over(work: Callable[[], None]) -> None:
    try:
        thread = _idle.pop()
    except IndexError:
        thread = _Thread()
        try:
            thread.start()
        except RuntimeError:  # no thread can be started here: better late than never
            work()
            return
    thread.calls.put(work)
