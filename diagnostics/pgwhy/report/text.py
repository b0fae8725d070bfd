"""The page in a terminal: the verdict, the ladder, what to do. 24 lines of 80 columns, the rest under `-v`.

A page is composed at several measures, from the fullest to the leanest, and the first one that fits is printed: so the
least important goes first, and the headline and the first fix never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgwhy.causes import Retry
from pgwhy.finding import Report, Severity, Status
from pgwhy.progress import Stage
from pgwhy.redaction.texts import with_texts
from pgwhy.report.fixes import fix_lines
from pgwhy.report.headline import first_finding, headline, summary
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import Mark, Rung, milliseconds
from pgwhy.report.link import is_web_address
from pgwhy.report.not_used import not_used_lines
from pgwhy.report.question import labelled, question_lines
from pgwhy.report.success import success_lines
from pgwhy.report.waited import waited_lines
from pgwhy.terminal.style import Line, Style, begins, in_ascii, line
from pgwhy.terminal.width import columns, rows, shortened, wrap
from pgwhy.values import dataclass, replace

ROWS = 23
"""Of 24: the prompt that comes after the page needs one, and the headline should not scroll away."""
MEASURE = 100
"""A wider terminal gets no longer lines, as the eye loses its way back; what is to be pasted may be longer."""


@dataclass(frozen=True)
class Measure:
    """How much of everything a page shows: numbers of lines or of items."""

    summary: int = 3
    ladder: str = "whole"
    """`whole`; `passed`: without what was skipped; `folded`: the stages that went well share a line; `broken`: only
    those that did not."""
    rung: int = 2
    fixes: int = 3
    steps: int = 4
    """Lines for the steps of a fix that has no edit; with 0, what was not tried does not say so."""
    notes: int = 3
    doubts: int = 4
    next: int = 3
    references: int = 1


ENDLESS = 10_000
"""Columns of a line that no terminal has to show."""
NAMES = 8
"""Columns of the names of the rungs; more if one of them is longer."""
_BESIDE = len("Could also be") + 2
"""Columns of the labels that are above the fixes."""

EVERYTHING = Measure(summary=99, rung=99, fixes=99, steps=99, notes=99, doubts=99, next=99, references=99)
_LESS = Measure(notes=1, steps=1, doubts=3, fixes=2)
_LEAN = replace(_LESS, notes=0, steps=0, ladder="folded", summary=2, rung=1)
MEASURES = (
    Measure(),
    Measure(notes=1),
    Measure(notes=1, steps=3),
    Measure(notes=1, steps=2),
    Measure(notes=1, steps=2, fixes=2),
    _LESS,
    replace(_LESS, rung=1),
    replace(_LESS, ladder="passed"),
    replace(_LESS, rung=1, ladder="passed"),
    replace(_LESS, steps=0),
    replace(_LESS, steps=0, rung=1),
    replace(_LESS, steps=2, ladder="folded"),
    replace(_LESS, ladder="folded"),
    replace(_LESS, rung=1, ladder="folded"),
    replace(_LESS, rung=1, ladder="folded", notes=0),
    _LEAN,
    replace(_LEAN, references=0, doubts=2, next=2),
    replace(_LEAN, references=0, doubts=2, next=2, fixes=1),
    replace(_LEAN, references=0, doubts=1, next=1, fixes=1, ladder="broken", summary=1),
)


def page(
    report: Report,
    width: int = 80,
    unicode: bool = True,
    colour: bool = False,
    verbose: bool = False,
    links: bool = False,
) -> str:
    """The page of a report, with a line break at its end. `width` is the terminal's, in columns.

    Without `verbose` it fits a terminal of that width and 24 rows. `links`: documentation is linked to (OSC 8).
    """
    measure = min(width, MEASURE)
    if not unicode:
        report = with_texts(report, in_ascii)  # before the layout: an escaped character is wider
    if verbose:
        from pgwhy.report.details import detail_lines  # only -v pays for it

        lines = [*_composed(report, measure, EVERYTHING), *detail_lines(report, measure)]
    else:
        lines = _fitting(report, width, measure)
    if project := report.extra.get("project"):  # asked for with --project: its length is the project's
        from pgwhy.report.project import project_lines

        lines += [line(), *project_lines(project, measure)]
    told = "".join(one.shown(colour, links) + "\n" for one in lines)
    return told if unicode else in_ascii(told)  # the arrow of an edit is the layout's own


def first_line(report: Report, unicode: bool = True, colour: bool = False) -> str:
    """The headline of a report that does not connect, as one line with its line break."""
    if not unicode:
        report = with_texts(report, in_ascii)
    return "".join(one.shown(colour) + "\n" for one in headline(report, ENDLESS))


def ladder_lines(steps: Iterable[Rung], width: int, limit: int = 2) -> list[Line]:
    """The rungs below one another, the names in a column; at most `limit` lines of each."""
    steps = tuple(steps)
    names = max((NAMES, *(columns(rung.name) for rung in steps)))
    return [one for rung in steps for one in _rung_lines(rung, width, limit, names)]


def _rung_lines(rung: Rung, width: int, limit: int, names: int) -> list[Line]:
    """The lines of one rung, its time at the right. `names`: columns of the names."""
    edge = min(width - 1, 76)
    time = milliseconds(rung.ms) if rung.ms is not None else ""
    room = edge - len(time) - 2 if time else width - 1
    lead = f"  {rung.mark:<4}  {rung.name:<{names}}  " if rung.name else f"  {rung.mark:<4}  "
    texts = wrap(rung.text, room, lead, " " * len(lead))
    if len(texts) > limit:
        texts = [*texts[: limit - 1], shortened(texts[limit - 1] + " ...", room)]
    if time:
        texts[0] += " " * max(2, edge - columns(texts[0]) - len(time)) + time
    style = {Mark.OK: Style.GOOD, Mark.FAIL: Style.BAD, Mark.NOTE: Style.CARE, Mark.SKIP: Style.QUIET}[rung.mark]
    return [begins(lead[:6], style, texts[0][6:]), *map(line, texts[1:])]


def _fitting(report: Report, width: int, measure: int) -> list[Line]:
    lines: list[Line] = []
    for amount in MEASURES:
        lines = _composed(report, measure, amount)
        if _rows(lines, width) <= ROWS:
            return lines
    # Even the leanest page is too long: its end goes, and what remains says so.
    last = line("(shortened: add -v to see everything)", Style.QUIET)
    while _rows([*lines, last], width) > ROWS:
        lines.pop()
    return [*lines, last]


def _rows(lines: list[Line], width: int) -> int:
    return sum(rows(one.text, width) for one in lines)


def _composed(report: Report, width: int, amount: Measure) -> list[Line]:
    if report.verdict.status in (Status.CONNECTS, Status.REACHABLE) and report.verdict.cause is None:
        whole = amount.references > 1  # -v: the ladder as well
        blocks = [
            list(success_lines(report, width)),
            _ladder(report, width, amount) if whole else [],
            _notes(report, width, amount),
            _footer(report, width, amount),
        ]
    else:
        blocks = [
            [*headline(report, width), *summary(report, width, amount.summary)],
            _ladder(report, width, amount),
            _notes(report, width, amount),
            [*_what_to_do(report, width, amount), *_references(report, amount), *_footer(report, width, amount)],
        ]
    blocks[-2] = [*waited_lines(report, width), *not_used_lines(report, width), *blocks[-2]]
    lines: list[Line] = []
    for block in blocks:
        lines += [line(), *block] if lines and block else block
    return lines


def _ladder(report: Report, width: int, amount: Measure) -> list[Line]:
    steps = rungs(report.observations, report.verdict.cause)
    if amount.ladder != "whole":
        steps = tuple(rung for rung in steps if rung.mark is not Mark.SKIP)
    if amount.ladder in ("folded", "broken"):
        broken = [rung for rung in steps if rung.mark is not Mark.OK]
        names = {rung.name for rung in broken}
        good = [rung for rung in steps if rung.mark is Mark.OK and rung.name not in names]
        well = ", ".join(dict.fromkeys(rung.name for rung in good if rung.stage is not Stage.CLIENT))
        well += "".join(f"; {rung.name}: {rung.text}" for rung in good if rung.stage is Stage.CLIENT)
        folded = (Rung(Mark.OK, None, well),) if well and amount.ladder == "folded" else ()
        steps = (*folded, *broken)
    return ladder_lines(steps, width, amount.rung)


def _what_to_do(report: Report, width: int, amount: Measure) -> Iterator[Line]:
    verdict = report.verdict
    if verdict.cause is None:
        yield from question_lines(report, width, amount.doubts, amount.next)
        return
    titles = {finding.rule: finding.title for finding in report.findings}
    told = first_finding(report)
    if told is not None and told.words and _text_alone(report):
        yield from labelled("Matched", ", ".join(_as_it_is(word, report) for word in told.words), width, 2, _BESIDE)
    for cause, rule in verdict.also:
        yield from labelled("Could also be", f"{titles.get(rule, cause.about.meaning)} ({cause})", width, 2, _BESIDE)
    yield from fix_lines(report, width, amount.fixes, amount.steps)
    if _text_alone(report) and verdict.status is Status.FAILS:
        for step in verdict.next[:1]:
            yield from map(line, wrap(f"To find out ({step.settles}):", width))
            yield line(f"  {step.command}", Style.PASTE)
    if verdict.retry is Retry.NOW:
        yield begins("Retry now", Style.STRONG, "  the next attempt may work already")
    if verdict.retry is Retry.LATER:
        yield begins("Retry later", Style.STRONG, "  this may pass by itself in a while")


def _text_alone(report: Report) -> bool:
    return "settings" not in report.observations.records


def _as_it_is(word: str, report: Report) -> str:
    """In quotes what is in the text itself; a code may be read from words that mean it."""
    text = " ".join(str(report.observations.get("error.message") or "").split())
    return f'"{word}"' if word in text else word


def _notes(report: Report, width: int, amount: Measure) -> list[Line]:
    """Warnings and notes, the worse ones first, and how many were ignored."""
    notes = [f for kind in (Severity.WARNING, Severity.NOTE) for f in report.findings if f.severity is kind]
    lines: list[Line] = []
    for finding in notes[: amount.notes]:
        word = finding.severity.capitalize()
        texts = wrap(f"{finding.title} ({finding.rule})", width, f"{word:<9}")
        lines += [begins(word, Style.CARE, texts[0][len(word) :]), *map(line, texts[1:])]
    left, ignored = len(notes[amount.notes :]), len(report.extra.get("ignored", ()))
    what = "warning or note" if left == 1 else "warnings and notes"
    more = [f"{left} {'more ' if amount.notes else ''}{what}: add -v"] if left else []
    more += [f"{ignored} ignored as you asked"] if ignored else []
    return [*lines, line("; ".join(more), Style.QUIET)] if more else lines


def _references(report: Report, amount: Measure) -> list[Line]:
    finding = first_finding(report)
    urls = finding.references if finding else ()
    return [_reference(url) for url in urls[: amount.references]]


def _reference(url: str) -> Line:
    shown = line(url.removeprefix("https://"), Style.QUIET)
    return replace(shown, address=url) if is_web_address(url) else shown


def _footer(report: Report, width: int, amount: Measure) -> list[Line]:
    verdict = report.verdict
    parts = [f"Report {report.report_id}"] if amount == EVERYTHING else ["More: add -v", f"Report {report.report_id}"]
    if verdict.cause is not None:
        parts.insert(0, f"Why: pgwhy explain {verdict.cause}")
    elif verdict.status is Status.FAILS and not report.observations.get("authentication.exchanges"):
        parts.insert(0, "No password was sent.")
    for gap in ("    ", "  "):
        if columns(gap.join(parts)) <= width:
            return [line(gap.join(parts), Style.QUIET)]
    return [line(parts[0], Style.QUIET), line("    ".join(parts[1:]), Style.QUIET)]
