"""The checklist in a browser, in the look of a report's page."""

from __future__ import annotations

from collections.abc import Iterable

from pgwhy.checklist import Change, Checklist, State
from pgwhy.checklist.pages import GROUPS, headline, note, to_do, worst_first
from pgwhy.report.html import rendered

_MARKS = {State.HOLDS: "ok", State.FAILS: "fail", State.ACCEPTED: "note", State.OPEN: "skip", State.UNKNOWN: "note"}
_WORDS = {
    State.HOLDS: "holds",
    State.FAILS: "does not",
    State.ACCEPTED: "accepted",
    State.OPEN: "to do",
    State.UNKNOWN: "not known",
}


def page(checklist: Checklist, since: Iterable[Change] | None) -> str:
    """The whole document."""
    groups = [
        (title, worst_first([entry for entry in checklist.entries if entry.item.weight is weight]))
        for weight, title in GROUPS
    ]
    return rendered(
        "checklist.html",
        checklist=checklist,
        headline=headline(checklist),
        groups=[group for group in groups if group[1]],
        since=None if since is None else list(since),
        marks=_MARKS,
        words=_WORDS,
        note=note,
        to_do=to_do,
    )
