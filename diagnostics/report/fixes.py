"""What to do: each fix with its number, the line to paste whole on a line of its own, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from diagnostics.finding import Kind, Remedy, Report, Verification
from diagnostics.report.style import Line, Style, begins, line
from diagnostics.report.width import columns, shortened, wrap

INDENT = " " * 7
PASTE_INDENT = " " * 11
SHORT = 40
"""Columns up to which a change is said in one line, as `before → after`."""


def fix_lines(report: Report, width: int, count: int, steps: int) -> Iterator[Line]:
    """The fixes of the first finding and of those that look the same; at most `count`, `steps` lines of prose for each.

    What was confirmed in this run is never left out for something that was not.
    """
    remedies = offered(report)
    confirmed = [i for i, remedy in enumerate(remedies) if remedy.verification is Verification.CONFIRMED]
    # Next comes the first one: it mends the cause, even where only a workaround could be tried.
    shown = sorted(list(dict.fromkeys([*confirmed[:1], *range(len(remedies)), *confirmed]))[:count])
    for index in shown:
        yield from _fix(index + 1, remedies[index], width, steps)
    left = len(remedies) - len(shown)
    if left:
        yield line(f"{INDENT}{left} more: add -v", Style.QUIET)


def offered(report: Report) -> tuple[Remedy, ...]:
    """The fixes in the order in which they are numbered."""
    rules = {report.verdict.rule, *(rule for _, rule in report.verdict.also)}
    return tuple(fix for finding in report.findings if finding.rule in rules for fix in finding.fixes)


def _fix(number: int, remedy: Remedy, width: int, steps: int) -> Iterator[Line]:
    label = f"Fix {number}"
    title = f"(a test, not to be kept) {remedy.title}" if remedy.kind is Kind.TEST_ONLY else remedy.title
    orders = instructions(remedy.edit)
    joined = wrap(f"{title}: {orders[0].text}", width, f"{label:<7}", INDENT) if orders else []
    head = joined if len(joined) == 1 else wrap(title, width, f"{label:<7}", INDENT)
    yield begins(label, Style.STRONG, head[0][len(label) :])
    yield from map(line, head[1:])
    for order in orders:
        if head is not joined or order is not orders[0]:
            yield from map(line, wrap(order.text, width, INDENT))
        if order.paste:
            yield line(PASTE_INDENT + order.paste, Style.PASTE)
    if not orders:
        yield from map(line, _steps(remedy, width, steps))
    if remedy.caution:
        yield from (line(text, Style.CARE) for text in wrap(f"Mind: {remedy.caution}", width, INDENT)[: 2 + steps])
    if remedy.change is not None or steps:
        yield from _outcome(remedy, width, steps)


@dataclass(frozen=True)
class Instruction:
    """One line of an edit."""

    text: str
    paste: str = ""
    """What stands on a line of its own, to be copied as a whole; empty where the text says it all."""


def instructions(edit: str) -> list[Instruction]:
    """An edit taken apart: each of its lines says what to do, with what to write in backticks."""
    return [_instruction(text.strip()) for text in edit.splitlines() if text.strip()]


def _instruction(text: str) -> Instruction:
    if replaced := re.fullmatch(r"(.*?):? *`([^`]*)` (→|->) `([^`]*)`", text):
        where, before, arrow, after = replaced.groups()
        if columns(before) + columns(after) <= SHORT:
            return Instruction(f"{where}: {before} {arrow} {after}")
        instead = f" in the place of {before}" if columns(before) <= SHORT else " this instead"
        return Instruction(f"{where} write{instead}:", after)
    found = re.search(r"`([^`]+)`", text)
    if found is None or columns(found.group(1)) < 6:
        return Instruction(text)  # `%40` for `@`: without its marks it could not be read
    if text.startswith(("delete ", "remove ")):
        return Instruction(re.sub(r"`([^`\s]{6,})`", r"\1", text))
    # "append `x` to DATABASE_URL" is said as "append to DATABASE_URL:", with x below.
    around = f"{text[: found.start()].strip()} {text[found.end() :].strip()}".strip()
    return Instruction(around.rstrip(":") + ":", found.group(1))


def _steps(remedy: Remedy, width: int, steps: int) -> list[str]:
    text = remedy.steps.strip()
    if not text or not steps:
        return []
    lines = [wrapped for part in text.splitlines() for wrapped in wrap(part, width, INDENT)]
    if len(lines) <= steps:
        return lines
    return [*lines[: steps - 1], shortened(lines[steps - 1] + " ...", width)]


def _outcome(remedy: Remedy, width: int, steps: int) -> Iterator[Line]:
    word, style = {
        Verification.CONFIRMED: ("CONFIRMED", Style.GOOD),
        Verification.REFUTED: ("REFUTED", Style.BAD),
        Verification.INCONCLUSIVE: ("inconclusive", Style.CARE),
        Verification.NOT_TRIED: ("not tried", Style.QUIET),
    }[remedy.verification]
    note = f": {' '.join(remedy.note.split())}" if remedy.note else ""
    lines = wrap(f"{word}{note}", width, INDENT)
    if len(lines) > 1 + steps:
        lines = [*lines[:steps], shortened(" ".join([lines[steps], "..."]), width)]
    yield begins(lines[0][: columns(INDENT) + len(word)], style, lines[0][columns(INDENT) + len(word) :])
    yield from (line(text) for text in lines[1:])
