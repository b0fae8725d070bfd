"""Verify: try each fix as a controlled experiment. Before the change the expectation must fail, after it it must hold.

An experiment goes through the same stages again with one change; what the change cannot have altered (the lookup of the
same name, the same addresses) is taken from the run itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pgwhy import target as targets
from pgwhy.causes import Cause
from pgwhy.client import Client, without_sni
from pgwhy.engine.observation import begin, observe
from pgwhy.engine.outcome import NO_MORE_LOGINS, Trial, judged
from pgwhy.error_text import Origin
from pgwhy.facts import Observations, Record
from pgwhy.finding import Finding, Fix, Severity, Verification, in_order
from pgwhy.machine import Machine
from pgwhy.probes import PROBES
from pgwhy.probes.authentication import Authentication, AuthOutcome
from pgwhy.probes.permit import Permit
from pgwhy.probes.probe import Options
from pgwhy.progress import Stage, stopped_at
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, Block, FactCache
from pgwhy.target.model import Change, Target
from pgwhy.values import dataclass, replace

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


@dataclass(frozen=True)
class Verified:
    """What the experiments of a run came to."""

    findings: tuple[Finding, ...]
    refusal: Authentication | None = None
    """The login of an experiment that asked for the very same where the run itself met silence, and that the server
    refused: so the run's own login would have ended. `None` where there is none."""


async def verify(findings: Iterable[Finding], run: Experiment) -> Verified:
    """The findings with what became of their fixes; refuted ones go last.

    Edits are filled in for every fix with a change, tried or not. Notes and warnings are not tried: nothing fails.
    """
    proved: list[Finding] = []
    refusal = None
    for finding in findings:
        if finding.severity is not Severity.ERROR:
            proved += described([finding], run.target)
            continue
        subject, rule, remedies = _subject(run, finding), run.rulebook[finding.rule], list[Fix]()
        for fix in finding.fixes:
            tried, after = await _try(fix, rule.fix(fix.id).expect, finding, subject)
            remedies.append(tried)
            if after is not None and after.outcome is AuthOutcome.REFUSED and _ends_the_silence(fix, run.seen):
                refusal = refusal or after
        proved.append(replace(finding, fixes=tuple(sorted(remedies, key=in_order))))
    return Verified(tuple(proved), refusal)


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


async def _try(
    remedy: Fix, expect: Block | None, finding: Finding, run: Experiment
) -> tuple[Fix, Authentication | None]:
    """The fix with what became of it, and the login that was made with its change; `None` where it was not tried."""
    remedy, changed = _with_edit(remedy, run.target)
    if changed is None:
        return remedy, None
    if expect is None:
        return replace(remedy, remark="nothing in this run can show whether it helps"), None
    if run.network.remaining() < LEAST_S:
        return replace(remedy, remark="there was no time left"), None
    with_login = _about_login(expect)
    if with_login and not run.options.login:
        return replace(remedy, remark="it needs a login, and this run makes none"), None
    before = await _before(run, with_login=with_login)
    if _spent(before):
        return replace(remedy, remark=_NO_MORE_LOGINS), None
    if expect.answer(FactCache(before)) is not Answer.NO:
        remark = "the failure could not be reproduced without the change"
        return replace(remedy, verification=Verification.INCONCLUSIVE, remark=remark), None
    run = replace(run, permit=run.permit.under(as_change(remedy.change or {})))
    after = await _observe(run, changed, with_login=with_login)
    if not with_login and run.options.login and stopped_at(after) is None:
        # The expectation was about start-up and holds. A login on top shows whether something else is in the way.
        after = await _observe(run, changed, with_login=True, known=after)
    out_of_time = run.network.out_of_time
    tried = judged(remedy, Trial(finding, expect, before, after, run.rulebook, run.options.login, out_of_time))
    if _spent(after) and tried.verification is not Verification.ADVANCED:
        return replace(remedy, remark=_NO_MORE_LOGINS), None
    return tried, after.of(Authentication)


def _with_edit(remedy: Fix, target: Target) -> tuple[Fix, Target | None]:
    """The fix with its edit and the corrected string, and the changed target; `None` where it has no change here."""
    if remedy.change is None:
        return replace(remedy, remark=remedy.remark or "pgwhy cannot change this for you"), None
    change = as_change(remedy.change)
    try:
        changed = targets.apply(target, change)
        edit = targets.edit(target, change)
    except targets.CannotChange as error:
        return replace(remedy, remark=str(error)), None
    return replace(remedy, edit_steps=edit.steps, connection_string=edit.connection_string), changed


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


def _ends_the_silence(fix: Fix, seen: Observations) -> bool:
    """The run's login met silence, and the fix asks for the very same: with a longer limit, or past the pooler."""
    if seen.get("authentication.outcome") != AuthOutcome.TIMED_OUT or fix.change is None or set(fix.change) != {"set"}:
        return False
    changed = fix.change["set"]
    return set(changed) == {"connect_timeout"} or changed == {"host": seen.get("target.direct_host")}


def _about_login(expect: Block) -> bool:
    return any(test.path.partition(".")[0] in ("authentication", "session") for test in expect.tests)


def _spent(after: Observations) -> bool:
    return bool(after.get("authentication.not_tried_because") == "exchanges-spent")


_NO_MORE_LOGINS = f"it needs a login, and {NO_MORE_LOGINS}"
_DECIDING = tuple(probe for probe in PROBES if probe.decides)
_BEFORE_LOGIN = tuple(probe for probe in _DECIDING if probe.stage.order < Stage.AUTH.order)
