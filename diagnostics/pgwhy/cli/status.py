"""The exit statuses of the contract (docs/design.md, "Contracts"), the same in every format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pgwhy.causes import Severity
from pgwhy.finding import Report, Status

CONNECTS = 0
CAUSE_FOUND = 1
CAUSE_NOT_FOUND = 3
FINDING_MET = 4
BUG = 70
INTERRUPTED = 130
WORSE = (CONNECTS, FINDING_MET, CAUSE_FOUND, CAUSE_NOT_FOUND, BUG, INTERRUPTED)
"""From the best to the worst, where one status is for many targets."""


def of_run(report: Report, fail_on: Severity | None) -> int:
    """The status of a run. `fail_on`: findings of this severity, or a worse one, count when it connects."""
    if report.extra.get("interrupted"):
        return INTERRUPTED
    if report.verdict.status in (Status.CONNECTS, Status.REACHABLE):
        order = list(Severity)
        met = fail_on is not None and any(
            order.index(finding.severity) <= order.index(fail_on) for finding in report.findings
        )
        return FINDING_MET if met else CONNECTS
    return CAUSE_FOUND if report.verdict.cause is not None else CAUSE_NOT_FOUND


def of_text(report: Report) -> int:
    """The status of `pgwhy explain`: was a cause named? A saved run that connects needs none."""
    well = report.verdict.status in (Status.CONNECTS, Status.REACHABLE)
    return CONNECTS if well or report.verdict.cause is not None else CAUSE_NOT_FOUND


def of_answer(found: Mapping[str, Any]) -> int:
    """The status of one target of a fleet, as `pgwhy check` would end for it."""
    if found["status"] in (Status.CONNECTS, Status.REACHABLE):
        return CONNECTS
    if found["status"] == "bug":
        return BUG
    # A target that is malformed is a cause, for a list as for a command line.
    return CAUSE_FOUND if found.get("cause") or found["status"] == "unread" else CAUSE_NOT_FOUND
