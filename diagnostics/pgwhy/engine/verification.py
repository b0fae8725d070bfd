"""Verify: try each fix as a controlled experiment. Before the change the expectation must fail, after it it must hold.

An experiment goes through the same stages again with one change; what the change cannot have altered (the lookup of the
same name, the same addresses) is taken from the run itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pgwhy import target as targets
from pgwhy.causes import Cause
from pgwhy.client import Client, without_sni
from pgwhy.engine.observation import begin, observe
from pgwhy.error_text import Origin
from pgwhy.facts import Observations, Record
from pgwhy.finding import WITH_IT, Finding, Fix, Severity, Verification, in_order, quoting
from pgwhy.machine import Machine
from pgwhy.probes import PROBES
from pgwhy.probes.authentication import Authentication, AuthOutcome
from pgwhy.probes.permit import Permit
from pgwhy.probes.probe import Options
from pgwhy.probes.startup import Reached, Startup
from pgwhy.progress import Stage, last_text, row, stopped_at
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, Block, FactCache
from pgwhy.target.model import Change, Target
from pgwhy.target.obstacle import reason
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network

LEAST_S = 0.3
"""With less time than this left no experiment is begun: it would end as `inconclusive` and mean nothing."""


@dataclass(frozen=True)
class Experiment:
    """What every experiment of a run shares."""

    target: Target
    client: Client
    machine: Machine
    options: Options
    network: Network
    seen: Observations
    rulebook: Rulebook
    permit: Permit
    """Of the user's own target: what a fix changes cannot widen it."""


async def verify(findings: Iterable[Finding], run: Experiment) -> tuple[Finding, ...]:
    """The findings with what became of their fixes; refuted ones go last.

    Edits are filled in for every fix with a change, tried or not. Notes and warnings are not tried: nothing fails.
    """
    proved: list[Finding] = []
    login_shown = False
    for finding in findings:
        if finding.severity is not Severity.ERROR:
            proved += described([finding], run.target)
            continue
        rule = run.rulebook[finding.rule]
        subject = _subject(run, finding)
        remedies = []
        for remedy in finding.fixes:
            tried = await _try(remedy, rule.fix(remedy.id).expect, finding.stage, subject, may_log_in=not login_shown)
            login_shown = login_shown or tried.verified_to is Stage.SESSION
            remedies.append(tried)
        proved.append(replace(finding, fixes=tuple(sorted(remedies, key=in_order))))
    return tuple(proved)


def described(findings: Iterable[Finding], target: Target) -> tuple[Finding, ...]:
    """The findings with the edit of each fix, none of them tried (`--no-verify`, an error text alone)."""
    return tuple(replace(finding, fixes=tuple(_with_edit(r, target)[0] for r in finding.fixes)) for finding in findings)


def _subject(run: Experiment, finding: Finding) -> Experiment:
    """The client that the fix is for. A text that only a client without SNI prints was not printed by one with it."""
    sends_sni = run.seen.get("client.sends_sni")
    in_doubt = sends_sni is None or (sends_sni and finding.origin is Origin.REPORTED)
    if finding.cause is Cause.SNI_MISSING and in_doubt:
        return replace(run, client=without_sni(run.client))
    return run


