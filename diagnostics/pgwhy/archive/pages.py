"""An archive as a table for a terminal, and as a page for a browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgwhy.archive.history import Group, History
from pgwhy.archive.told import Told
from pgwhy.causes import Cause
from pgwhy.finding import Status
from pgwhy.report.html import rendered
from pgwhy.terminal.width import shortened, wrap

PARTS = 24
"""Columns of the small picture of a cause in a terminal."""
_BARS, _PLAIN_BARS = " ▁▂▃▄▅▆▇█", " .:-=+*%#"
_PARTS_HTML = 60
_HEIGHT = 40.0


def table(history: History, width: int, unicode: bool) -> Iterator[str]:
    """The lines, at most `width` columns each."""
    groups = history.groups()
    if not groups:
        yield "There is no file in this folder."
        return
    yield summary(history)
    if len(groups) > 1:
        yield from (shortened(f"{group.count:>4,}  {group.what}", width) for group in groups)
    if history.span()[0]:
        yield ""
        yield from _over_time(history, groups, width, unicode)
    for group in groups:
        yield ""
        said = f"{group.what}: {group.meaning}" if group.meaning else group.what
        yield from wrap(said, width, f"{group.count:>4,}  ")
        for each in group.files:
            yield from _file(each, width)
        if group.count > len(group.files):
            yield f"      and {group.count - len(group.files):,} more: --format jsonl names all"


def summary(history: History) -> str:
    """How many files and causes: what a person wants of a thousand files."""
    causes = sum(group.what in set(Cause) for group in history.groups())
    counted = [f"{history.total:,} file{'s' * (history.total != 1)}", f"{causes} cause{'s' * (causes != 1)}"]
    return ", ".join([*counted, *([f"{history.unread:,} not read"] if history.unread else [])])


def _over_time(history: History, groups: Sequence[Group], width: int, unicode: bool) -> Iterator[str]:
    """`first seen   last seen    [ ▁▃█ ]  cause` for each that has a time."""
    marks = _BARS if unicode else _PLAIN_BARS
    parts = len(history.over_time(groups[0], PARTS))
    yield f"first seen  last seen   {'over time':{parts + 2}}  cause"
    for group in groups:
        if group.first:
            counts = history.over_time(group, PARTS)
            drawn = "".join(marks[-(-count * (len(marks) - 1) // max(counts))] for count in counts)
            pad = " " * max(0, len("over time") - parts - 2)
            yield shortened(f"{group.first[:10]}  {group.last[:10]}  [{drawn}]{pad}  {group.what}", width)


def _file(each: Told, width: int) -> Iterator[str]:
    if each.note:  # a sentence, which is not cut
        yield from wrap(f"{each.name}: {each.note}", width, "      ", "        ")
    else:
        yield shortened(f"      {each.name}  {each.answer.rule or ''}".rstrip(), width)


def page(history: History) -> str:
    """The document for a browser."""
    first, last = history.span()
    return rendered(
        "archive.html",
        headline=summary(history),
        first=first[:10],
        last=last[:10],
        total=history.total,
        groups=[_shown(history, group) for group in history.groups()],
    )


def _shown(history: History, group: Group) -> dict[str, object]:
    counts = history.over_time(group, _PARTS_HTML) if group.first else []
    most, width = max(counts, default=0), 100 / max(1, len(counts))
    bars = [
        {"x": n * width, "width": max(width - 0.4, 0.4), "height": _HEIGHT * count / most}
        for n, count in enumerate(counts)
        if count
    ]
    return {
        "what": group.what,
        "meaning": group.meaning,
        "count": group.count,
        "well": group.what in (Status.CONNECTS, Status.REACHABLE),
        "part": 100 * group.count / history.total,
        "first": group.first,
        "last": group.last,
        "bars": bars,
        "files": [(each.name, each.note) for each in group.files[:10]],
        "more": group.count - min(10, len(group.files)),
    }
