"""The same targets from several places: which fail from some of them only, and from which.

A target is the same where its name is. Takes memory for each target and place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from pgwhy.fleet import answer
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.summary import SHOWN_NAMES
from pgwhy.values import dataclass

How = tuple[str, str, str]
"""Status, stage and cause of an answer, empty where there is none."""


@dataclass
class Divide:
    """Targets that fail in one way from the same places, and not from the others."""

    how: How
    fails_from: tuple[str, ...]
    works_from: tuple[str, ...]
    count: int = 0
    names: list[str] = field(default_factory=list)
    """The first ones."""


class Places:
    """Takes answers one by one."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, How | None]] = {}
        self.counts: dict[str, list[int]] = {}
        """Place → how many targets work from there, and how many there are."""

    @property
    def targets(self) -> int:
        """How many targets there are."""
        return len(self._seen)

    def add(self, found: Answer) -> None:
        """One more answer; of two for one target from one place the later one counts."""
        if found["status"] == answer.UNREAD:
            return
        place, well = found["place"], answer.is_well(found)
        before = self._seen.setdefault(found["name"], {})
        count = self.counts.setdefault(place, [0, 0])
        if place in before:
            count[0] -= before[place] is None
        else:
            count[1] += 1
        count[0] += well
        before[place] = None if well else _how(found)

    def divides(self) -> list[Divide]:
        """What differs between the places, what most targets have in common first."""
        found: dict[tuple[How, tuple[str, ...], tuple[str, ...]], Divide] = {}
        for name, seen in self._seen.items():
            for key in _divided(seen):
                divide = found.setdefault(key, Divide(*key))
                divide.count += 1
                if len(divide.names) < SHOWN_NAMES:
                    divide.names.append(name)
        return sorted(found.values(), key=lambda divide: -divide.count)


def _divided(seen: dict[str, How | None]) -> Iterator[tuple[How, tuple[str, ...], tuple[str, ...]]]:
    """Each way in which it fails from some places, where it does not from all."""
    works = tuple(sorted(place for place, how in seen.items() if how is None))
    ways = {how for how in seen.values() if how is not None}
    if not works and len(ways) < 2:
        return
    for how in sorted(ways):
        yield how, tuple(sorted(place for place, own in seen.items() if own == how)), works


def _how(found: Answer) -> How:
    return found["status"], str(found.get("stage") or ""), str(found.get("cause") or "")
