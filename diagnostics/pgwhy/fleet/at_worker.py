"""What runs on a worker of Dask: some targets side by side, and their answers.

A parcel may hold secrets, where the user had them sent. It does not show them: a worker writes the arguments of what
fails to its log.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any

from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.pace import Pace
from pgwhy.fleet.run import PLACE, Examiner
from pgwhy.fleet.task import Asked, Task


class Parcel:
    """Tasks on their way to a worker."""

    def __init__(self, tasks: list[Mapping[str, Any]]) -> None:
        self.tasks = tasks

    def __repr__(self) -> str:
        return f"Parcel({len(self.tasks)} targets)"

    __str__ = __repr__


def place(dask_worker: Any) -> str:
    """What the worker is called: by its environment, or by the name that it was started with; empty if by neither."""
    name = str(dask_worker.name)
    return os.environ.get(PLACE) or ("" if "://" in name or name.isdigit() else name)


def examine(asked: str, parcel: Parcel, place: str) -> list[tuple[int, Answer]]:
    """The number and the answer of each; `asked` as JSON, `place` what this worker is called, or empty."""
    examiner = _examiner(asked, place)
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        return runner.run(_examine(examiner, [Task.of(data) for data in parcel.tasks]))


async def _examine(examiner: Examiner, tasks: list[Task]) -> list[tuple[int, Answer]]:
    answers: list[tuple[int, Answer]] = []

    async def one(task: Task) -> None:
        answers.append((task.number, await examiner.examine(task)))

    pace = Pace(len(tasks))
    for task in tasks:
        await pace.start(partial(one, task))
    await pace.finish()
    return answers


@lru_cache(maxsize=4)
def _examiner(asked: str, place: str) -> Examiner:
    """Kept, as a worker gets many parcels."""
    said = json.loads(asked)
    return Examiner(Asked.of({**said, "place": said["place"] or place}))
