"""A fix that pgwhy confirmed, put to the real client: it failed before, and connects with what was printed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from pgwhy import client as clients
from pgwhy import target as targets
from pgwhy.finding import Fix, Report, Status, Verification
from pgwhy.lab.faults.real_clients import RealClient
from pgwhy.lab.faults.stage import Scene
from pgwhy.lab.faults.trial import PATIENCE, TARGET
from pgwhy.machine import Machine
from pgwhy.target.model import Target
from tests.drivers import edits
from tests.drivers.clients import Attempt, attempt

LIMIT_S = 10.5
"""Who has not connected by then has failed: pgwhy's own deadline, and half a second."""
PATIENT_S = PATIENCE * LIMIT_S
"""Who is expected to connect has longer: a machine with other work to do is slower."""


@dataclass(frozen=True)
class Proof:
    """One fix of a report, as the real client found it."""

    fix: str
    verification: Verification
    attempts: tuple[Attempt, ...]
    """With the edit followed word for word, and with the printed string; either may be missing."""
    agree: bool = True
    """The edit, followed, gives the string that is printed; true where one of them is missing."""


@dataclass(frozen=True)
class Tried:
    """A client on a stage: without a fix, and with each that has something to paste."""

    report: Report
    before: Attempt
    proofs: tuple[Proof, ...]


def tried(
    stage: Scene, client: RealClient, report: Report, *, only_confirmed: bool, or_kept_back: bool = False
) -> Tried:
    """Run the client as it is, and with every fix that is confirmed, or with every fix there is.

    `or_kept_back`: a fix after which the server asked for the password, which pgwhy kept back, counts as confirmed.
    """
    target = read(stage)
    limit_s = PATIENT_S if report.verdict.status is Status.CONNECTS else LIMIT_S
    before = attempt(stage, client, handed_over(target), {}, limit_s)
    taken = targets.as_read_by(target, clients.resolve(stage.given.client, None, None))
    wanted = [fix for finding in report.findings for fix in finding.fixes if fix.edit or fix.connection_string]
    if only_confirmed:
        wanted = [fix for fix in wanted if _is_confirmed(fix) or (or_kept_back and _is_kept_back(fix))]
    return Tried(report, before, tuple(_proof(stage, client, taken, fix, raw=taken != target) for fix in wanted))


def _is_confirmed(fix: Fix) -> bool:
    return fix.verification is Verification.CONFIRMED


def _is_kept_back(fix: Fix) -> bool:
    return fix.verification is Verification.ADVANCED and fix.next_obstacle is None


def _proof(stage: Scene, client: RealClient, target: Target, fix: Fix, *, raw: bool) -> Proof:
    written = target.written.masked if target.written and target.written.masked else None
    after = edits.followed(fix.edit, edits.Setup(written)) if fix.edit else None
    # An edit at another place (the environment) leaves the string alone, and what is printed says the same as a string.
    agree = after is None or not fix.connection_string or after.text in (fix.connection_string, written)
    pasted = edits.Setup(fix.connection_string) if fix.connection_string else None
    setups = [setup for setup in (after, pasted) if setup is not None]
    if len(setups) == 2 and setups[0].text == setups[1].text:
        setups.pop()
    secret = _password(stage, target, fix) if raw else edits.spelled(_password(stage, target, fix), target)
    attempts = []
    for setup in setups:
        text = setup.text and edits.with_password(setup.text, secret)
        attempts.append(attempt(stage, client, text, setup.environment, PATIENT_S))
    if not setups and "password" in (fix.change or {}):
        # The password itself is the fix, which no page prints: the client gets it where the damaged one was.
        issued = stage.values["password"]
        text = edits.with_password(written, edits.spelled(issued, target)) if written else None
        attempts.append(attempt(stage, client, text, {"PGPASSWORD": issued}, PATIENT_S))
    return Proof(fix.id, fix.verification, tuple(attempts), agree)


def _password(stage: Scene, target: Target, fix: Fix) -> str:
    """What PASSWORD_HERE is for the user: what stands there now, or his password where that could not be read."""
    change = fix.change or {}
    if target.password is None or change.get("repair") or change.get("password") == "percent-encode":
        return stage.values["password"]
    return target.password.reveal()


def read(stage: Scene) -> Target:
    """The target as the command read it (`trial.diagnose`)."""
    given = stage.given
    text = given.target.reveal() if given.target else None
    environment = dict(given.environment)
    if text and not text.startswith(("@", "env:")):
        environment[TARGET] = text
        text = f"env:{TARGET}"
    return targets.read(text, Machine(environment, stage.home, stage.home, sys.platform, datetime.now(UTC)))


def handed_over(target: Target) -> str | None:
    """What the client is handed over before any fix."""
    return target.written.text.reveal() if target.written and target.written.text.reveal() else None
