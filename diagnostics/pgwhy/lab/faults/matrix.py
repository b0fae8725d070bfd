"""Many faults, several side by side: most of their time they wait for something that never comes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from types import TracebackType
from typing import Any, TypeVar

from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.stage import Scene, staged
from pgwhy.lab.faults.trial import Trial, diagnose
from pgwhy.lab.world import World

T = TypeVar("T")


class Matrix:
    """A context manager. Faults that need nothing special share one world, which is made when the first one comes.

    More than about one and a half workers for each processor, and they are in each other's way: limits are of seconds.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(workers or 1 + (os.cpu_count() or 1), thread_name_prefix="pgwhy-lab")
        self._parts = ExitStack()
        self._world: World | None = None
        self._making = threading.Lock()
        self._all: list[Future[Any]] = []

    def __enter__(self) -> Matrix:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._parts.close()

    def start(self, faults: Iterable[Fault]) -> dict[str, Future[Trial]]:
        """Slug → the trial of each, as soon as it is there; it raises what `trial.run` raises."""
        return self.each(faults, diagnose)

    def judged(self, started: Future[Trial]) -> Trial:
        """A trial that was started, to be judged. One that was only late is repeated with nothing else beside it: how
        long the others kept the processors busy is no mistake of this one's.
        """
        trial = started.result()
        return self.alone(trial.fault, diagnose) if trial.is_only_late else trial

    def alone(self, fault: Fault, work: Callable[[Scene], T]) -> T:
        """What `work` makes of it on its stage, once all that was started is over."""
        wait(self._all)
        return self._one(fault, work)

    def each(self, faults: Iterable[Fault], work: Callable[[Scene], T]) -> dict[str, Future[T]]:
        """Slug → what `work` makes of each on its stage. Those that may take longest begin."""
        ordered = sorted(faults, key=lambda fault: (-fault.expect.limit_s, fault.slug))
        futures = {fault.slug: self._pool.submit(self._one, fault, work) for fault in ordered}
        self._all.extend(futures.values())
        return futures

    def _one(self, fault: Fault, work: Callable[[Scene], T]) -> T:
        with staged(fault, None if fault.world else self._shared()) as stage:
            return work(stage)

    def _shared(self) -> World:
        with self._making:
            if self._world is None:
                self._world = self._parts.enter_context(World.running())
            return self._world
