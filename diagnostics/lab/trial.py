"""One fault, diagnosed in a running world as any connection would be, and judged by what its file expects."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from diagnostics import redaction
from diagnostics import target as targets
from diagnostics.client import resolve
from diagnostics.engine import Request, diagnose_sync
from diagnostics.finding import Report, Status, Verification
from diagnostics.lab import faults
from diagnostics.lab.faults import Fault
from diagnostics.lab.world import World
from diagnostics.machine import Machine


@dataclass(frozen=True)
class Trial:
    """A fault and what was said of it; without secrets."""

    fault: Fault
    command: str
    """What a user would have typed."""
    report: Report
    elapsed_s: float

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The ids of the fixes of the cause that were confirmed."""
        causes = [finding for finding in self.report.findings if finding.rule == self.report.verdict.rule]
        return tuple(f.id for c in causes for f in c.fixes if f.verification is Verification.CONFIRMED)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Where the report is not what the fault expects, in words; empty if it is right."""
        verdict, expect = self.report.verdict, self.fault.expect
        wrong = []
        if (verdict.status is Status.CONNECTS) != (expect.cause is None):
            wrong.append(f"it says that the connection {verdict.status}")
        if verdict.cause is not expect.cause:
            wrong.append(f"the cause is {expect.cause}, and it says {verdict.cause}")
        if verdict.stage is not expect.stage:
            wrong.append(f"the stage is {expect.stage}, and it says {verdict.stage}")
        if expect.fix is not None and expect.fix not in self.confirmed:
            wrong.append(f"the fix {expect.fix} was not confirmed")
        if self.elapsed_s > expect.limit_s:
            wrong.append(f"it took {self.elapsed_s:.1f} s, and may take {expect.limit_s:.1f} s")
        return tuple(wrong)


def run(fault: Fault, world: World) -> Trial:
    """Break the world, diagnose, and judge. The machine is this one without any setting of its user's."""
    given = faults.prepare(fault, world)
    machine = Machine(
        environment=given.environment, home=None, folder=Path("/"), platform=sys.platform, now=datetime.now(UTC)
    )
    target = targets.read(given.target.reveal() if given.target else None, machine)
    redactor = redaction.for_target(target)
    client = resolve(given.client, given.error, target.driver)
    begin = time.monotonic()
    report = diagnose_sync(Request(target=target, machine=machine, client=client, error=given.error))
    elapsed_s = time.monotonic() - begin
    words = [
        "pgwhy",
        f"'{redactor.clean(given.target.reveal())}'" if given.target else "",
        f"--client {given.client}" if given.client else "",
    ]
    return Trial(fault, " ".join(filter(None, words)), redactor.clean_value(report), elapsed_s)
