"""One run as a user would start it, and what must be true of every report, whatever was diagnosed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.causes import Cause
from pgwhy.client import resolve
from pgwhy.engine.diagnosis import Request, diagnose_sync
from pgwhy.finding import Finding, Fix, Report, Severity, Status
from pgwhy.machine import Machine
from pgwhy.probes.probe import Options
from pgwhy.report import document
from pgwhy.report import text as terminal
from pgwhy.target.model import Target

MARKER = "npg_Zq7vR2nW9tXk"
"""A password that stands nowhere else."""
NOWHERE = Path("/nonexistent")


def machine(**environment: str) -> Machine:
    """This platform without any setting of its user's."""
    return Machine(environment=environment, home=None, folder=NOWHERE, platform="linux", now=datetime.now(UTC))


def request(
    text: str | None,
    *,
    client: str | None = None,
    error: str | None = None,
    on: Machine | None = None,
    options: Options = Options(),
    **more: Any,
) -> Request:
    """What the command line would make of these."""
    here = on or machine()
    target = targets.read(text, here)
    spoken_for = resolve(client, error, target.driver)
    return Request(target=target, machine=here, client=spoken_for, error=error, options=options, **more)


def check(text: str | None, **given: Any) -> Report:
    """Diagnose, hold the report against the contracts, and clean it as it leaves; `given` as for `request`."""
    asked = request(text, **given)
    report = diagnose_sync(asked)
    cleaned = redaction.for_target(asked.target).clean_value(report)
    hold(report if asked.error is None else cleaned, asked.target)  # a pasted text may hold anything
    return cleaned


def hold(report: Report, target: Target) -> None:
    """What is true of every report: no secret in it before any redaction, and a verdict that fits its findings."""
    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    if (
        report.verdict.status in (Status.CONNECTS, Status.REACHABLE)
        and report.verdict.cause is not Cause.NOT_A_CONNECTION_PROBLEM
    ):
        assert not errors and report.verdict.cause is None
    if report.verdict.cause is not None:
        assert errors[0].cause is report.verdict.cause and errors[0].rule == report.verdict.rule
    told = "\n".join(everything(report))
    for secret in (*target.secrets, *([target.password] if target.password else [])):
        assert len(secret.reveal()) < 8 or secret.reveal().rpartition(";")[2] not in told
    redaction.for_target(target).check(told)


def everything(report: Report) -> tuple[str, ...]:
    """Every text that a report becomes."""
    return document.to_text(report), terminal.page(report, 80), terminal.page(report, 160, verbose=True)


def page(report: Report) -> list[str]:
    """The default page, which must fit 24 lines of 80 columns."""
    lines = terminal.page(report, 80).rstrip("\n").split("\n")
    too_long = [line for line in lines if len(line) > 80 and " " in line.strip()]  # an address stays in one piece
    assert len(lines) <= 24 and not too_long, "\n".join(lines)
    return lines


def cause(report: Report) -> Finding:
    """The finding that the verdict rests on."""
    return next(finding for finding in report.findings if finding.rule == report.verdict.rule)


def fix(report: Report, name: str) -> Fix:
    """A fix of the cause."""
    return next(remedy for remedy in cause(report).fixes if remedy.id == name)