async def _try(remedy: Fix, expect: Block | None, stage: Stage, run: Experiment, *, may_log_in: bool) -> Fix:
    remedy, changed = _with_edit(remedy, run.target)
    if changed is None:
        return remedy
    if expect is None:
        return replace(remedy, note="nothing in this run can show whether it helps")
    if run.network.remaining() < LEAST_S:
        return replace(remedy, note="there was no time left")
    with_login = _about_login(expect)
    if with_login and not run.options.login:
        return replace(remedy, note="it needs a login, and this run makes none")
    before = await _before(run, with_login=with_login)
    if _spent(before):
        return replace(remedy, note=_NO_MORE_LOGINS)
    if expect.answer(FactCache(before)) is not Answer.NO:
        return replace(
            remedy,
            verification=Verification.INCONCLUSIVE,
            note="the failure could not be reproduced without the change",
        )
    run = replace(run, permit=run.permit.under(as_change(remedy.change or {})))
    after = await _observe(run, changed, with_login=with_login)
    if _spent(after):
        return replace(remedy, note=_NO_MORE_LOGINS)
    answer = expect.answer(FactCache(after))
    was = max(stage, stopped_at(before) or stage, key=lambda each: each.order)
    further = _further(was, after)
    ours = (AuthOutcome.CLEAR_TEXT_HELD_BACK, AuthOutcome.STOPPED)
    held_back = after.get("authentication.outcome") in ours or bool(_kept_back(after))
    if answer is Answer.CANNOT_TELL or (answer is Answer.NO and held_back):
        return replace(remedy, verification=Verification.INCONCLUSIVE, note=_words(after) + further)
    if answer is Answer.NO:
        verdict = Verification.INCONCLUSIVE if further else Verification.REFUTED
        return replace(remedy, verification=verdict, note=_words(after) + further)
    if _stops_earlier(stage, after):
        return replace(remedy, verification=Verification.INCONCLUSIVE, note=_words(after))
    if may_log_in and run.options.login and after.get("authentication.outcome") is None:
        # The expectation was about start-up and holds. A login on top shows that nothing else is in the way.
        logged_in = await _observe(run, changed, with_login=True, known=after)
        if why := _kept_back(logged_in):
            note = f"{_words(after)}; pgwhy stopped there, because {why}"
            return replace(remedy, verification=Verification.CONFIRMED, verified_to=_reached(after), note=note)
        after = after if _spent(logged_in) else logged_in
    note = _proved(was, after)
    return replace(remedy, verification=Verification.CONFIRMED, verified_to=_reached(after), note=note)


def _with_edit(remedy: Fix, target: Target) -> tuple[Fix, Target | None]:
    """The fix with its edit and the corrected string, and the changed target; `None` where it has no change here."""
    if remedy.change is None:
        return replace(remedy, note=remedy.note or "pgwhy cannot change this for you"), None
    change = as_change(remedy.change)
    try:
        changed = targets.apply(target, change)
        edit = targets.edit(target, change)
    except targets.CannotChange as error:
        return replace(remedy, note=str(error)), None
    return replace(remedy, edit=edit.text, connection_string=edit.connection_string), changed


def as_change(plain: Mapping[str, Any]) -> Change:
    """A rule's `change`, worded, as the target understands it."""
    return Change(
        set=tuple((name, str(value)) for name, value in plain.get("set", {}).items()),
        remove=tuple(plain.get("remove", ())),
        add_option=plain.get("add_option", ""),
        drop_option=plain.get("drop_option", ""),
        repair=plain.get("repair", ""),
        password=plain.get("password", ""),
    )


async def _before(run: Experiment, *, with_login: bool) -> Observations:
    """What the same client sees without the change: the run itself, unless another client is imitated now."""
    if run.client.sends_sni is not False or run.seen.get("client.sends_sni") is False:
        return run.seen
    return await _observe(run, run.target, with_login=with_login)


async def _observe(
    run: Experiment, target: Target, *, with_login: bool, known: Observations | None = None
) -> Observations:
    """Go through the stages again. Without a login everything ends with the first answer to the start-up message."""
    options = replace(run.options, web=False, compare_dns=(), wildcard_check=False)
    version = str(run.seen.get("client.version") or "")
    seen = begin(target, run.client, run.machine, options, version=version, permit=run.permit)
    for record in _unchanged(run, target, known):
        seen.put(record)
    with run.network.timeline.span("verify", "login" if with_login else "start-up") as span:
        observed = await observe(seen, run.network, _DECIDING if with_login else _BEFORE_LOGIN)
        span.outcome = str(observed.get("authentication.outcome") or observed.get("startup.answer"))
    return observed


def _unchanged(run: Experiment, target: Target, known: Observations | None) -> Iterable[Record]:
    """Records that the change cannot have altered."""
    if known is not None:
        names = (*(probe.name for probe in _BEFORE_LOGIN), "environment")
        return [known.records[name] for name in names if name in known.records]
    same = ["environment"]
    # Settings that cannot be read ended the run before anything was looked at.
    if target.hosts == run.target.hosts and run.seen.get("tcp.attempts") is not None:
        same += ["dns", "tcp"] if target.value("connect_timeout") == run.target.value("connect_timeout") else ["dns"]
        same += ["tls"] if _tls_settings(target) == _tls_settings(run.target) else []
    return [run.seen.records[name] for name in same if name in run.seen.records]


