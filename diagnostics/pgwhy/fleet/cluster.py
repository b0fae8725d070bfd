"""Targets examined on the workers of a Dask cluster: more of them than a machine can, or from many places.

A task of Dask is a parcel of targets, which a worker examines side by side. A worker that is killed has not answered
its parcel: the scheduler gives it to another one, so nothing is lost and nothing is told twice.
Source: distributed.dask.org, "Client", "Resilience" and "TLS/SSL".
"""

from __future__ import annotations

import json
import logging
import queue
import uuid
from collections.abc import Iterable
from concurrent.futures import CancelledError
from typing import Any

from pgwhy import target as targets
from pgwhy.fleet import answer, at_worker
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.executor import ExecutorGone
from pgwhy.fleet.task import Asked, Task, is_reference
from pgwhy.machine import Machine
from pgwhy.secret import PLACEHOLDER

PARCEL = 50
"""Targets that a worker examines side by side for each of its threads."""
AHEAD = 2
"""Parcels for each thread: one is under way, one waits."""
CONNECT_S = 10.0
FETCH_S = 10.0
"""For an answer on its way from a worker; then the worker counts as gone, and another one gets the parcel."""
WITHHELD = "withheld"
"""In the place of a password that is not sent: a run without a login needs none, and `PASSWORD_HERE` is a fault."""


