"""Several looks side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def together(*looks: Coroutine[Any, Any, T]) -> list[T]:
    """What each of these gives, as `asyncio.gather`; but one alone needs no task of its own, and usually there is one:
    most targets have one host, and most hosts one address."""
    if len(looks) > 1:
        return await asyncio.gather(*looks)
    return [await look for look in looks]
