"""Which causes an archive has, how many of each, and when: counted as the answers come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import field
from datetime import date

from pgwhy.archive.told import NO_CAUSE, SKIPPED, Told
from pgwhy.causes import Cause
from pgwhy.values import dataclass

NAMED = 100
"""Files of a cause that are named."""


@dataclass
class Group:
    """The files that say the same."""

    what: str
    """As `Told.what`."""
    count: int = 0
    first: str = ""
    """When the first run of those that have a time began (`Told.at`); empty: none has one."""
    last: str = ""
    days: Counter[int] = field(default_factory=Counter)
    """Day (`date.toordinal`) → runs."""
    files: list[Told] = field(default_factory=list)
    """The first ones, without their times."""

    def add(self, one: Told) -> None:
        """One more."""
        self.count += 1
        if len(self.files) < NAMED:
            self.files.append(one)
        if one.at:
            self.first = min(self.first or one.at, one.at)
            self.last = max(self.last, one.at)
            self.days[_day(one.at)] += 1

    @property
    def meaning(self) -> str:
        """What the cause is, in words; empty for what is none."""
        return Cause(self.what).about.meaning if self.what in set(Cause) else ""


class History:
    """All groups."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}
        self.total = 0

    def add(self, one: Told) -> None:
        """One more file."""
        self.total += 1
        self._groups.setdefault(one.what, Group(one.what)).add(one)

    def groups(self) -> list[Group]:
        """The most frequent cause first; what has none at the end."""
        order = self._groups.values()
        return sorted(order, key=lambda group: (group.what in (NO_CAUSE, SKIPPED), -group.count))

    @property
    def unread(self) -> int:
        return self._groups[SKIPPED].count if SKIPPED in self._groups else 0

    @property
    def answered(self) -> bool:
        """There are files, and each has an answer."""
        return self.total > 0 and not {NO_CAUSE, SKIPPED} & self._groups.keys()

    def span(self) -> tuple[str, str]:
        """The first and the last moment of all; empty where no file has one."""
        known = [group for group in self._groups.values() if group.first]
        return min((group.first for group in known), default=""), max((group.last for group in known), default="")

    def over_time(self, group: Group, parts: int) -> list[int]:
        """How many of a group were in each of so many equal parts of the whole time, in days; fewer parts where there
        are fewer days.
        """
        first, last = self.span()
        if not first:
            return []
        begin, days = _day(first), _day(last) - _day(first) + 1
        parts = min(parts, days)
        counts = [0] * parts
        for day, count in group.days.items():
            counts[(day - begin) * parts // days] += count
        return counts


def _day(at: str) -> int:
    try:
        return date.fromisoformat(at[:10]).toordinal()
    except ValueError:  # 31 February
        return date.fromisoformat(f"{at[:7]}-01").toordinal()


def of(answers: Iterable[Told]) -> History:
    """The history of these."""
    history = History()
    for one in answers:
        history.add(one)
    return history
