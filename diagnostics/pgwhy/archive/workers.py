"""All files of an archive, on every core, answered in their order."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from pgwhy.archive.told import Told, told
from pgwhy.engine.reports import all_rules
from pgwhy.machine import Machine, available_cores
from pgwhy.redaction import for_machine

Named = tuple[Path, str]
"""A file, and what it is called."""
FEW = 2000
"""So many are answered here: a process takes half a second to start."""
PARCEL = 250
AHEAD = 4
"""Parcels a process that are under way, so that memory does not grow with the archive."""


def every(files: Sequence[Named], folders: tuple[Path, ...], processes: int | None = None) -> Iterator[Told]:
    """What each says, in their order. `folders`: of further rules. `processes`: `None`: one for each core.

    Raises `RuleError`.
    """
    all_rules(folders)  # a mistake in them is told before any process starts
    count = processes or available_cores()
    if count == 1 or len(files) <= FEW:
        yield from _parcel(files, folders)
        return
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin)
    try:
        waiting: deque[Future[list[Told]]] = deque()
        for start in range(0, len(files), PARCEL):
            waiting.append(pool.submit(_list, files[start : start + PARCEL], folders))
            if len(waiting) >= AHEAD * count:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Ctrl-C is for the process that started us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _list(files: Sequence[Named], folders: tuple[Path, ...]) -> list[Told]:
    return list(_parcel(files, folders))


def _parcel(files: Sequence[Named], folders: tuple[Path, ...]) -> Iterator[Told]:
    rules, redactor = all_rules(folders), for_machine(Machine.here())
    for path, name in files:
        yield told(path, name, rules, redactor)