def _tls_settings(target: Target) -> dict[str, str]:
    return {name: setting.value for name, setting in target.settings.items() if name.startswith("ssl")}


def _about_login(expect: Block) -> bool:
    return any(test.path.partition(".")[0] in ("authentication", "session") for test in expect.tests)


def _spent(after: Observations) -> bool:
    return bool(after.get("authentication.not_tried_because") == "exchanges-spent")


def _kept_back(after: Observations) -> str:
    """Why the permit kept the password back, in words; empty if it did not."""
    return reason(after.get("authentication.not_tried_because"))


def _reached(after: Observations) -> Stage | None:
    if after.of(Authentication).outcome is AuthOutcome.OK:
        return Stage.SESSION
    reached = after.of(Startup).reached
    stages = {Reached.AUTH: Stage.AUTH, Reached.SESSION: Stage.SESSION, Reached.STARTUP: Stage.STARTUP}
    return stages.get(reached) if reached is not None else None


def _further(stage: Stage, after: Observations) -> str:
    """Where the change fixed one thing and the next one stopped it: it is not shown to help, nor to be wrong."""
    now = stopped_at(after)
    if now is None or now.order <= stage.order:
        return ""
    return f" (it gets past {stage} and stops at {now})"


def _stops_earlier(stage: Stage, after: Observations) -> bool:
    """The probes got further than the client itself, which stops earlier (it does not even accept the settings)."""
    now = stopped_at(after)
    return now is not None and now.order < stage.order


def _words(after: Observations) -> str:
    """What was seen with the change, in a few words."""
    outcome = after.get("authentication.outcome")
    if outcome == AuthOutcome.OK:
        return f"failed before, logged in with it ({after.get('authentication.elapsed_ms'):.0f} ms)"
    if said := _said(after):
        return quoting(said)
    if (why := _kept_back(after)) and after.get("startup.reached") == Reached.AUTH:
        return f"{WITH_IT} the server asks for the password; pgwhy stopped there, because {why}"
    if why:
        return f"pgwhy stopped before the login, because {why}"
    if outcome == AuthOutcome.CLEAR_TEXT_HELD_BACK:
        return f"{WITH_IT} the server asks for a clear-text password, which pgwhy does not send"
    if outcome == AuthOutcome.STOPPED:
        return f"{WITH_IT} a limit of pgwhy ended the login ({after.get('authentication.stopped_by')})"
    if outcome == AuthOutcome.PASSWORD_MISSING:
        return f"{WITH_IT} the server asks for the password, and there is none"
    if (stage := stopped_at(after)) is not None and (still := row(stage).still_stopped):
        return f"{WITH_IT} {still}"
    if after.get("startup.reached") == Reached.AUTH:
        return "refused before, with it the server asks for the password"
    return f"{WITH_IT} {_first_answer(after)}"


def _said(after: Observations) -> str:
    """The last line of the message that the attempt ended with; empty without one."""
    said = last_text(after)
    return said.strip().splitlines()[-1] if said else ""


def _first_answer(after: Observations) -> str:
    return f"the server's first answer is: {after.get('startup.answer')}"


def _proved(was: Stage, after: Observations) -> str:
    """What was seen with a change that helps: that it got past `was`, and what is next in the way, if something is."""
    now = stopped_at(after)
    if now is None or not row(was).got_past or now.order <= was.order:
        return _words(after)
    return f"{row(was).got_past}. Next obstacle: {row(now).obstacle}, {_obstacle(now, after)}"


def _obstacle(stage: Stage, after: Observations) -> str:
    if stage.order <= Stage.TCP.order:
        # A login that ran beside the probes has a text of it or has none, by chance.
        return row(stage).still_stopped or _said(after)
    return _said(after) or row(stage).still_stopped or _first_answer(after)


_NO_MORE_LOGINS = "it needs a login, and a run makes at most three password exchanges"
_DECIDING = tuple(probe for probe in PROBES if probe.decides)
_BEFORE_LOGIN = tuple(probe for probe in _DECIDING if probe.stage.order < Stage.AUTH.order)
