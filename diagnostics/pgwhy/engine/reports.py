"""Reports: of a run, of an error text alone, and of a saved report that is asked again. No network.

`explain` is pure, so a run that was saved last year and is asked today gives what today's rules make of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgwhy import __version__, error_text, redaction
from pgwhy.client import ClientFacts, habits_alone, resolve
from pgwhy.engine.explanation import Explanation, explain
from pgwhy.engine.verdict import decide, findings_that_count
from pgwhy.error_text import ErrorText, Origin
from pgwhy.facts import Observations, Vocabulary
from pgwhy.finding import Finding, Fix, Report, Status, in_order
from pgwhy.machine import Machine
from pgwhy.timeline import Span

if TYPE_CHECKING:
    from pgwhy.rulebook.book import Rulebook


def report(
    machine: Machine,
    observations: Observations,
    findings: tuple[Finding, ...],
    explanation: Explanation,
    rulebook: Rulebook,
    *,
    login: bool = True,
    target: dict[str, dict[str, Any]] | None = None,
    timeline: Iterable[Span] = (),
    duration_ms: float = 0.0,
    extra: dict[str, Any] | None = None,
) -> Report:
    """The report of what was seen and what the rules make of it. `target` is masked; `None`: nobody gave one."""
    extra = extra or {}
    verdict = decide(findings, explanation, observations, login=login, interrupted="interrupted" in extra)
    return Report(
        report_id=os.urandom(3).hex(),
        version=__version__,
        rules_digest=rulebook.digest,
        started_at=machine.now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        duration_ms=round(duration_ms, 1),
        target=target or {},
        tested_as={
            "client": observations.get("client.id"),
            "version": observations.get("client.version") or None,
            "guessed": bool(observations.get("client.guessed")),
        },
        verdict=verdict,
        findings=findings,
        observations=observations,
        timeline=tuple(timeline),
        fits=explanation.doubts if verdict.cause is None and verdict.status in (Status.FAILS, Status.UNKNOWN) else (),
        extra=extra,
    )


def of_text(
    text: str,
    machine: Machine,
    client: str | None = None,
    rules: tuple[Path, ...] = (),
    rulebook: Rulebook | None = None,
) -> Report:
    """What an error text alone tells. Raises `UnknownClient`. `rulebook`: where the rules are loaded already."""
    seen = observations_of_text(redaction.for_machine(machine).pasted(text), client)
    rulebook = rulebook or all_rules(rules)
    explanation = explain(seen, rulebook)
    return report(machine, seen, findings_that_count(explanation, seen), explanation, rulebook)


def observations_of_text(text: str, client: str | None = None) -> Observations:
    """What a text tells, as observations: itself, and whose it is. Raises `UnknownClient`.

    The text is read as it is: what is shown of it has to go through redaction before.
    """
    record = error_text.clean(text, Origin.REPORTED, alone=True)
    spoken_for = resolve(client, record.message, None)
    return Observations({ClientFacts.name: habits_alone(spoken_for), ErrorText.name: record})


def of_saved(saved: Report, rulebook: Rulebook) -> Report:
    """The same run, asked with the rules of today. The outcome of a fix stays where it is the same fix."""
    seen = saved.observations
    explanation = explain(seen, rulebook)
    left_out = {each.get("rule") for each in saved.extra.get("ignored", ()) if isinstance(each, dict)}
    tried = {(finding.rule, fix.id): fix for finding in saved.findings for fix in finding.fixes}
    findings = tuple(
        replace(each, fixes=_as_tried(each, tried))
        for each in findings_that_count(explanation, seen)
        if each.rule not in left_out
    )
    interrupted = bool(saved.extra.get("interrupted"))
    login = saved.verdict.status is not Status.REACHABLE
    verdict = decide(findings, explanation, seen, login=login, interrupted=interrupted)
    return replace(
        saved,
        version=__version__,
        rules_digest=rulebook.digest,
        verdict=verdict,
        findings=findings,
        fits=explanation.doubts if verdict.cause is None and verdict.status in (Status.FAILS, Status.UNKNOWN) else (),
        # What a newer version said of its own findings is not said of these.
        extra={k: v for k, v in saved.extra.items() if k not in ("tool", "verdict", "findings", "fits")},
    )


def all_rules(folders: tuple[Path, ...] = ()) -> Rulebook:
    """The built-in rules and those of more folders. Raises `RuleError`."""
    from pgwhy.rulebook import book as rulebook

    repairs = None
    if folders:
        from pgwhy.target.editing.repair import REPAIRS  # the built-in rules have been checked

        repairs = frozenset(REPAIRS)
    return rulebook.load(_vocabulary, *folders, repairs=repairs)


def _vocabulary() -> Vocabulary:
    from pgwhy.probes import VOCABULARY  # brings every probe along, and the compiled rules do without

    return VOCABULARY


def _as_tried(finding: Finding, tried: dict[tuple[str, str], Fix]) -> tuple[Fix, ...]:
    remedies = []
    for fix in finding.fixes:
        then = tried.get((finding.rule, fix.id))
        if then is not None and then.change == fix.change:
            fix = replace(
                fix,
                edit=then.edit,
                connection_string=then.connection_string,
                verification=then.verification,
                verified_to=then.verified_to,
                note=then.note,
            )
        remedies.append(fix)
    return tuple(sorted(remedies, key=in_order))
