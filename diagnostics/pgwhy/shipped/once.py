"""What is loaded once in a process, by whichever thread asks first."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")


def once(load: Callable[[], T]) -> Callable[[], T]:
    """`load`, called by the first who asks; who asks meanwhile waits for it. Where it raises, the next one calls it."""
    loading, loaded = allocate_lock(), lru_cache(maxsize=1)(load)

    @wraps(load)
    def asked() -> T:
        with loading:
            return loaded()

    return asked
