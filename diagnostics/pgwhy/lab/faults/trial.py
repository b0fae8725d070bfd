"""One fault, diagnosed by the command as its user would run it, and judged by what its file expects."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.causes import Severity
from pgwhy.finding import Report, Status, Verification
from pgwhy.lab.faults.fault import Fault, Tier
from pgwhy.lab.faults.stage import Scene, staged
from pgwhy.lab.network import program
from pgwhy.lab.world import World
from pgwhy.machine import Machine
from pgwhy.probes import VOCABULARY
from pgwhy.progress import Stage
from pgwhy.report import document
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import Mark, Rung

TARGET = "PGWHY_TARGET"
"""The variable that the command gets the target from: what is an argument, every user of the machine can read."""


PATIENCE = 3
"""How many times its limit a trial may take before it is a mistake: a machine with other work to do is slower. How long
it takes on a quiet one is measured by the benchmarks."""


class TrialError(RuntimeError):
    """The command printed no report; the message has what it printed instead."""


@dataclass(frozen=True)
class Trial:
    """A fault and what was said of it; without secrets."""

    fault: Fault
    command: str
    """What a user would have typed."""
    report: Report
    elapsed_s: float
    """Of the whole command, from its start to its end."""

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The ids of the fixes of the cause that were confirmed."""
        return self._fixes(Verification.CONFIRMED)

    @property
    def advanced(self) -> tuple[str, ...]:
        """The ids of the fixes of the cause that did their part, and met another obstacle."""
        return self._fixes(Verification.ADVANCED)

    def _fixes(self, *outcomes: Verification) -> tuple[str, ...]:
        causes = [finding for finding in self.report.findings if finding.rule == self.report.verdict.rule]
        fixes = [fix for cause in causes for fix in cause.fixes]
        return tuple(fix.id for fix in fixes if fix.verification in (outcomes or Verification))

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Where the report is not what the fault expects, in words; empty if it is right."""
        verdict, expect = self.report.verdict, self.fault.expect
        wrong = []
        if verdict.status is not expect.status:
            wrong.append(f"the status is {expect.status}, and it says {verdict.status}")
        if verdict.cause is not expect.cause:
            wrong.append(f"the cause is {expect.cause or 'not to be told'}, and it says {verdict.cause}")
        if expect.rule not in (None, verdict.rule):
            wrong.append(f"the rule is {expect.rule}, and it says {verdict.rule}")
        if verdict.stage is not expect.stage and (expect.cause or expect.stage):
            wrong.append(f"the stage is {expect.stage}, and it says {verdict.stage}")
        named = {cause for cause, _ in verdict.also}
        wrong += [f"{cause} looks the same, and is not named" for cause in expect.also if cause not in named]
        told = {finding.cause for finding in self.report.findings if finding.severity is not Severity.ERROR}
        wrong += [f"there is no warning of {cause}" for cause in expect.warns if cause not in told]
        if expect.fix is not None and expect.fix not in self.confirmed:
            wrong.append(f"the fix {expect.fix} was not confirmed")
        if expect.advances is not None and expect.advances not in self.advanced:
            wrong.append(f"the fix {expect.advances} has not advanced")
        if expect.offers not in (None, *self._fixes()[:1]):
            wrong.append(f"the fix {expect.offers} does not come first")
        if verdict.status is Status.CONNECTS:
            wrong += [f"it connects, and {rung.stage} is marked as failed: {rung.text}" for rung in self._broken]
        if expect.status is not Status.FAILS:
            wrong += [f"nothing has failed, and {doubt.rule} is called possible" for doubt in self.report.fits]
        if self._is_late:
            wrong.append(f"it took {self.elapsed_s:.1f} s, and on a quiet machine may take {expect.limit_s:.1f} s")
        return tuple(wrong)

    @property
    def _broken(self) -> list[Rung]:
        """The rungs of the ladder that say FAIL, of the client spoken for."""
        marked = (rung for rung in rungs(self.report.observations) if rung.mark is Mark.FAIL)
        return [rung for rung in marked if rung.stage not in (None, Stage.CLIENT)]

    @property
    def is_only_late(self) -> bool:
        """All is right but its time."""
        return len(self.mistakes) == 1 and self._is_late

    @property
    def _is_late(self) -> bool:
        return self.elapsed_s > PATIENCE * self.fault.expect.limit_s


def run(fault: Fault, world: World | None = None) -> Trial:
    """Put the fault on its stage, diagnose, and judge. Raises what `staged` raises, and `TrialError`."""
    with staged(fault, world) as stage:
        return diagnose(stage)


def diagnose(stage: Scene) -> Trial:
    """The trial of a fault that is on its stage. Raises `TrialError`."""
    given, fault = stage.given, stage.fault
    # -P: the working directory is the user's, and nothing there is a module of ours.
    command = [*program.python, "-P", "-m", "pgwhy", "check", "--format", "json", *fault.options]
    command += ["--client", given.client] if given.client else []
    command += ["--error", given.error] if given.error else []
    target = given.target.reveal() if given.target else ""
    # `@file` and `env:NAME` are no secret, and would be nothing but text inside a variable.
    command += [target if target.startswith(("@", "env:")) else f"env:{TARGET}"] if target else []
    # On loopback nothing may leave the machine, as the question for the provider's port 443 would.
    command += ["--no-web"] if fault.tier is Tier.LOOPBACK else []
    begin = time.monotonic()
    ran = stage.run(command, {TARGET: target} if target else {})
    elapsed_s = time.monotonic() - begin
    try:
        report = document.from_json(json.loads(ran.stdout), VOCABULARY)
    except ValueError:
        raise TrialError(f"{fault.slug}: no report, status {ran.status}: {(ran.stdout + ran.stderr)[-2000:]}") from None
    return Trial(fault, _typed(stage), report, elapsed_s)


def _typed(stage: Scene) -> str:
    """What a user would have typed, without the password."""
    given = stage.given
    machine = Machine(given.environment, stage.home, stage.home, sys.platform, datetime.now(UTC))
    redactor = redaction.for_target(targets.read(given.target.reveal() if given.target else None, machine))
    words = [
        "pgwhy",
        f"'{redactor.clean(given.target.reveal())}'" if given.target else "",
        f"--client {given.client}" if given.client else "",
        *stage.fault.options,
    ]
    return " ".join(filter(None, words))
