"""What every page tells, before anything is laid out: the answer, what to do, what else there is to know.

The terminal lays out the same things in columns; Markdown, HTML, GitHub and JUnit take them from here, so that no two
formats of one report disagree.
"""

from __future__ import annotations

from enum import StrEnum

from pgwhy.finding import Finding, Fix, FixKind, Report, Severity, Status, Verification
from pgwhy.report.fixes import Instruction, instructions, offered, outcome, steps_of
from pgwhy.report.headline import said, sentences, which_client
from pgwhy.report.not_used import not_used_lines
from pgwhy.report.project import project_lines
from pgwhy.report.success import success
from pgwhy.report.waited import waited_lines
from pgwhy.values import dataclass

UNWRAPPED = 10_000
"""Columns: a page that wraps by itself gets whole sentences."""


PROJECT_COLUMNS = 76
"""It stays in columns, in a block of its own."""


class Tone(StrEnum):
    """How an answer sounds."""

    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"
    """Nothing can be concluded: an unknown text, a run that was interrupted."""


@dataclass(frozen=True)
class PageHead:
    """The top of a page."""

    tone: Tone
    word: str
    """`FAILS`, `CONNECTS`, `REACHABLE`, `CAUSE NOT FOUND`, `INTERRUPTED`."""
    rest: str
    """How the headline goes on behind the word."""
    paragraphs: tuple[str, ...]

    @property
    def headline(self) -> str:
        """In one line: `FAILS in libpq 13: it names no endpoint (no SNI)`."""
        return self.word + self.rest


@dataclass(frozen=True)
class FixView:
    """A fix as a page shows it."""

    number: int
    title: str
    orders: tuple[Instruction, ...]
    """What to do to the user's own text; empty where `steps` say it."""
    steps: tuple[Instruction, ...]
    caution: str
    verification: Verification
    word: str
    """What became of it: `CONFIRMED`, `not tried`."""
    note: str
    """How that goes on: `: failed before, logged in with it (14 ms)`."""
    whole: str
    """The corrected string, its password hidden."""


def answer(report: Report) -> PageHead:
    """The answer of a report."""
    beside = (*waited_lines(report, UNWRAPPED), *not_used_lines(report, UNWRAPPED))
    waited = tuple(line.text for line in beside)
    if _is_well(report):
        well = success(report)
        told = (", ".join(well.times), well.server, *well.paragraphs, well.command, *waited)
        return PageHead(Tone.GOOD, well.word, well.rest, tuple(text for text in told if text))
    word, rest = said(report)
    unsure = report.verdict.status is Status.UNKNOWN or report.extra.get("interrupted")
    tone = Tone.GOOD if report.verdict.status is Status.CONNECTS else Tone.UNSURE if unsure else Tone.BAD
    text = sentences(report)
    summary = f"{text} {which_client(report)}".strip() if text else ""
    return PageHead(tone, word, rest, (*((summary,) if summary else ()), *waited))


def fixes(report: Report) -> tuple[FixView, ...]:
    """What to do, as it is numbered on every page."""
    return tuple(_fix(number, remedy) for number, remedy in enumerate(offered(report), 1))


def notes(report: Report) -> tuple[Finding, ...]:
    """Warnings, then notes."""
    return tuple(f for kind in (Severity.WARNING, Severity.NOTE) for f in report.findings if f.severity is kind)


def ignored(report: Report) -> tuple[tuple[str, str], ...]:
    """The rules that held and were left out as the user asked, each with the reason that was given."""
    named = report.extra.get("ignored") or ()
    return tuple((item["rule"], item["reason"]) if isinstance(item, dict) else (item, "") for item in named)


def project(report: Report) -> tuple[str, ...]:
    """What each driver of a project will do, line by line; empty without `--project`."""
    asked = report.extra.get("project")
    return tuple(line.text for line in project_lines(asked, PROJECT_COLUMNS)) if asked else ()


def _is_well(report: Report) -> bool:
    return report.verdict.status in (Status.CONNECTS, Status.REACHABLE) and report.verdict.cause is None


def _fix(number: int, remedy: Fix) -> FixView:
    word, note = outcome(remedy)
    return FixView(
        number=number,
        title=f"(a test, not to be kept) {remedy.title}" if remedy.kind is FixKind.TEST_ONLY else remedy.title,
        orders=tuple(instructions(remedy.edit_steps, UNWRAPPED)),
        steps=() if remedy.edit_steps else tuple(steps_of(remedy)),
        caution=" ".join(remedy.caution.split()),
        verification=remedy.verification,
        word=word,
        note=note,
        whole=remedy.connection_string,
    )
