"""The comparison of two runs: a page for a person, a document for a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwhy.comparison.difference import Comparison, Difference
from pgwhy.finding import Report
from pgwhy.progress import row
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import columns, shortened, wrap

SCHEMA = "pgwhy/diff/1"
_LIMIT = 12
"""Differences on the page without `-v`: those on which the rule rests come first."""


def lines(
    comparison: Comparison, runs: tuple[Report, Report], names: tuple[str, str], width: int, verbose: bool
) -> list[Line]:
    """The page. `names` are what the user called the two, `runs` the two reports."""
    found = list(_headline(comparison, names, width))
    for run, name, letter in zip(runs, names, "AB", strict=True):
        found += [line(), *_run(run, name, letter, width)] if letter == "A" else _run(run, name, letter, width)
    if finding := comparison.explained_by:
        found += [line(), *map(line, wrap(f"{finding.title} ({finding.rule})", width, "Why    ", " " * 7))]
        found += [line(f"       pgwhy explain {finding.rule}", Style.PASTE)]
    elif comparison.parts:
        found += [line(), *map(line, wrap("no rule explains the difference; what differs is below", width, "Why    "))]
    differences = comparison.differences
    shown = differences if verbose else [each for each in differences if not each.follows][:_LIMIT]
    if shown:
        found += [line(), line(f"  {'What differs':<26}  {'A':<{_room(width)}}  B", Style.STRONG)]
        for difference in shown:
            found += _difference(difference, width)
    if left := len(differences) - len(shown):
        found.append(line(f"  {left} more, most of which follow from that: add -v", Style.QUIET))
    found += [line(), *_incidental(comparison, width, verbose)]
    return found


def document(comparison: Comparison, runs: tuple[Report, Report], names: tuple[str, str]) -> dict[str, Any]:
    """The comparison as JSON holds it."""
    finding = comparison.explained_by
    return {
        "schema": SCHEMA,
        "parts": comparison.parts,
        "stage": comparison.stage.value if comparison.stage else None,
        "runs": [_of_run(run, name) for run, name in zip(runs, names, strict=True)],
        "explained_by": {
            "run": comparison.failing,
            "rule": finding.rule,
            "cause": finding.cause,
            "title": finding.title,
        }
        if finding
        else None,
        "differences": [_of_difference(each) for each in comparison.differences],
        "incidental": [_of_difference(each) for each in comparison.incidental],
    }


def _headline(comparison: Comparison, names: tuple[str, str], width: int) -> Iterator[Line]:
    if comparison.stage is not None:
        text, style = f"They part at {row(comparison.stage).noun}", Style.BAD
    elif comparison.parts:
        text, style = "They end differently, and no stage tells them apart", Style.CARE
    else:
        text, style = "They go the same way", Style.GOOD
    yield from (line(each, style) for each in wrap(text, width))


def _run(run: Report, name: str, letter: str, width: int) -> list[Line]:
    verdict = run.verdict
    ended = verdict.status.value if verdict.cause is None else f"{verdict.status} ({verdict.cause})"
    client = run.observations.get("client.title") or run.tested_as.get("client") or ""
    platform = run.observations.get("environment.platform") or ""
    told = f"{ended}; {client} on {platform}, {run.started_at}" if platform else f"{ended}; {client}, {run.started_at}"
    texts = wrap(f"{name}: {told}", width, f"  {letter}  ", " " * 5)
    return [begins(texts[0][:5], Style.STRONG, texts[0][5:]), *map(line, texts[1:])]


def _difference(difference: Difference, width: int) -> Iterator[Line]:
    room = _room(width)
    left, right = (shortened(_value(value), room) for value in (difference.left, difference.right))
    whole = f"  {difference.fact:<26}  {left:<{room}}  {right}"
    if left != right and columns(whole) <= width and columns(difference.fact) <= 26:
        yield line(whole, Style.STRONG if difference.explains else Style.PLAIN)
        return
    yield line(f"  {difference.fact}", Style.STRONG if difference.explains else Style.PLAIN)
    for letter, value in (("A", difference.left), ("B", difference.right)):
        yield from map(line, wrap(_value(value), width, f"    {letter}  ", " " * 7)[:3])


def _room(width: int) -> int:
    """Columns for each of the two values."""
    return max(12, (width - 32) // 2)


def _incidental(comparison: Comparison, width: int, verbose: bool) -> Iterator[Line]:
    if not comparison.incidental:
        return
    facts = ", ".join(each.fact for each in comparison.incidental)
    number = len(comparison.incidental)
    told = f"Not counted, as each run has its own (times, ports, addresses of one pool): {number} facts"
    yield from (
        line(text, Style.QUIET) for text in wrap(f"{told}: {facts}" if verbose else f"{told}; -v lists them", width)
    )


def _value(value: Any) -> str:
    if value is None:
        return "not observed"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return (
            f"{len(value)} items"
            if any(isinstance(item, dict) for item in value)
            else ", ".join(map(_value, value)) or "none"
        )
    return str(value) if value != "" else "none"


def _of_run(run: Report, name: str) -> dict[str, Any]:
    verdict = run.verdict
    return {
        "name": name,
        "report_id": run.report_id,
        "started_at": run.started_at,
        "status": verdict.status.value,
        "stage": verdict.stage.value if verdict.stage else None,
        "cause": verdict.cause.value if verdict.cause else None,
    }


def _of_difference(difference: Difference) -> dict[str, Any]:
    return {
        "fact": difference.fact,
        "meaning": difference.meaning,
        "stage": difference.stage.value,
        "values": [difference.left, difference.right],
        "explains": difference.explains,
        "follows": difference.follows,
    }
