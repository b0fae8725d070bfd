"""Our value classes behave as the standard library's dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from pgwhy.values import dataclass


@dataclass(frozen=True)
class Point:
    x: int
    y: int = 2
    seen: list[str] = dataclasses.field(default_factory=list, compare=False)
    secret: str = dataclasses.field(default="hidden", repr=False)
    unit: ClassVar[str] = "mm"


@dataclasses.dataclass(frozen=True)
class Standard:
    x: int
    y: int = 2
    seen: list[str] = dataclasses.field(default_factory=list, compare=False)
    secret: str = dataclasses.field(default="hidden", repr=False)
    unit: ClassVar[str] = "mm"


@dataclass(frozen=True)
class Named(Point):
    name: str = ""

    def __repr__(self) -> str:
        return f"<{self.name}>"


@dataclass
class Counter:
    count: int = 0


@pytest.mark.parametrize("use", [
    lambda kind: dataclasses.asdict(kind(1, seen=["a"])),
    lambda kind: dataclasses.asdict(dataclasses.replace(kind(1), y=5)),
    lambda kind: repr(kind(1, 3)).replace(kind.__name__, ""),
    lambda kind: [f.name for f in dataclasses.fields(kind)],
    lambda kind: (kind(1, seen=["a"]) == kind(1, seen=["b"]), kind(1) == kind(2), kind(1) == 1),
    lambda kind: hash(kind(1, 2)),
    lambda kind: copy.deepcopy(kind(1, seen=["a"])).seen,
    lambda kind: pickle.loads(pickle.dumps(kind(1, seen=["a"]))).seen,
    lambda kind: kind.__match_args__,
])  # fmt: skip
def test_it_behaves_as_the_standard_one(use: Callable[[type], Any]) -> None:
    assert use(Point) == use(Standard)


@pytest.mark.parametrize("use", [
    lambda kind: kind(),
    lambda kind: kind(1, x=1),
    lambda kind: kind(1, 2, [], "", 5),
    lambda kind: kind(1, z=5),
    lambda kind: kind(z=5),
    lambda kind: setattr(kind(1), "x", 2),
    lambda kind: delattr(kind(1), "x"),
])  # fmt: skip
def test_it_refuses_what_the_standard_one_refuses(use: Callable[[type], Any]) -> None:
    with pytest.raises((TypeError, dataclasses.FrozenInstanceError)) as expected:
        use(Standard)
    with pytest.raises(expected.type):
        use(Point)


def test_no_two_values_share_a_default_that_was_made() -> None:
    assert Point(1).seen is not Point(1).seen


def test_a_value_class_inherits_fields_and_keeps_methods_of_its_own() -> None:
    assert repr(Named(1, name="origin")) == "<origin>"
    assert Named(1) != Point(1)


def test_what_is_not_frozen_changes_and_has_no_hash() -> None:
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError):
        hash(counter)


def test_its_fields_are_the_standard_ones_before_and_after_it_is_made() -> None:
    """The standard decorator comes late, and finds what it would have found at first."""

    @dataclass(frozen=True)
    class Base:
        x: int = dataclasses.field(default=1, metadata={"meaning": "one"})
        made: list[str] = dataclasses.field(default_factory=list)

    @dataclass(frozen=True)
    class Own(Base):
        y: int = 2
        x: int = 5  # keeps its place

    made = Own()
    assert (made.x, made.y, made.made, Own.x, Own.__match_args__) == (5, 2, [], 5, ("x", "made", "y"))
    assert dataclasses.is_dataclass(Own) and not hasattr(Own, "made")
    assert [(f.name, f.metadata.get("meaning")) for f in dataclasses.fields(Base)] == [("x", "one"), ("made", None)]
    assert [f.name for f in dataclasses.fields(Own)] == ["x", "made", "y"]
    assert dataclasses.replace(made, y=3) == Own(5, [], 3)


def test_threads_that_ask_at_once_find_the_same_fields() -> None:
    for _ in range(20):
        kind = type("Kind", (), {"__annotations__": {"x": "int"}, "x": dataclasses.field(default=0, metadata={"a": 1})})
        made: Any = dataclass(frozen=True)(kind)
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _, made=made: dataclasses.fields(made)[0].metadata["a"], range(8)))
        assert found == [1] * 8
