"""What became of a fix: one of five outcomes, from what was seen without its change and with it. Pure.

A fix does its part where the client gets past the failure that the fix is for. If it then connects, the fix is
confirmed; if another obstacle follows, it has advanced. Only the same failure refutes it.
"""

from __future__ import annotations

from pgwhy.engine.conclusion import Conclusion, conclude, with_own_text
from pgwhy.error_text import ErrorText, Origin
from pgwhy.facts import Observations
from pgwhy.finding import Finding, Fix, NextObstacle, Verification
from pgwhy.probes.authentication import Authentication, AuthOutcome
from pgwhy.probes.startup import Reached, Startup
from pgwhy.progress import NETWORK, Stage, connects, last_text, row, stopped_at
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, Block, FactCache
from pgwhy.target.obstacle import Obstacle, reason
from pgwhy.values import dataclass, replace

NO_MORE_LOGINS = "a run makes at most three password exchanges"


@dataclass(frozen=True)
class Trial:
    """A fix as it was tried."""

    finding: Finding
    expect: Block
    """What must fail before the change and hold after it."""
    before: Observations
    after: Observations
    rulebook: Rulebook
    login: bool = True
    """False with `--no-login`."""
    out_of_time: bool = False
    """Nothing was left of the run's time at the end of it."""

    @property
    def was(self) -> Stage:
        """Where the client stops without the change: as the rule says, or later."""
        seen = stopped_at(self.before) or self.finding.stage
        return max(self.finding.stage, seen, key=lambda stage: stage.order)


def judged(fix: Fix, trial: Trial) -> Fix:
    """The fix with what became of it."""
    after, holds = trial.after, trial.expect.answer(FactCache(trial.after))
    if connects(after):
        if holds is Answer.NO:
            return _inconclusive(fix, "it connects with this change, but not as this fix should make it", after)
        note = f"failed before, logged in with it ({after.of(Authentication).elapsed_ms or 0:.0f} ms)"
        return replace(fix, verification=Verification.CONFIRMED, verified_to=Stage.SESSION, remark=note)
    now = stopped_at(after)
    if now is Stage.CONFIG and trial.was is not Stage.CONFIG:
        return _inconclusive(fix, "the client does not accept the settings with it", after)
    if holds is Answer.YES or (now is not None and now.order > trial.was.order):
        return _advanced(fix, trial, now)
    if why := _kept_back(trial):
        return _inconclusive(fix, f"pgwhy stopped there, because {why}", after)
    if _ended_by_us(trial):
        return _inconclusive(fix, "a time limit of pgwhy ended the trial", after)
    if holds is Answer.CANNOT_TELL:
        return _inconclusive(fix, "what was seen with it does not show whether it helps", after)
    if now is not None and now.order < trial.finding.stage.order:
        return _inconclusive(fix, f"with it the client stops earlier, {row(now).place}", after)
    same = _same_failure(trial, now)
    if same is Answer.NO:
        return _advanced(fix, trial, now)
    if same is Answer.CANNOT_TELL:
        return _inconclusive(fix, "with it the client stops with another message", after)
    words, message = _what_stops(now, _concluded(after, trial.rulebook))
    return replace(fix, verification=Verification.REFUTED, remark=words, message=message)


def _inconclusive(fix: Fix, remark: str, after: Observations) -> Fix:
    return replace(fix, verification=Verification.INCONCLUSIVE, remark=remark, message=_said(after))


def _advanced(fix: Fix, trial: Trial, now: Stage | None) -> Fix:
    """It did its part, and the client is not through yet."""
    after, was = trial.after, trial.was
    reached = now or _reached(after)
    past = row(was).got_past if now is None or now.order > was.order else ""
    asked = after.of(Startup).reached is Reached.AUTH and now in (None, Stage.AUTH) and was.order < Stage.AUTH.order
    remark = (row(Stage.STARTUP).got_past if asked else past) or "this failure no longer occurs"
    fix = replace(fix, verification=Verification.ADVANCED, verified_to=reached, remark=remark)
    if now in (None, Stage.AUTH) and (why := _kept_back(trial)):
        return replace(fix, remark=f"{remark}; pgwhy stopped there, because {why}")
    if _ended_by_us(trial):
        return replace(fix, remark=f"{remark}; then a time limit of pgwhy ended the trial")
    if now is None:
        return fix
    concluded = _concluded(after, trial.rulebook)
    words, message = _what_stops(now, concluded)
    follows = NextObstacle(now, words, concluded.decision.cause, concluded.decision.rule)
    return replace(fix, message=message, next_obstacle=follows)


def _kept_back(trial: Trial) -> str:
    """Why pgwhy itself made no login, or sent no password, as the end of a sentence; empty if it did."""
    login = trial.after.of(Authentication)
    if login.outcome is AuthOutcome.CLEAR_TEXT_HELD_BACK:
        return "it would be sent in clear text"
    if login.not_tried_because is Obstacle.EXCHANGES_SPENT:
        return NO_MORE_LOGINS
    if not trial.login and login.outcome in (None, AuthOutcome.NOT_TRIED):
        return "this run makes no login"
    return reason(login.not_tried_because)


def _ended_by_us(trial: Trial) -> bool:
    """A limit of the run ended it, so it is not the server's word, nor the network's."""
    outcome = trial.after.of(Authentication).outcome
    if outcome is AuthOutcome.STOPPED:
        return True
    return trial.out_of_time and (outcome is AuthOutcome.TIMED_OUT or not _said(trial.after))


def _same_failure(trial: Trial, now: Stage | None) -> Answer:
    """The client fails with the change as it did without it."""
    if now in NETWORK:
        return Answer.YES  # no server has answered: how it does not is by chance
    before, said = _before(trial), _said(trial.after)
    decision = _concluded(trial.after, trial.rulebook).decision
    if decision.cause is None:
        return Answer.YES if said == _said(before) else Answer.CANNOT_TELL
    if decision.cause not in (trial.finding.cause, _concluded(before, trial.rulebook).decision.cause):
        return Answer.NO
    # libpq names the first setting that it refuses: with another name, the one before is accepted.
    return Answer.NO if now is Stage.CONFIG and said != _said(before) else Answer.YES


def _before(trial: Trial) -> Observations:
    """What this machine saw without the change: a text that the user reported is of another run."""
    if trial.before.get("error.origin") != Origin.REPORTED:
        return trial.before
    records = {name: record for name, record in trial.before.records.items() if name != ErrorText.name}
    return Observations(records)


def _concluded(seen: Observations, rulebook: Rulebook) -> Conclusion:
    return conclude(with_own_text(seen), rulebook)


def _reached(after: Observations) -> Stage | None:
    reached = after.of(Startup).reached
    stages = {Reached.AUTH: Stage.AUTH, Reached.SESSION: Stage.SESSION, Reached.STARTUP: Stage.STARTUP}
    return stages.get(reached) if reached is not None else None


def _what_stops(stage: Stage | None, concluded: Conclusion) -> tuple[str, str]:
    """What stops the client, in words of ours, or else the last line of the text that does; one of them is empty."""
    words = row(stage).still_stopped if stage else ""
    if stage in NETWORK:
        return words, ""  # a login that ran beside the probes has a text of it or has none, by chance
    if said := _said(concluded.observations):
        return "", said
    title = next((each.title for each in concluded.findings if each.rule == concluded.decision.rule), "")
    answer = concluded.observations.get("startup.answer")
    return title or words or f"the server's first answer is: {answer}", ""


def _said(after: Observations) -> str:
    """The last line of the text that the attempt ended with; empty without one."""
    said = last_text(after).strip()
    return said.splitlines()[-1] if said else ""
