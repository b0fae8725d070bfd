"""What the answers of a fleet have in common, kept as they come and in a memory that does not grow with them."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from pgwhy.causes import Cause
from pgwhy.fleet import answer
from pgwhy.fleet.answer import Answer
from pgwhy.progress import Stage
from pgwhy.values import dataclass

SHOWN_NAMES = 5
"""Targets of a group that are named."""
SLOWEST = 5
EXPIRING = 20
SOON_DAYS = 30.0
"""Certificates that end within so many days: what renews itself does so with a third of 90 days left."""
MOST_NAMES = 10_000
"""Targets of a group that are told apart; past that each answer counts as one."""
MOST_VALUES = 20_000
"""Traits of targets that connect which are remembered; past that nothing is said of them."""
BOUNDS_MS = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)
"""Upper ends of the classes of a histogram; the last class has what is longer."""

Trait = tuple[str, str]
"""A kind and its value: `("resolver", "10.0.0.2")`, `("label env", "prod")`."""


@dataclass
class Group:
    """Targets that fail in one way."""

    status: str
    stage: Stage | None
    cause: Cause | None
    title: str
    """What happens, in words: as a rule says it where all were found by one, else as the cause is meant."""
    count: int = 0
    """Answers: of one target from three places there are three."""
    names: list[str] = field(default_factory=list)
    """The first ones."""
    seen: set[int] = field(default_factory=set)
    """Their names as hashes, at most `MOST_NAMES`: a target from several places is one target."""
    shared: set[Trait] | None = None
    """What all of them have; `None` before the first one."""
    lines: list[str] = field(default_factory=list)
    """Of lines that are no target: why."""

    @property
    def targets(self) -> int:
        """How many targets it is about."""
        return len(self.seen) if len(self.seen) < MOST_NAMES else self.count

    def add(self, found: Answer, traits: set[Trait]) -> None:
        """One more."""
        if self.count and self.cause is not None and found.get("title") != self.title:
            self.title = self.cause.about.meaning.partition(" (")[0]
        self.count += 1
        known = hash(found["name"])
        if len(self.names) < SHOWN_NAMES and known not in self.seen:
            self.names.append(found["name"])
            self.lines.append(found["summary"])
        if len(self.seen) < MOST_NAMES:
            self.seen.add(known)
        self.shared = traits if self.shared is None else self.shared & traits


@dataclass
class Times:
    """How long one stage took, as a histogram over `BOUNDS_MS`."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))

    def add(self, ms: float) -> None:
        """One more."""
        self.counts[next((n for n, bound in enumerate(BOUNDS_MS) if ms <= bound), len(BOUNDS_MS))] += 1


@dataclass(frozen=True)
class Clue:
    """What all targets of a group share."""

    kind: str
    value: str
    alone: bool
    """No target that connects has it."""


class Summary:
    """Takes answers one by one."""

    def __init__(self) -> None:
        self.total = 0
        self.well = 0
        self.statuses: Counter[str] = Counter()
        self.latest = ""
        """When the last run began, as a report has it; empty before the first."""
        self.times: dict[Stage, Times] = {}
        self._groups: dict[tuple[str, str, str], Group] = {}
        self._of_well: Counter[Trait] = Counter()
        self._of_some: Counter[Trait] = Counter()
        self._slowest: list[tuple[float, int, str, str]] = []
        self._expiring: list[tuple[float, int, str]] = []

    def add(self, found: Answer) -> None:
        """One more answer."""
        self.total += 1
        self.statuses[found["status"]] += 1
        self.latest = max(self.latest, str(found.get("started_at") or ""))
        traits = set(_traits(found))
        if answer.is_well(found):
            self._add_well(found, traits)
        else:
            self._group(found).add(found, traits)
            if len(self._of_some) < MOST_VALUES:
                self._of_some.update(traits)
        for stage, ms in found["ms"].items():
            if stage in set(Stage):
                self.times.setdefault(Stage(stage), Times()).add(ms)
        days = found["tls"].get("expires_in_days")
        if isinstance(days, (int, float)) and days <= SOON_DAYS:
            _keep(self._expiring, (-float(days), self.total, found["name"]), EXPIRING)

    def groups(self) -> list[Group]:
        """Those that fail, the largest first; lines that are no target at the end."""
        order = self._groups.values()
        return sorted(order, key=lambda group: (group.status in (answer.UNREAD, answer.LOST), -group.count))

    def clues(self, group: Group) -> list[Clue]:
        """What its targets share and not every target has, what tells most first."""
        if group.targets < 2:
            return []
        known = len(self._of_well) < MOST_VALUES
        found = [
            Clue(kind, value, known and (kind, value) not in self._of_well and self.well > 0)
            for kind, value in group.shared or ()
            if self._tells(group, (kind, value))
        ]
        return sorted(found, key=lambda clue: (not clue.alone, clue.kind, clue.value))

    def slowest(self) -> list[tuple[str, float, str]]:
        """Name, milliseconds and the slowest stage of those that connect, the slowest first."""
        return [(name, ms, stage) for ms, _, name, stage in sorted(self._slowest, reverse=True)]

    def expiring(self) -> list[tuple[str, float]]:
        """Name and days, the soonest first."""
        return [(name, -days) for days, _, name in sorted(self._expiring, reverse=True)]

    def _tells(self, group: Group, trait: Trait) -> bool:
        if trait[0] == "resolver":
            return group.stage is Stage.DNS
        return self._of_some[trait] + self._of_well[trait] < self.total

    def _add_well(self, found: Answer, traits: set[Trait]) -> None:
        self.well += 1
        if len(self._of_well) < MOST_VALUES:
            self._of_well.update(traits)
        ms, stages = found.get("duration_ms"), found["ms"]
        if isinstance(ms, (int, float)):
            stage = max(stages, key=lambda each: stages[each], default="")
            _keep(self._slowest, (float(ms), -self.total, found["name"], stage), SLOWEST)

    def _group(self, found: Answer) -> Group:
        status, stage, cause = found["status"], found.get("stage"), found.get("cause")
        key = (status, str(stage), str(cause))
        if key not in self._groups:
            known = Cause(cause) if cause in set(Cause) else None
            title = str(found.get("title") or "")
            self._groups[key] = Group(status, Stage(stage) if stage in set(Stage) else None, known, title)
        return self._groups[key]


def _keep(heap: list[Any], item: Any, most: int) -> None:
    """The largest ones, each name (the third of an item) once."""
    for number, other in enumerate(heap):
        if other[2] == item[2]:
            heap[number] = max(item, other)
            heapq.heapify(heap)
            return
    if len(heap) < most:
        heapq.heappush(heap, item)
    else:
        heapq.heappushpop(heap, item)


def _traits(found: Mapping[str, Any]) -> Iterator[Trait]:
    """What a target can share with others."""
    for resolver in found["resolvers"]:
        yield "resolver", str(resolver).removesuffix(":53")
    for kind in ("host", "place", "provider"):
        if (value := found.get(kind)) and value != "none":
            yield kind, str(value)
    for address in (found.get("addresses") or ())[:4]:
        if address != found.get("host"):
            yield "address", str(address)
    if issuer := found["tls"].get("issuer"):
        yield "issuer", str(issuer)
    for name, value in found["labels"].items():
        yield f"label {name}", value
