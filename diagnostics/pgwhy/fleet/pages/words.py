"""The sentences about a fleet, the same in the terminal and in the browser."""

from __future__ import annotations

from collections.abc import Iterable

from pgwhy.causes import Cause
from pgwhy.fleet import answer
from pgwhy.fleet.places import Divide, How, Places
from pgwhy.fleet.summary import Clue, Group, Summary
from pgwhy.progress import Stage, row

MOST_CLUES = 3
MOST_LISTED = 4
_OUTSIDE = {
    answer.UNREAD: "cannot be read",
    answer.LOST: "could not be examined",
    answer.BUG: "met a bug in pgwhy",
    "unknown": "have no answer",
}
"""How a group goes on that is about no failure of the target."""


def headline(summary: Summary, from_places: Places | None = None) -> tuple[str, str]:
    """The word that is the answer, and how the line goes on: `14 OF 20 FAIL`, and nothing."""
    failed, total = summary.total - summary.well, summary.total
    if not total:
        return "NOTHING TO EXAMINE", ": the list names no target"
    word = "CONNECT" if summary.statuses["connects"] else "ARE REACHABLE"
    if not failed:
        return f"ALL {total:,} {word}" if total > 1 else f"THE TARGET {word.removeprefix('ARE ')}", ""
    if from_places is not None and len(from_places.counts) > 1:
        return (
            f"{failed:,} OF {total:,} RUNS FAIL",
            f": {from_places.targets:,} targets from {len(from_places.counts)} places",
        )
    return f"{failed:,} OF {total:,} FAIL", ""


def group(one: Group, total: int, clues: Iterable[Clue]) -> str:
    """`14 of 20 fail at DNS, all through resolver 10.0.0.2: the name does not exist`."""
    how = _OUTSIDE.get(one.status) or f"{_verb('fail', one.count)} {row(one.stage).place if one.stage else 'somewhere'}"
    shared = "".join(f", {clue_words(clue)}" for clue in list(clues)[:MOST_CLUES])
    what = one.title or ("cause not found" if one.status == "fails" else "")
    return f"{one.count:,} of {total:,} {how}{shared}" + (f": {what}" if what else "")


def clue_words(clue: Clue) -> str:
    """`all through resolver 10.0.0.2`, `all with env=prod, and none that works is`."""
    kind, _, name = clue.kind.partition(" ")
    words = {
        "resolver": "all through resolver {}",
        "host": "all on {}",
        "address": "all at {}",
        "provider": "all at the provider {}",
        "place": "all from {}",
        "issuer": "all with a certificate of {}",
        "label": f"all with {name}={{}}",
    }[kind]
    return words.format(clue.value) + (", and none that works is" if clue.alone else "")


def named(names: Iterable[str], count: int) -> str:
    """`db1, db2, db3 and 11 more`."""
    shown = list(names)
    more = count - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def divide(one: Divide) -> str:
    """`3 targets fail only from zone-b, at TCP: ...`."""
    who = f"{one.count:,} {'target' if one.count == 1 else 'targets'} {_verb('fail', one.count)}"
    only = "only " if one.works_from else ""
    return f"{who} {only}from {places(one.fails_from)}{_how(one.how)}" + (
        f"; from {places(one.works_from)} it works" if one.works_from and len(one.works_from) <= MOST_LISTED else ""
    )


def places(names: Iterable[str]) -> str:
    """`a, b and c`; of many places the first ones."""
    shown = list(names)
    if len(shown) > MOST_LISTED:
        return f"{', '.join(shown[:MOST_LISTED])} and {len(shown) - MOST_LISTED} more places"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def days(left: float) -> str:
    """`in 12 days`, `today`, `3 days ago`."""
    if abs(left) < 1:
        return "today"
    count = f"{abs(left):.0f} {'day' if round(abs(left)) == 1 else 'days'}"
    return f"in {count}" if left > 0 else f"{count} ago"


def _how(how: How) -> str:
    status, stage, cause = how
    place = row(Stage(stage)).place if stage in set(Stage) else _OUTSIDE.get(status, "")
    what = Cause(cause).about.meaning.partition(" (")[0] if cause in set(Cause) else ""
    return (f", {place}" if place else "") + (f": {what}" if what else "")


def _verb(word: str, count: int) -> str:
    return f"{word}s" if count == 1 else word
