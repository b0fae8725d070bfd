"""A sample of a long table of cases, chosen by a rule: a case is in it if it shows something that none before it shows.

`@pytest.mark.sampled(by=...)` says what a case shows: a function of the test's parameters (those that it names) that
gives a set. With PGWHY_SAMPLE=1, as in `make test`, the other cases are left out; PGWHY_ALL_PARTS=1 leaves out none.
"""

from __future__ import annotations

import inspect
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

KINDS = ("kind", "habit", "verdict", "way", "certificate", "tls", "pool_mode")
"""Keys of a fault's file whose value is a word of a closed set."""
DEPTH = 3
"""How many tables deep a fault's file has keys of ours; deeper are names that the file gives."""


def is_asked_for() -> bool:
    return os.environ.get("PGWHY_SAMPLE") == "1" and os.environ.get("PGWHY_ALL_PARTS") != "1"


def chosen(items: Iterable[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests of a sample in their order, and those that are left out."""
    kept, left = [], []
    shown: dict[Any, set[Any]] = defaultdict(set)
    for item in items:
        marker = item.get_closest_marker("sampled")
        if marker is None:
            kept.append(item)
            continue
        test = item.function  # type: ignore[attr-defined]
        by, parameters = marker.kwargs["by"], item.callspec.params  # type: ignore[attr-defined]
        shows = set(by(**{name: parameters[name] for name in inspect.signature(by).parameters}))
        (kept if shows - shown[test] else left).append(item)
        shown[test] |= shows
    return kept, left


def each(*names: str) -> Any:
    """What a case shows: the value of each of these parameters, whatever the others are."""

    def shows(**parameters: Any) -> set[Any]:
        return {(name, parameters[name]) for name in names}

    shows.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    return shows


def of_a_fault(content: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """What a fault's file shows: its tables and their keys, and which kind of a thing they name."""
    return {("tier", str(content.get("tier")))} | {
        path for table in ("world", "network", "given") for path in _paths((table,), content.get(table))
    }


def _paths(path: tuple[str, ...], value: Any) -> Iterable[tuple[str, ...]]:
    if isinstance(value, Mapping) and len(path) <= DEPTH and path != ("given", "environment"):
        for key, inner in value.items():
            yield from _paths((*path, key), inner)
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for inner in value:
            yield from _paths(path, inner)
    elif value is not None:
        yield path
        if path[-1] in KINDS:
            yield (*path, str(value))
