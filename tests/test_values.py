"""Our value classes behave as the standard library's dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, ClassVar

import pytest

from pgwhy.values import dataclass, names, replace


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


def test_a_value_with_some_fields_changed_is_made_anew() -> None:
    @dataclass(frozen=True)
    class Doubled:
        x: int

        @cached_property
        def twice(self) -> int:
            return 2 * self.x

    before = Doubled(1)
    assert (before.twice, replace(before, x=5).twice, before.x) == (2, 10, 1)
    assert replace(Point(1, seen=["a"]), y=5) == Point(1, 5) and replace(Point(1, seen=["a"]), y=5).seen == ["a"]
    for change in (lambda value: replace(value, z=1), lambda value: dataclasses.replace(value, z=1)):
        with pytest.raises(TypeError):
            change(Point(1))


def test_the_fields_of_any_dataclass_have_names_and_nothing_else_has() -> None:
    for value in (Point(1), Standard(1)):
        assert names(value) == ("x", "y", "seen", "secret")
    assert [names(value) for value in (Point, {}, "text", None, re.compile("x"))] == [()] * 5


@pytest.mark.parametrize("make", [dataclass, dataclasses.dataclass])
def test_what_a_class_says_anew_of_a_field_counts(make: Any) -> None:
    @make(frozen=True)
    class Base:
        secret: str = dataclasses.field(default="", repr=False, compare=False)
        shown: int = 1

    @make(frozen=True)
    class Open(Base):
        secret: str = "x"
        shown: int = dataclasses.field(default=1, repr=False)

    @make(frozen=True)
    class Closed(Base):
        pass

    assert repr(Open()).partition(".<locals>.")[2] == "Open(secret='x')"
    assert repr(Closed()).partition(".<locals>.")[2] == "Closed(shown=1)"
    assert Open() != Open("y") and Closed() == Closed("y")


def test_threads_that_ask_at_once_find_the_same_fields() -> None:
    for _ in range(20):
        kind = type("Kind", (), {"__annotations__": {"x": "int"}, "x": dataclasses.field(default=0, metadata={"a": 1})})
        made: Any = dataclass(frozen=True)(kind)
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _, made=made: dataclasses.fields(made)[0].metadata["a"], range(8)))
        assert found == [1] * 8
