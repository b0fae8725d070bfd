"""A fleet in a browser, in the look of a report's page: a small picture for each cause, each place and each stage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from pgwhy.fleet.pages import words
from pgwhy.fleet.places import Places
from pgwhy.fleet.summary import BOUNDS_MS, Group, Summary, Times
from pgwhy.progress import Stage, row
from pgwhy.report.html import rendered
from pgwhy.report.ladder.rung import milliseconds

MOST_GROUPS = 60
_HEIGHT = 40.0
"""Of the tallest bar, in units of the picture."""
_WIRE = (Stage.DNS, Stage.TCP, Stage.TLS, Stage.STARTUP, Stage.AUTH)
"""The stages of the small ladder."""


def page(summary: Summary, places: Places | None) -> str:
    """The whole document."""
    several = places if places is not None and len(places.counts) > 1 else None
    divides = several.divides() if several else []
    slowest = [(name, f"{milliseconds(ms)}, most of it: {_name(stage)}", "") for name, ms, stage in summary.slowest()]
    expiring = [(name, words.days(left), "fail" if left <= 0 else "note") for name, left in summary.expiring()]
    tables = [("slowest", "The slowest that work", slowest), ("expiring", "Certificates that expire soon", expiring)]
    return rendered(
        "fleet.html",
        headline=words.headline(summary, places),
        good=summary.total == summary.well and summary.total > 0,
        when=summary.latest,
        total=summary.total,
        groups=[_group(group, summary) for group in summary.groups()[:MOST_GROUPS]],
        places=list(_places(several)) if several else [],
        divides=[(words.divide(one), words.named(one.names, one.count)) for one in divides],
        times=[_times(stage, summary.times[stage]) for stage in Stage if stage in summary.times],
        tables=[table for table in tables if table[2]],
    )


def _group(group: Group, summary: Summary) -> dict[str, Any]:
    return {
        "words": words.group(group, summary.total, ()),
        "count": group.count,
        "part": 100 * group.count / summary.total,
        "rungs": list(_rungs(group.stage)),
        "clues": [words.clue_words(clue) for clue in summary.clues(group)],
        "names": words.named(group.names, group.targets),
        "cause": group.cause.value if group.cause else "",
    }


def _rungs(stage: Stage | None) -> Iterator[tuple[str, str]]:
    """The stages on the wire: passed, where it fails, not reached."""
    if stage not in _WIRE:
        return
    at = _WIRE.index(stage)
    for number, each in enumerate(_WIRE):
        yield row(each).name, "passed" if number < at else "failed" if number == at else "beyond"


def _places(places: Places) -> Iterator[dict[str, Any]]:
    for name, (well, total) in sorted(places.counts.items()):
        yield {"name": name, "well": well, "total": total, "part": 100 * well / total if total else 0}


def _times(stage: Stage, times: Times) -> dict[str, Any]:
    most, width = max(times.counts), 100 / len(times.counts)
    bars = [
        {"x": number * width + 0.5, "width": width - 1, "height": _HEIGHT * count / most}
        for number, count in enumerate(times.counts)
        if count
    ]
    half = (sum(times.counts) + 1) // 2
    middle = next(number for number, seen in enumerate(accumulate(times.counts)) if seen >= half)
    bound = f"at most {milliseconds(BOUNDS_MS[middle])}" if middle < len(BOUNDS_MS) else "more than 10 s"
    return {"name": row(stage).name, "bars": bars, "label": f"half of them took {bound}"}


def _name(stage: str) -> str:
    return row(Stage(stage)).name if stage in set(Stage) else "not known"