class Cluster:
    """An executor (`executor.Executor`)."""

    def __init__(
        self, asked: Asked, address: str, machine: Machine, *, send_secrets: bool, parcel: int = PARCEL
    ) -> None:
        """Raises `ExecutorGone`."""
        try:
            from distributed import Client
        except ImportError:
            raise ExecutorGone("--cluster needs Dask: pip install 'pgwhy[dask]'") from None
        _silence()
        self._asked, self._address, self._machine, self._send_secrets = asked, address, machine, send_secrets
        self._parcel = parcel
        self._waiting: list[Task] = []
        self._under_way: dict[str, tuple[Any, list[Task]]] = {}
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._kept_back: list[tuple[Task, Answer]] = []
        self._run = f"pgwhy-fleet-{uuid.uuid4().hex[:8]}"
        self._count = 0
        try:
            self._client: Any = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, RuntimeError):
            raise ExecutorGone(f"no scheduler of Dask answers at {address}") from None
        try:
            self.places = self._find_places()
            self.room = parcel * AHEAD * max(1, sum(self._client.nthreads().values()))
        except Exception as problem:
            self.close()
            if isinstance(problem, ExecutorGone):
                raise
            raise ExecutorGone("the workers cannot import pgwhy: install the same version there") from None

    def submit(self, task: Task) -> None:
        """As `Executor.submit`. What is not to be sent is answered here."""
        text = task.text.reveal()
        if not (task.error or is_reference(text) or self._send_secrets):
            sent = self._without_secrets(text)
            if sent is None:
                self._kept_back.append((task, answer.without_run(task, answer.UNREAD, _kept_back(task), task.place)))
                return
            task = Task.of({**task.revealed(), "text": sent})
        self._waiting.append(task)

    def wait(self, limit_s: float) -> Iterable[tuple[Task, Answer | None]]:
        """As `Executor.wait`."""
        self._send()
        if self._kept_back:
            told, self._kept_back = self._kept_back, []
            yield from told
            return
        try:
            key = self._ended.get(timeout=limit_s)
        except queue.Empty:
            yield from self._of_places_that_left()
            return
        while key:
            yield from self._told(key)
            key = "" if self._ended.empty() else self._ended.get()

    def close(self) -> None:
        """End what is under way, and leave the cluster as it was."""
        self._under_way.clear()
        self._client.close(timeout=2)

    def _find_places(self) -> dict[str, str]:
        """Each worker's address → what it is called."""
        named = self._client.run(at_worker.place)
        if not named:
            raise ExecutorGone(f"the scheduler at {self._address} has no workers")
        counted = list(named.values())
        return {a: name if name and counted.count(name) == 1 else f"{name} {a}".strip() for a, name in named.items()}

    def _send(self) -> None:
        """What waits, in parcels of one place each. The first ones are small enough that every worker gets one."""
        waiting, self._waiting = self._waiting, []
        for place in dict.fromkeys(task.place for task in waiting):
            tasks = [task for task in waiting if task.place == place]
            workers = 1 if place or self._under_way else max(1, len(self.places))
            size = max(1, min(self._parcel, -(-len(tasks) // workers)))
            for start in range(0, len(tasks), size):
                self._begin(place, tasks[start : start + size])

    def _begin(self, place: str, tasks: list[Task]) -> None:
        self._count += 1
        key = f"{self._run}-{self._count}"
        parcel = at_worker.Parcel([{**task.revealed(), "place": ""} for task in tasks])
        called = self.places.get(place, "")
        where: dict[str, Any] = {"workers": [place], "allow_other_workers": False} if place else {}
        future = self._client.submit(
            at_worker.examine, json.dumps(self._asked.plain()), parcel, called, key=key, pure=False, **where
        )
        self._under_way[key] = future, tasks
        future.add_done_callback(lambda done: self._ended.put(done.key))

    def _told(self, key: str) -> Iterable[tuple[Task, Answer | None]]:
        future, tasks = self._under_way.pop(key, (None, []))
        if future is None:
            return
        found = self._fetched(future)
        if found is None:
            yield from ((task, None) for task in tasks)
            return
        by_number = {task.number: task for task in tasks}
        for number, each in found:
            yield by_number[number], each

    def _fetched(self, future: Any) -> list[tuple[int, Answer]] | None:
        """What a worker has answered; `None` where it is lost. Raises `ExecutorGone`.

        An answer stays with its worker until it is fetched. Of one that was killed in between, Dask may wait for ever.
        """
        found: list[tuple[int, Answer]] | None = None
        if future.status == "finished":
            try:
                found = future.result(timeout=FETCH_S)
            except TimeoutError:
                pass
            except (OSError, CancelledError):  # the scheduler itself does not answer, or did not a moment ago
                raise self._gone() from None
        future.release()
        if found is None and self._client.status != "running":
            raise self._gone()
        return found

    def _of_places_that_left(self) -> Iterable[tuple[Task, Answer | None]]:
        """Nothing has ended for a while: what only a worker could do that is gone will not be done."""
        if self._client.status != "running":
            raise self._gone()
        pinned = {key: tasks for key, (_, tasks) in self._under_way.items() if tasks[0].place}
        there = self._client.nthreads() if pinned else {}
        for key, tasks in pinned.items():
            if tasks[0].place not in there:
                future, _ = self._under_way.pop(key)
                future.cancel()
                yield from ((task, None) for task in tasks)

    def _gone(self) -> ExecutorGone:
        return ExecutorGone(f"the scheduler of Dask at {self._address} is gone")

    def _without_secrets(self, text: str) -> str | None:
        """The text with nothing secret in it; `None` where a login needs what is secret."""
        read = targets.read(text, self._machine)
        if not (read.password or read.private or read.withheld):
            return text
        if self._asked.login or read.written is None or not read.written.masked:
            return None
        return read.written.masked.replace(PLACEHOLDER, WITHHELD)


def _silence() -> None:
    """What happens to the cluster is told here, in a sentence; Dask gives each of its loggers a level of its own.

    asyncio tells of tasks of Dask that ended unasked: of ours none runs in this process.
    """
    for name in (
        "asyncio",
        "distributed",
        *(name for name in logging.root.manager.loggerDict if name.startswith("distributed.")),
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _kept_back(task: Task) -> str:
    return (
        f"Line {task.line} holds its password, which is not sent to the workers: name it as env:NAME or @FILE as it is "
        "there, or use --send-secrets with a tls:// scheduler."
    )
