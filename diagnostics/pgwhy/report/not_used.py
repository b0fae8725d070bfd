"""A target that could not be used beside an error text: the text was explained, and the page says why."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.finding import Report
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import wrap


def not_used_lines(report: Report, width: int) -> Iterator[Line]:
    """What was given as the target, and why no connection was tried; nothing where the target was used."""
    told = report.extra.get("target_not_used")
    if not isinstance(told, list) or not told:
        return
    texts = wrap("; ".join(map(str, told)), width, "Not used  ")
    yield begins("Not used", Style.STRONG, texts[0][len("Not used") :])
    yield from map(line, texts[1:])
