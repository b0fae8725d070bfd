"""Reports: of a run, of an error text alone, and of a saved report that is asked again. No network.

`explain` is pure, so a run that was saved last year and is asked today gives what today's rules make of it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgwhy import __version__, error_text, redaction
from pgwhy.client import Client, ClientFacts, habits_alone, resolve
from pgwhy.engine.conclusion import Conclusion, conclude
from pgwhy.error_text import ErrorText, Origin
from pgwhy.facts import Observations, Vocabulary
from pgwhy.finding import Finding, Fix, Report, Status, in_order
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor
from pgwhy.timeline import Span
from pgwhy.values import replace

if TYPE_CHECKING:
    from pgwhy.rulebook.book import Rulebook


def of(
    conclusion: Conclusion,
    rulebook: Rulebook,
    now: datetime,
    *,
    findings: tuple[Finding, ...] | None = None,
    target: dict[str, dict[str, Any]] | None = None,
    timeline: tuple[Span, ...] = (),
    duration_ms: float = 0.0,
    extra: dict[str, Any] | None = None,
) -> Report:
    """The report of what was concluded; the rest is what only a run has. `findings`: what became of their fixes."""
    seen = conclusion.observations
    return Report(
        report_id=os.urandom(3).hex(),
        version=__version__,
        rules_digest=rulebook.digest,
        started_at=now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        duration_ms=duration_ms,
        target=target or {},
        tested_as={
            "client": seen.get("client.id"),
            "version": seen.get("client.version") or None,
            "guessed": bool(seen.get("client.guessed")),
        },
        verdict=conclusion.verdict,
        findings=conclusion.findings if findings is None else findings,
        observations=seen,
        timeline=timeline,
        fits=conclusion.doubts,
        extra=extra or {},
    )


def of_text(
    text: str,
    machine: Machine,
    client: str | None = None,
    rules: tuple[Path, ...] = (),
    rulebook: Rulebook | None = None,
) -> Report:
    """What an error text alone tells. Raises `UnknownClient`. `rulebook`: where the rules are loaded already."""
    seen = observations_of_text(text, redaction.for_machine(machine), client)
    rulebook = rulebook or all_rules(rules)
    return of(conclude(seen, rulebook), rulebook, machine.now)


def observations_of_text(text: str, redactor: Redactor, client: str | Client | None = None) -> Observations:
    """What a text tells, as observations: itself, and whose it is. Raises `UnknownClient`.

    Every way to explain a text reads it so: without its secrets, so that all of them give the same answer.
    """
    record = error_text.clean(redactor.pasted(text), Origin.REPORTED, alone=True)
    spoken_for = client if isinstance(client, Client) else resolve(client, record.message, None)
    return Observations({ClientFacts.name: habits_alone(spoken_for), ErrorText.name: record})


def of_saved(saved: Report, rulebook: Rulebook) -> Report:
    """The same run, asked with the rules of today. The outcome of a fix stays where it is the same fix."""
    concluded = conclude(
        saved.observations,
        rulebook,
        login=saved.verdict.status is not Status.REACHABLE,
        ignore={str(each.get("rule")) for each in saved.extra.get("ignored", ()) if isinstance(each, dict)},
        interrupted=bool(saved.extra.get("interrupted")),
    )
    tried = {(finding.rule, fix.id): fix for finding in saved.findings for fix in finding.fixes}
    return replace(
        saved,
        version=__version__,
        rules_digest=rulebook.digest,
        verdict=concluded.verdict,
        findings=tuple(replace(each, fixes=_as_tried(each, tried)) for each in concluded.findings),
        fits=concluded.doubts,
        # What a newer version said of its own findings is not said of these.
        extra={k: v for k, v in saved.extra.items() if k not in ("tool", "verdict", "findings", "fits")},
    )


def all_rules(folders: tuple[Path, ...] = ()) -> Rulebook:
    """The built-in rules and those of more folders, loaded once in a process. Raises `RuleError`."""
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
                edit_steps=then.edit_steps,
                connection_string=then.connection_string,
                verification=then.verification,
                verified_to=then.verified_to,
                remark=then.remark,
                message=then.message,
                next_obstacle=then.next_obstacle,
            )
        remedies.append(fix)
    return tuple(sorted(remedies, key=in_order))
