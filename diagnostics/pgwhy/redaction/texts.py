"""Every text in a value of any shape, changed: records, reports, documents of plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar, cast

from pgwhy.facts import Observations

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
        if dataclasses.is_dataclass(part) and not isinstance(part, type):
            return dataclasses.replace(part, **{f.name: walk(getattr(part, f.name)) for f in dataclasses.fields(part)})
        return part

    return cast("T", walk(value))
