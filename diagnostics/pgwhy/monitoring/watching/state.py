"""One target as its rounds go by: each answer goes in, and what has changed comes out as events.

It keeps counts and no answers, so days take the memory of minutes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import field

from pgwhy.causes import Cause
from pgwhy.fleet.answer import Answer, is_well
from pgwhy.fleet.summary import Times
from pgwhy.fleet.task import Task
from pgwhy.monitoring.watching.event import SCHEMA, Event, Kind, Shape
from pgwhy.monitoring.watching.tempo import Tempo
from pgwhy.progress import Stage
from pgwhy.values import dataclass

REMEMBERED = 20
"""Rounds that flapping is about."""
FLAPS_FROM = 6
"""Changes between working and failing in so many rounds: three outages. Two are told as what they are."""
STEADY_AT = 2
"""So few, and it is steady again. The distance keeps the word itself from coming and going."""
MOST_WAYS = 200
"""Ways to fail that are counted; stage and cause are closed lists, so there are hardly more."""
STARTING = frozenset((Cause.COLD_START_TIMEOUT, Cause.SERVER_STARTING_UP))
"""What a server that is about to be up looks like to one round."""

Way = tuple[str, str | None, str | None]
"""Status, stage and cause: what has to be the same for a failure to be the same."""


@dataclass
class Suffered:
    """How often a target failed in one way, and for how long."""

    title: str
    onsets: int = 0
    rounds: int = 0


@dataclass
class State:
    """What is known of one target."""

    task: Task
    rounds: int = 0
    well: int = 0
    outages: int = 0
    down_s: float = 0.0
    """Of the outages that are over."""
    since_s: float | None = None
    """When the outage began that is under way, by the clock of `take`; `None`: there is none."""
    cold_starts: int = 0
    missed: int = 0
    """Rounds that were left out, as the one before took longer than its time."""
    latest: Answer = field(default_factory=dict)
    flapping: bool = False
    dead: tuple[str, ...] = ()
    ways: dict[Way, Suffered] = field(default_factory=dict)
    times: dict[Stage, Times] = field(default_factory=dict)
    """How long each stage took when the target worked."""
    _tempo: Tempo = field(default_factory=Tempo)
    _flips: deque[bool] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _began: int = 0

    @property
    def failing(self) -> bool:
        """It fails at the moment."""
        return self.since_s is not None

    def take(self, found: Answer, now_s: float) -> Iterator[Event]:
        """The answer of one more round, at `now_s` seconds of a clock that only grows."""
        self.rounds += 1
        before, well = self.latest, is_well(found)
        self.latest = found
        turned = self.failing is well
        self._flips.append(turned and bool(before))
        events = [*self._as_it_flaps()]
        if well:
            self.well += 1
            if turned:
                events.append(self._recovery(before, found, now_s))
            events += self._addresses(found)
            events += self._slowness(found)
            for stage, ms in found["ms"].items():
                self.times.setdefault(Stage(stage), Times()).add(ms)
        else:
            events += self._failure(before, found, now_s, first=turned)
        return iter(events)

    def _failure(self, before: Answer, found: Answer, now_s: float, *, first: bool) -> Iterator[Event]:
        way = _way(found)
        if way not in self.ways and len(self.ways) < MOST_WAYS:
            self.ways[way] = Suffered(found.get("title") or "")
        suffered = self.ways.get(way)
        if suffered is not None:
            suffered.rounds += 1
            suffered.onsets += first or way != _way(before)
        if first:
            self.since_s, self._began = now_s, self.rounds
            self.outages += 1
            shape = Shape.COLD_START if found.get("cause") in STARTING else Shape.OUTAGE
            yield self._event(Kind.ONSET, found, shape=shape)
        elif way != _way(before):
            was = {name: before.get(name) for name in ("status", "stage", "cause")}
            yield self._event(Kind.CHANGE, found, before=was)

    def _recovery(self, before: Answer, found: Answer, now_s: float) -> Event:
        assert self.since_s is not None
        lasted = now_s - self.since_s
        self.since_s = None
        self.down_s += lasted
        short = self.rounds - self._began == 1 and before.get("cause") in STARTING
        was = {name: before.get(name) for name in ("status", "stage", "cause")}
        shape = Shape.COLD_START if short else Shape.OUTAGE
        self.cold_starts += short
        return self._event(Kind.RECOVERY, found, down_s=round(lasted, 3), shape=shape, before=was)

    def _as_it_flaps(self) -> Iterator[Event]:
        flips = sum(self._flips)
        if not self.flapping and flips >= FLAPS_FROM:
            self.flapping = True
            yield self._event(Kind.FLAPPING, self.latest, changes=flips, of_rounds=len(self._flips))
        elif self.flapping and flips <= STEADY_AT:
            self.flapping = False
            yield self._event(Kind.STEADY, self.latest)

    def _addresses(self, found: Answer) -> Iterator[Event]:
        dead = tuple(sorted(found.get("dead_addresses") or ()))
        if dead != self.dead:
            self.dead = dead
            yield self._event(Kind.DEGRADED if dead else Kind.RESTORED, found, dead_addresses=list(dead))

    def _slowness(self, found: Answer) -> Iterator[Event]:
        kind = self._tempo.take(found["ms"], self.times)
        if kind is not None:
            self.cold_starts += kind is Kind.COLD_START
            yield self._event(kind, found, slowest_ms=round(self._tempo.slowest_ms, 1))

    def _event(self, kind: Kind, found: Answer, **more: object) -> Event:
        kept: Mapping[str, object] = {name: found.get(name) for name in _KEPT}
        known = {"schema": SCHEMA, "kind": kind.value, "at": found.get("started_at"), "round": self.rounds}
        return {**known, **kept, "flapping": self.flapping, **more}


_KEPT = (
    "name",
    "place",
    "labels",
    "status",
    "stage",
    "cause",
    "rule",
    "owner",
    "title",
    "summary",
    "report_id",
    "login",
)


def _way(found: Answer) -> Way:
    return str(found.get("status")), found.get("stage"), found.get("cause")
