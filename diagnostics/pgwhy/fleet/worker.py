"""The process that examines targets for `fleet.local`: tasks come on standard input, answers go to standard output.

A line of JSON each. The first line is what is asked, and how many targets at a time. A secret goes through the pipe
alone: it is in no argument and in no variable. The process ends with its standard input, and so with its parent.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import IO

from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.pace import Pace
from pgwhy.fleet.run import Examiner
from pgwhy.fleet.task import Asked, Task


def main() -> None:
    """Work until standard input ends."""
    source, out = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # an answer is all that belongs there
    first = json.loads(source.readline())
    examiner = Examiner(Asked.of(first["asked"]))
    gc.freeze()  # what is loaded stays, and need not be looked through again and again
    gc.set_threshold(20_000)
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        runner.run(_work(examiner, first["side_by_side"], source, out))
    os._exit(0)  # a lookup that hangs is left behind


async def _work(examiner: Examiner, most: int, source: IO[bytes], out: IO[bytes]) -> None:
    tasks: asyncio.Queue[Task | None] = asyncio.Queue()
    _read(source, asyncio.get_running_loop(), tasks.put_nowait)
    pace = Pace(most)

    while (task := await tasks.get()) is not None:
        await pace.start(partial(_tell, examiner, task, out))
    await pace.finish()


async def _tell(examiner: Examiner, task: Task, out: IO[bytes]) -> None:
    found = await examiner.examine(task)
    said = json.dumps({"number": task.number, "answer": found}, ensure_ascii=False)
    try:
        out.write(said.encode("utf-8", "backslashreplace") + b"\n")
        out.flush()
    except OSError:  # nobody reads any more
        os._exit(0)


def _read(source: IO[bytes], loop: asyncio.AbstractEventLoop, put: Callable[[Task | None], None]) -> None:
    """On a thread, which any event loop will do with."""

    def work() -> None:
        for line in iter(source.readline, b""):
            loop.call_soon_threadsafe(put, Task.of(json.loads(line)))
        loop.call_soon_threadsafe(put, None)

    threading.Thread(target=work, daemon=True, name="pgwhy-tasks").start()


if __name__ == "__main__":
    main()
