"""JUnit XML, as Jenkins and Surefire have it: one suite a report, one case a stage.

The stages are the cases, and not the findings: they are there in every run, under names that stay, so that a pipeline
can show since when one of them fails. The stage that stops the client has the one failure; what was not reached is
skipped. A warning or note is in the case's output, and is its failure where `--fail-on` says that it counts, so that
the suite is red exactly when the exit status is not 0.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from pgwhy.finding import Finding, Report, Severity, Status
from pgwhy.progress import Stage
from pgwhy.report import told
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import Mark, Rung
from pgwhy.report.text import page as text_page
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Case:
    """One stage."""

    stage: Stage
    seconds: float
    output: tuple[str, ...]
    failure: tuple[str, str, str] | None = None
    """Its type (a cause or a rule), a line, and everything there is to say."""
    reached: bool = True


def page(report: Report, fail_on: Severity | None = None) -> str:
    """The document of a report. `fail_on`: findings of this severity, or a worse one, are failures when it connects."""
    cases = _cases(report, fail_on)
    failures = sum(case.failure is not None for case in cases)
    skipped = sum(not case.reached for case in cases)
    head = (
        f'<testsuite name="pgwhy" tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}" '
        f'time="{report.duration_ms / 1000:.3f}" timestamp="{_timestamp(report.started_at)}">'
    )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="pgwhy" tests="{len(cases)}" failures="{failures}" errors="0" '
            f'time="{report.duration_ms / 1000:.3f}">',
            head,
            *(_written(case, report) for case in cases),
            "</testsuite>",
            "</testsuites>\n",
        ]
    )


def _cases(report: Report, fail_on: Severity | None) -> list[Case]:
    seen: dict[Stage, list[Rung]] = {stage: [] for stage in Stage}
    for rung in rungs(report.observations, report.verdict.cause):
        if rung.stage is not None and not rung.label:
            seen[rung.stage].append(rung)
    connects = report.verdict.status in (Status.CONNECTS, Status.REACHABLE) and not report.extra.get("interrupted")
    stopped = None if connects else report.verdict.stage or Stage.CLIENT
    return [_case(report, stage, seen[stage], stopped, fail_on) for stage in Stage]


def _case(report: Report, stage: Stage, steps: list[Rung], stopped: Stage | None, fail_on: Severity | None) -> Case:
    beside = [f for f in told.notes(report) if f.stage is stage]
    failure = None
    if stage is stopped:
        answer = told.answer(report)
        failure = (report.verdict.cause or "cause-not-found", answer.headline, text_page(report, 100, verbose=True))
    elif stopped is None and fail_on is not None:
        told_there = [f for f in report.findings if f.stage is stage]
        counted = [f for f in told_there if list(Severity).index(f.severity) <= list(Severity).index(fail_on)]
        if counted:
            failure = (counted[0].rule, counted[0].title, "\n".join(map(_told, counted)))
    output = [f"{rung.mark}: {rung.text}" for rung in steps] + [_told(finding) for finding in beside]
    reached = failure is not None or bool(beside) or any(rung.mark is not Mark.SKIP for rung in steps)
    return Case(stage, sum(rung.ms or 0 for rung in steps) / 1000, tuple(output), failure, reached)


def _told(finding: Finding) -> str:
    return f"{finding.severity}: {finding.title} ({finding.rule})\n{finding.because.strip()}"


def _written(case: Case, report: Report) -> str:
    inner = []
    if case.failure:
        kind, line, text = case.failure
        inner.append(f"<failure type={_attribute(kind)} message={_attribute(line)}>{_text(text)}</failure>")
    elif not case.reached:
        inner.append("<skipped/>")
    if case.output:
        inner.append(f"<system-out>{_text(chr(10).join(case.output))}</system-out>")
    host = report.observations.get("target.host") or "connection"
    head = f'<testcase classname={_attribute(f"pgwhy.{host}")} name="{case.stage}" time="{case.seconds:.3f}"'
    return f"{head}>{''.join(inner)}</testcase>" if inner else f"{head}/>"


def _timestamp(started_at: str) -> str:
    """Without a fraction and a zone, as the schema has it."""
    return re.sub(r"[^0-9T:-]", "", started_at[:19])


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))


_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What an XML 1.0 document cannot hold, escaped or not (2.2)."""
