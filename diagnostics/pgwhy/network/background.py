"""Blocking calls in daemon threads of our own.

asyncio's default executor is waited for at exit, so one hanging getaddrinfo would keep the process alive after its
verdict; a daemon thread is simply left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


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

    try:
        threading.Thread(target=work, daemon=True, name="pgwhy-background").start()
    except RuntimeError:  # no thread can be started here: better late than never
        work()
    return future
