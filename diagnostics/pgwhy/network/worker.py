"""The processes in which libpq runs for one run, from the run's side.

libpq computes, reads and waits as long and as much as a server likes, inside of one call. In a process of its own that
costs the run nothing: the process is ended at the limit. It is started beside the first look-ups, is used again for
each login, and ends with the run. Pipes are read by threads, a bounded frame at a time, so that any event loop will do.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from pgwhy.libpq import frame
from pgwhy.libpq import process as libpq_process
from pgwhy.libpq.process import NoProcess
from pgwhy.network import background

if TYPE_CHECKING:
    import subprocess

START_S = 5.0
"""A process that has not loaded libpq by then is no use."""
GRACE_S = 0.5
"""The child ends a login at its limit by itself and tells what it saw. Ended from outside, it tells nothing."""
LEAVE_S = 0.5
"""What a child gets to say goodbye to the server."""
MAX_FRAMES = 1000
"""Frames for one command: the child sends a handful."""

Fields = list[frame.Field]
FINAL = (b"ended", b"stopped", b"rows", b"error", b"broken", b"late", b"said")


class Gone(Exception):
    """The process ended before it had answered."""


class Worker:
    """One process with libpq, which has answered."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.version = 0
        """Of its libpq, as libpq numbers it: 180000."""
        self.keywords: frozenset[str] = frozenset()
        """The connection parameters that its libpq knows."""
        self.busy = False
        """A command is under way, or it was ended."""

    async def ask(
        self, command: tuple[frame.Field, ...], limit_s: float, told: Callable[[Fields], None] | None = None
    ) -> Fields:
        """Give a command; its final frame, `told` the ones before. The process is ended where that does not come.

        Raises `TimeoutError` after `limit_s` and the grace, and `Gone`.
        """
        frames: asyncio.Queue[Fields | None] = asyncio.Queue()
        self.busy, post = True, _poster(frames)
        try:
            try:
                _in_thread(lambda: self._converse(command, post))
            except RuntimeError:  # no thread can be started
                raise Gone from None
            async with asyncio.timeout(limit_s + GRACE_S):
                while (fields := await frames.get()) is not None:
                    if fields[0] in FINAL:
                        self.busy = False
                        return fields
                    if told is not None:
                        told(fields)
            raise Gone
        finally:
            if self.busy:
                self.kill()

    def say(self, *command: frame.Field) -> None:
        """Give a command whose answer nobody waits for."""
        with contextlib.suppress(OSError, ValueError):
            self._write(command)

    def kill(self) -> None:
        """End it now."""
        self.busy = True
        with contextlib.suppress(OSError):
            self.process.kill()

    def leave(self) -> None:
        """Let it end, or end it; it is gone afterwards. Blocks for `LEAVE_S` at most, if the system is sane."""
        import subprocess

        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(0 if self.busy else LEAVE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(LEAVE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _converse(self, command: tuple[frame.Field, ...], post: Callable[[Fields | None], None]) -> None:
        """For a thread: write, and read until the final frame. `None` is posted where it does not come."""
        assert self.process.stdout is not None
        try:
            self._write(command)
            for _ in range(MAX_FRAMES):
                fields = frame.read(self.process.stdout.read)
                if fields is None:
                    break
                if fields and fields[0] != b"finished":
                    post(fields)
                    if fields[0] in FINAL:
                        return
        except (OSError, ValueError):  # a pipe that broke or was closed, a frame that is none
            pass
        post(None)

    def _write(self, command: tuple[frame.Field, ...]) -> None:
        assert self.process.stdin is not None
        data = memoryview(frame.packed(command))
        while data:
            data = data[self.process.stdin.write(data) or 0 :]


class Workers:
    """Those of one run. Used in one event loop."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._starting: Future[Worker] | None = None
        self._processes: list[Worker] = []
        self._left = False
        self._lock = threading.Lock()
        self._first: Future[Worker] | None = None

    @property
    def begun(self) -> bool:
        """One was asked for: a run without a login never does."""
        return self._first is not None

    def warm(self) -> None:
        """Begin to start the first one. Returns at once."""
        if self._first is None:
            self._first = self._starting = self._start()

    async def first(self, limit_s: float) -> Worker:
        """The first one, to look at. Raises `NoProcess`, and `TimeoutError` after `limit_s`."""
        self.warm()
        assert self._first is not None
        async with asyncio.timeout(min(limit_s, START_S)):
            return await asyncio.shield(asyncio.wrap_future(self._first))

    async def take(self, limit_s: float) -> Worker:
        """One that is free. Raises `NoProcess`, and `TimeoutError` after `limit_s`."""
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
        self.warm()
        starting, self._starting = self._starting or self._start(), None
        try:
            async with asyncio.timeout(min(limit_s, START_S)):
                worker = await asyncio.shield(asyncio.wrap_future(starting))
        except BaseException as error:
            if not starting.done():
                self._starting = starting  # for the next one who asks
                if isinstance(error, TimeoutError) and limit_s > START_S:
                    raise NoProcess from None
            raise
        return worker

    def give_back(self, worker: Worker) -> None:
        """It is free, unless it was ended."""
        if not worker.busy:
            self._idle.append(worker)

    async def leave(self) -> None:
        """End all of them."""
        with self._lock:
            self._left = True
            processes, self._processes = self._processes, []
        self._idle.clear()
        if processes:
            await asyncio.shield(background.start(lambda: _leave(processes)))

    def _start(self) -> Future[Worker]:
        future: Future[Worker] = Future()
        future.set_running_or_notify_cancel()

        def work() -> None:
            try:
                future.set_result(self._open())
            except Exception as error:  # for the task that waits: there is no process, whatever the reason
                future.set_exception(NoProcess(type(error).__name__))

        try:
            _in_thread(work)
        except RuntimeError:
            future.set_exception(NoProcess("no thread"))
        return future

    def _open(self) -> Worker:
        """For a thread."""
        worker = Worker(libpq_process.take())
        with self._lock:
            left = self._left
            if not left:
                self._processes.append(worker)
        if left:
            worker.busy = True
            worker.leave()
            raise NoProcess
        assert worker.process.stdout is not None
        hello = frame.read(worker.process.stdout.read)
        if not hello or len(hello) != 3 or hello[0] != b"hello" or hello[1] is None:
            worker.kill()
            raise NoProcess
        worker.version = int(hello[1])
        worker.keywords = frozenset((hello[2] or b"").decode().split())
        return worker


def _leave(workers: list[Worker]) -> None:
    for worker in workers:
        worker.leave()


def _poster(frames: asyncio.Queue[Fields | None]) -> Callable[[Fields | None], None]:
    """Put frames into a queue of this loop, from another thread."""
    loop = asyncio.get_running_loop()

    def post(fields: Fields | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(frames.put_nowait, fields)

    return post


def _in_thread(work: Callable[[], None]) -> None:
    """Raises `RuntimeError` where no thread can be started."""
    threading.Thread(target=work, daemon=True, name="pgwhy-libpq").start()
