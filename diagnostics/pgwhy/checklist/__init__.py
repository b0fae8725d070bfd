"""Onboarding: what must hold before a team may call itself connected, and what of it holds. Pure.

An item is checked on the facts of a run where a probe can see it, and is a box to tick where none can. An accepted risk
has an owner and a date, and counts as long as that date has not passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pgwhy.checklist.answers import Answers, Risk, Tick
from pgwhy.checklist.item import Item, Weight, items
from pgwhy.facts import Observations
from pgwhy.finding import Report
from pgwhy.rulebook.conditions import Answer, FactCache
from pgwhy.values import dataclass

SCHEMA = "pgwhy/checklist/1"


class State(StrEnum):
    """State of an item."""

    HOLDS = "holds"
    FAILS = "fails"
    ACCEPTED = "accepted"
    """It does not hold, or nobody has looked, and somebody answers for that."""
    OPEN = "open"
    """A box that nobody has ticked."""
    UNKNOWN = "unknown"
    """A probe could tell, and this run did not get so far."""


@dataclass(frozen=True)
class Entry:
    """One item and its state."""

    item: Item
    state: State
    seen: tuple[tuple[str, Any], ...] = ()
    """The facts it was judged by, with their values."""
    tick: Tick | None = None
    risk: Risk | None = None
    note: str = ""
    """What else there is to know: `the risk was accepted until 2026-10-01`."""


@dataclass(frozen=True)
class Checklist:
    """Every item that applies."""

    entries: tuple[Entry, ...]
    started_at: str
    report_id: str
    target: str
    """What was looked at, in words."""

    def of(self, *states: State) -> tuple[Entry, ...]:
        """The entries in these states."""
        return tuple(entry for entry in self.entries if entry.state in states)

    @property
    def passes(self) -> bool:
        """Nothing that was looked at fails."""
        return not self.of(State.FAILS)


@dataclass(frozen=True)
class Change:
    """What is different since a baseline."""

    id: str
    title: str
    before: str
    """A state, or `not there`."""
    now: str


def evaluate(report: Report, seen: Observations, answers: Answers, today: date) -> Checklist:
    """`seen` are the report's observations with what else was looked at (`workplace`)."""
    facts = FactCache(seen)
    found = {finding.rule for finding in report.findings}
    entries = [_entry(item, facts, found, answers, today) for item in items() if _applies(item, facts)]
    endpoint = seen.get("target.endpoint") or seen.get("target.host") or "the default server"
    role, database = seen.get("target.user"), seen.get("target.dbname")
    who = f"{role}@{database}, " if role and database else ""
    return Checklist(tuple(entries), report.started_at, report.report_id, f"{who}{endpoint}")


def changes(checklist: Checklist, baseline: Mapping[str, Any]) -> tuple[Change, ...]:
    """What is different since an earlier `pages.document`, in the order of the items; then what no longer applies."""
    before = {each["id"]: each for each in baseline["items"]}
    now = {entry.item.id: entry for entry in checklist.entries}
    changed = [
        Change(id, entry.item.title, before[id]["state"] if id in before else "not there", entry.state.value)
        for id, entry in now.items()
        if id not in before or before[id]["state"] != entry.state.value
    ]
    return (
        *changed,
        *(Change(id, each["title"], each["state"], "not there") for id, each in before.items() if id not in now),
    )


def _applies(item: Item, facts: FactCache) -> bool:
    return item.applies is None or item.applies.answer(facts) is not Answer.NO


def _entry(item: Item, facts: FactCache, found: Iterable[str], answers: Answers, today: date) -> Entry:
    state = _state(item, facts, set(found))
    tests = item.holds.tests if item.holds else ()
    seen = tuple((test.path, facts[test.path]) for test in tests if facts[test.path] is not None)
    tick, risk = answers.ticked.get(item.id), answers.accepted.get(item.id)
    if state in (State.OPEN, State.UNKNOWN) and tick is not None:
        return Entry(item, State.HOLDS, seen, tick=tick)
    if state in (State.FAILS, State.OPEN, State.UNKNOWN) and risk is not None:
        if today <= risk.until:
            return Entry(item, State.ACCEPTED, seen, risk=risk)
        return Entry(item, State.FAILS, seen, risk=risk, note=f"the risk was accepted until {risk.until} only")
    if state is State.FAILS and tick is not None:
        return Entry(
            item, state, seen, tick=tick, note=f"{tick.by} ticked it on {tick.on}, and this run sees otherwise"
        )
    return Entry(item, state, seen)


def _state(item: Item, facts: FactCache, found: set[str]) -> State:
    if found.intersection(item.rules):
        return State.FAILS
    if item.holds is None:
        return State.OPEN
    if item.applies is not None and item.applies.answer(facts) is Answer.CANNOT_TELL:
        return State.UNKNOWN
    answer = item.holds.answer(facts)
    return {Answer.YES: State.HOLDS, Answer.NO: State.FAILS, Answer.CANNOT_TELL: State.UNKNOWN}[answer]


__all__ = ["SCHEMA", "Change", "Checklist", "Entry", "State", "Weight", "changes", "evaluate"]
