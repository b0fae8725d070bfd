"""A sample of a long table of cases, chosen by a rule: as few cases as show everything that a case of the table shows.

`@pytest.mark.sampled(by=...)` says what a case shows: a function of the test's parameters (those that it names) that
gives a set. With PGWHY_SAMPLE=1, as in `make test`, the other cases are left out, and two of three cases of any other
long table that shows no promise of SECURITY.md; and what is marked `full`, which costs seconds while something else
shows most of it, or is about what is packaged. PGWHY_ALL_PARTS=1 leaves out none.

What a test makes up by itself (`examples`), and the pairs of two long lists (`part`), are tried to a share: least in
`make test`, all of them in `make thorough` (PGWHY_THOROUGH=1), and in CI what its time is enough for.
"""

from __future__ import annotations

import inspect
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pytest

C = TypeVar("C")
KINDS = ("kind", "habit", "verdict", "way", "certificate", "tls", "pool_mode")
"""Keys of a fault's file whose value is a word of a closed set."""
LONG, OF_A_LONG_ONE = 10, 3
"""Cases from which on a table is long, and of how many one is kept."""
DEPTH = 3
"""How many tables deep a fault's file has keys of ours; deeper are names that the file gives."""


def is_asked_for() -> bool:
    return os.environ.get("PGWHY_SAMPLE") == "1" and os.environ.get("PGWHY_ALL_PARTS") != "1"


def chosen(items: Iterable[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests of a sample in their order, and those that are left out."""
    items = list(items)
    tables: dict[Any, dict[pytest.Item, set[Any]]] = defaultdict(dict)
    others: dict[Any, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if (marker := item.get_closest_marker("sampled")) is not None:
            test = item.function  # type: ignore[attr-defined]
            by, parameters = marker.kwargs["by"], item.callspec.params  # type: ignore[attr-defined]
            tables[test][item] = set(by(**{name: parameters[name] for name in inspect.signature(by).parameters}))
        elif hasattr(item, "callspec") and item.get_closest_marker("promise") is None:
            others[item.function].append(item)  # type: ignore[attr-defined]
    left = {item for table in tables.values() for item in table}
    left -= {item for table in tables.values() for item in _fewest(table)}
    for cases in others.values():
        if len(cases) >= LONG:
            left |= set(cases) - set(cases[::OF_A_LONG_ONE])
    left |= {item for item in items if item.get_closest_marker("full") is not None}
    return [item for item in items if item not in left], [item for item in items if item in left]


def _fewest(table: Mapping[pytest.Item, set[Any]]) -> list[pytest.Item]:
    """Always the case that shows most of what is still missing, the first of several."""
    missing, kept = set().union(*table.values()), []
    while missing:
        best = max(table, key=lambda item: len(table[item] & missing))
        kept.append(best)
        missing -= table[best]
    return kept


def examples(many: int) -> int:
    """How many examples Hypothesis makes up: `many` in a thorough run."""
    return max(many // _one_of(3, 5), 1)


def part(cases: Sequence[C], turn: int) -> Sequence[C]:
    """The cases that one of several tests looks at, other ones each turn: all of them in a thorough run."""
    share = _one_of(3, 12)
    return cases[turn % share :: share]


def _one_of(in_full: int, in_a_sample: int) -> int:
    if os.environ.get("PGWHY_THOROUGH") == "1":
        return 1
    return in_a_sample if is_asked_for() else in_full


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
