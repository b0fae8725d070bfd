"""Targets examined on this machine: a process for each core, each with an event loop and many runs in it.

Most of a run is computed by OpenSSL and Python, so one process would use one core. A process costs half a second once.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping

from pgwhy.fleet.answer import Answer
from pgwhy.fleet.executor import ExecutorGone
from pgwhy.fleet.task import Asked, Task
from pgwhy.machine import available_cores

MOST_RESTARTS = 10
CONCURRENCY = 200
"""Runs side by side on this machine: most of them wait for silent servers."""
LOGINS = 32
"""The same where each logs in: libpq has a process of its own in each run, of 15 MB."""


class Processes:
    """An executor (`executor.Executor`)."""

    def __init__(self, asked: Asked, concurrency: int | None = None, processes: int | None = None) -> None:
        concurrency = concurrency or (LOGINS if asked.login else CONCURRENCY)
        self.room = concurrency
        self.places: Mapping[str, str] = {}
        count = max(1, min(processes or available_cores(), concurrency))
        self._first_line = {"asked": asked.plain(), "side_by_side": -(-concurrency // count)}
        self._ended: queue.SimpleQueue[tuple[_Process, str | None]] = queue.SimpleQueue()
        self._restarts = 0
        self._processes: list[_Process] = []
        try:
            for _ in range(count):
                self._processes.append(self._start())
        except BaseException:
            self.close()
            raise

    def submit(self, task: Task) -> None:
        """Give it to the process that has the least to do."""
        min(self._processes, key=lambda process: len(process.tasks)).give(task)

    def wait(self, limit_s: float) -> Iterable[tuple[Task, Answer | None]]:
        """As `Executor.wait`."""
        with contextlib.suppress(queue.Empty):
            yield from self._told(*self._ended.get(timeout=limit_s))
            while True:
                yield from self._told(*self._ended.get_nowait())

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.end()

    def _told(self, process: _Process, line: str | None) -> Iterable[tuple[Task, Answer | None]]:
        if line is not None:
            said = json.loads(line)
            yield process.tasks.pop(said["number"]), said["answer"]
            return
        self._processes.remove(process)
        process.end()
        self._restarts += 1
        if self._restarts > MOST_RESTARTS:
            raise ExecutorGone("the processes that examine the targets end again and again")
        self._processes.append(self._start())
        yield from ((task, None) for task in process.tasks.values())

    def _start(self) -> _Process:
        try:
            return _Process(self._first_line, self._ended)
        except OSError as problem:
            raise ExecutorGone(f"no process can be started here: {problem.strerror}") from None


class _Process:
    """One of them, and the tasks that it has."""

    def __init__(self, first: dict[str, object], ended: queue.SimpleQueue[tuple[_Process, str | None]]) -> None:
        self.tasks: dict[int, Task] = {}
        self._running = subprocess.Popen(
            [sys.executable, "-P", "-m", "pgwhy.fleet.worker"],  # -P: no module of the working folder is run
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            start_new_session=True,  # Ctrl-C is for us, who end it
        )
        self._say(first)
        threading.Thread(target=self._listen, args=(ended,), daemon=True, name="pgwhy-fleet").start()

    def give(self, task: Task) -> None:
        """Let it examine this one as well."""
        self.tasks[task.number] = task
        self._say(task.revealed())

    def end(self) -> None:
        """It is gone afterwards."""
        self._running.kill()
        self._running.wait()
        for stream in (self._running.stdin, self._running.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()

    def _say(self, what: dict[str, object]) -> None:
        assert self._running.stdin is not None
        with contextlib.suppress(OSError):  # it has ended, which its silence will say
            self._running.stdin.write(json.dumps(what) + "\n")
            self._running.stdin.flush()

    def _listen(self, ended: queue.SimpleQueue[tuple[_Process, str | None]]) -> None:
        assert self._running.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # it was ended
            for line in self._running.stdout:
                ended.put((self, line))
        ended.put((self, None))
