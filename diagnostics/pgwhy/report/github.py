"""GitHub Actions: one annotation for each finding, and the page in a folded group of the log.

A workflow command ends with its line, and its properties are split at commas, so values are escaped as the runner
unescapes them (actions/toolkit, packages/core/src/command.ts). A line of the page cannot be a command: the runner is
told to stop reading them until it sees a token that nobody could foresee.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pgwhy.finding import Report, Severity
from pgwhy.report import told
from pgwhy.report.text import page as text_page

ANNOTATIONS = 10
"""GitHub shows ten of each level for a step, and drops the others silently."""


def page(report: Report) -> str:
    """What standard output of a workflow's step gets."""
    return "\n".join(_lines(report)) + "\n"


def command(name: str, text: str, title: str) -> str:
    """A workflow command: `::error title=...::...`."""
    return f"::{name} title={_property(title)}::{_data(text)}"


def _lines(report: Report) -> Iterator[str]:
    answer = told.answer(report)
    level = {told.Tone.GOOD: "notice", told.Tone.BAD: "error", told.Tone.UNSURE: "warning"}[answer.tone]
    yield command(level, "\n".join([*answer.paragraphs, *_first_fix(report)]) or answer.headline, answer.headline)
    # The answer takes one place of its level.
    room = {"warning": ANNOTATIONS - (level == "warning"), "notice": ANNOTATIONS - (level == "notice")}
    for finding in told.notes(report):
        kind = "warning" if finding.severity is Severity.WARNING else "notice"
        if room[kind] > 0:
            room[kind] -= 1
            yield command(kind, " ".join(finding.because.split()), f"{finding.title} ({finding.rule})")
    text = text_page(report, 100, verbose=True)
    token = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    yield "::group::pgwhy: everything that was seen"
    yield f"::stop-commands::{token}"
    yield text.rstrip("\n")
    yield f"::{token}::"
    yield "::endgroup::"


def _first_fix(report: Report) -> Iterator[str]:
    for fix in told.fixes(report)[:1]:
        yield f"Fix: {fix.title}"
        for order in (*fix.orders, *fix.steps):
            yield f"{order.text} {order.paste}".replace("\n", " ").strip()
        yield f"{fix.word}{fix.note}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
