"""The table that ends a fleet in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.fleet import answer
from pgwhy.fleet.pages import words
from pgwhy.fleet.places import Places
from pgwhy.fleet.summary import Group, Summary
from pgwhy.progress import Stage, row
from pgwhy.report.ladder.rung import milliseconds
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import shortened, wrap

WIDEST = 100
MOST_GROUPS = 20
_INDENT = "      "


def page(summary: Summary, places: Places | None, width: int) -> list[Line]:
    """The lines, at most `width` columns each."""
    width = min(width, WIDEST)
    word, rest = words.headline(summary, places)
    good = summary.total == summary.well and summary.total > 0
    lines = [begins(word, Style.GOOD if good else Style.BAD, rest)]
    groups = summary.groups()
    for group in groups[:MOST_GROUPS]:
        lines += [line(), *_group(group, summary, width)]
    if len(groups) > MOST_GROUPS:
        left = sum(group.count for group in groups[MOST_GROUPS:])
        lines += [line(), line(f"{left:,} more fail in {len(groups) - MOST_GROUPS} other ways")]
    if places is not None and len(places.counts) > 1:
        lines += [line(), *_places(places, width)]
    if slowest := summary.slowest():
        lines += [line(), line("The slowest that work", Style.STRONG)]
        lines += [line(shortened(f"{milliseconds(ms):>9}  {name}{_most(stage)}", width)) for name, ms, stage in slowest]
    if expiring := summary.expiring():
        lines += [line(), line("Certificates that expire soon", Style.STRONG)]
        lines += [line(shortened(f"{words.days(left):>12}  {name}", width), _urgency(left)) for name, left in expiring]
    return lines


def _group(group: Group, summary: Summary, width: int) -> Iterator[Line]:
    told = wrap(words.group(group, summary.total, summary.clues(group)), width, "", "  ")
    lead = f"{group.count:,} of {summary.total:,}"
    yield begins(lead, Style.STRONG, told[0][len(lead) :])
    yield from map(line, told[1:])
    if group.status == answer.UNREAD:
        yield from (line(text) for each in group.lines for text in wrap(each, width, _INDENT))
        if group.count > len(group.lines):
            yield line(f"{_INDENT}and {group.count - len(group.lines):,} more")
        return
    yield from map(line, wrap(words.named(group.names, group.targets), width, _INDENT))
    if group.cause is not None:
        yield line(f"{_INDENT}pgwhy explain {group.cause}", Style.QUIET)


def _places(places: Places, width: int) -> Iterator[Line]:
    yield line("By place", Style.STRONG)
    for place, (well, total) in sorted(places.counts.items()):
        yield line(shortened(f"{well:>7,} of {total:,} work from {place}", width))
    divides = places.divides()
    if not divides:
        yield line("Each target has the same answer from every place.")
    for one in divides[:MOST_GROUPS]:
        yield from map(line, wrap(words.divide(one), width, "", "  "))
        yield from map(line, wrap(words.named(one.names, one.count), width, _INDENT))


def _most(stage: str) -> str:
    return f"  ({row(Stage(stage)).name})" if stage in set(Stage) else ""


def _urgency(left: float) -> Style:
    return Style.BAD if left <= 0 else Style.CARE
