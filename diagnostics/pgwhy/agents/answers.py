"""What an agent is told: small, structured, in the words of the report. A model pays for each word that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pgwhy.finding import Finding, Fix, Report, Severity, Verification
from pgwhy.manual import page as manual
from pgwhy.manual import topics
from pgwhy.report.headline import first_finding
from pgwhy.report.told import answer as head
from pgwhy.rulebook.book import Rulebook

FIXES, NOTES, NEXT, LISTED = 3, 3, 2, 20
"""At most so many of each."""
LONGEST = 2000
"""Characters of a text."""
_COLUMNS = 100


@dataclass(frozen=True)
class FixAnswer:
    """One thing to do."""

    title: str
    outcome: str
    """`confirmed`: this run tried it and the client connects with it. `advanced`, `refuted`, `inconclusive`,
    `not tried`."""
    kind: str
    do: str
    """The edit of the user's own text, or the steps."""
    caution: str
    note: str


@dataclass(frozen=True)
class Answer:
    """A report in short."""

    headline: str
    status: str
    """`connects`, `reachable` (without a login), `fails` or `unknown`."""
    cause: str | None
    """The slug of the cause; null where none is known. Do not guess one then: do what `next` says."""
    rule: str | None
    stage: str | None
    summary: str
    retry: str | None
    """`now`, `later` or `never`: whether the same attempt may work by itself."""
    owner: str | None
    """Who can fix it."""
    fixes: list[FixAnswer]
    warnings: list[str]
    could_also_be: list[str]
    next: list[str]
    """Commands that would settle what is open."""
    references: list[str]
    login: str
    """What was not done, and why; empty if nothing was left out."""


@dataclass(frozen=True)
class RuleAnswer:
    """The manual page of a rule, a cause or a code; or the rules that a word finds."""

    page: str
    """Empty where the word is the name of nothing."""
    found: list[str]
    """`id: title`, of at most 20 rules."""
    more: int
    """How many other rules the word finds."""


@dataclass(frozen=True)
class SnippetAnswer:
    """One file to write. The password is not in it: it is read from PGPASSWORD."""

    file: str
    text: str
    notes: list[str]


def of_report(report: Report, login: str = "") -> Answer:
    """The short form of a report that has been cleaned of secrets."""
    verdict, first = report.verdict, first_finding(report)
    titles = {finding.rule: finding.title for finding in report.findings}
    return Answer(
        headline=_short(head(report).headline),
        status=verdict.status,
        cause=verdict.cause,
        rule=verdict.rule,
        stage=verdict.stage,
        summary=_short(verdict.summary),
        retry=verdict.retry,
        owner=verdict.owner,
        fixes=[_fix(fix) for fix in _fixes(first)][:FIXES],
        warnings=[f"{each.rule}: {each.title}" for each in report.findings if each.severity is not Severity.ERROR][
            :NOTES
        ],
        could_also_be=[f"{cause}: {titles.get(rule, cause.about.meaning)}" for cause, rule in verdict.also][:NOTES],
        next=[f"{step.command}  # {step.settles}" for step in verdict.next][:NEXT],
        references=list(first.references[:1]) if first else [],
        login=login,
    )


def of_rules(word: str, rules: Rulebook) -> RuleAnswer:
    """The page of what is called so, or the rules in whose id, cause or title each word is."""
    if word and (page := manual.page(word, rules, _COLUMNS)) is not None:
        return RuleAnswer(_short(page, 3 * LONGEST), [], 0)
    words = word.casefold().split()
    lines = [
        f"{rule.id}: {topics.title(rule.title)}" for rule in rules if _has(f"{rule.cause} {rule.title}", words, rule.id)
    ]
    return RuleAnswer("", lines[:LISTED], max(0, len(lines) - LISTED))


def _has(text: str, words: list[str], id: str) -> bool:
    text = f"{id} {text}".casefold()
    return all(word in text for word in words)


def _fixes(finding: Finding | None) -> Iterator[Fix]:
    """Without what was tried in vain."""
    yield from (fix for fix in (finding.fixes if finding else ()) if fix.verification is not Verification.REFUTED)


def _fix(fix: Fix) -> FixAnswer:
    return FixAnswer(
        title=fix.title,
        outcome=fix.verification,
        kind=fix.kind,
        do=_short(fix.edit or fix.steps),
        caution=fix.caution,
        note=_short(fix.note),
    )


def _short(text: str, limit: int = LONGEST) -> str:
    text = text.strip()
    return text if len(text) <= limit else text[:limit] + " ..."
