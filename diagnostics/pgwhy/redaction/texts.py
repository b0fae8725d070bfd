"""Every text in a value of any shape, changed: records, reports, documents of plain data."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

from pgwhy.facts import Observations
from pgwhy.values import names, replace

T = TypeVar("T")


def with_texts(value: T, change: Callable[[str], str]) -> T:
    """The value with `change` made to every text in it. Words of closed sets and the keys of mappings stay: they are
    ours."""

    def walk(part: Any) -> Any:
        if isinstance(part, Enum) or part is None:
            return part
        if isinstance(part, str):
            return change(part)
        if isinstance(part, (list, tuple)):
            return type(part)(walk(item) for item in part)
        if isinstance(part, dict):
            return {key: walk(item) for key, item in part.items()}
        if isinstance(part, Observations):
            return part.mapped(walk)
        if fields := names(part):
            return replace(part, **{name: walk(getattr(part, name)) for name in fields})
        return part

    return cast("T", walk(value))
