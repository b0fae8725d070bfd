"""What the rules make of a run: findings with their evidence and fixes, and the doubts that are left. Pure.

The order of errors: where the user reported a text, first those that speak of the user's own client (they rest on the
text, or on the settings alone), then those seen from this machine; among equals the earliest stage, then the rule with
the most tests. What another rule supersedes is hidden. Whether the run itself disproves an error is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property
from typing import Any

from pgwhy import progress
from pgwhy.causes import FixKind, Severity
from pgwhy.error_text import Origin
from pgwhy.facts import Observations, to_plain
from pgwhy.finding import Doubt, Evidence, Finding, Fix
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, FactCache, Test
from pgwhy.rulebook.match import Match
from pgwhy.rulebook.rule import RuleFix
from pgwhy.rulebook.wording import cut, exactly, placeholders, say, word
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Hidden:
    """A rule that holds and is not told, because another one tells more."""

    rule: str
    behind: str
    """The rule that supersedes it."""


@dataclass(frozen=True)
class Explanation:
    """The rules that hold, in the order in which a person should read them; the first error is the cause.

    Words are found when they are asked for: half of the work, and a batch of texts needs none.
    """

    observations: Observations
    rulebook: Rulebook
    matches: tuple[Match, ...]
    hidden: tuple[Hidden, ...]
    superseded: Set[str]
    """Every rule that one which holds supersedes, whether it holds itself or not."""

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """A finding for each of `matches`, in the same order."""
        return tuple(finding(each, self.observations) for each in self.matches)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Only without an error: rules that may be it, the most likely first."""
        if any(each.rule.severity is Severity.ERROR for each in self.matches):
            return ()
        open_ = (each for each in self.rulebook.ask(self.observations) if each.answer is Answer.CANNOT_TELL)
        return _doubts(open_, self.superseded, self.observations)


def explain(observations: Observations, rulebook: Rulebook) -> Explanation:
    """Ask every rule. The same observations and rules give the same answer, whenever and wherever."""
    holding = rulebook.matches(observations)
    told, behind = _in_order(holding)
    hidden = tuple(Hidden(each.rule.id, behind[each.rule.id]) for each in holding if each.rule.id in behind)
    return Explanation(observations, rulebook, tuple(told), hidden, behind.keys())


def _in_order(holding: Iterable[Match]) -> tuple[list[Match], dict[str, str]]:
    """Those that are told, and which rule hides each of the others."""
    holding = [each for each in holding if not _about_another_service(each)]
    behind = {other: each.rule.id for each in holding for other in each.rule.supersedes}
    told = [each for each in holding if each.rule.id not in behind]
    return sorted(told, key=_rank) if len(told) > 1 else told, behind


def _about_another_service(held: Match) -> bool:
    """It rests on a text that nobody who asks about Postgres should be told of."""
    if held.facts["error.about_another_service"] is not True:
        return False
    return any(test.path.startswith("error.") for test in held.block.tests)


def _rank(held: Match) -> tuple[int, bool, int, int, str]:
    rule, facts = held.rule, held.facts
    elsewhere = facts["error.origin"] == Origin.REPORTED and not _of_the_users_client(held)
    severity, stage = _SEVERITIES.index(rule.severity), rule.stage.order
    return severity, elsewhere, stage, -len(held.block.tests), rule.id


def _of_the_users_client(held: Match) -> bool:
    """It rests on the text that the client printed, or on nothing but what is true wherever the string is used."""
    records = {test.path.partition(".")[0] for test in held.evidence}
    return "error" in records or records <= {"target", "client", "settings"}


def origin(held: Match) -> Origin:
    """Whether it rests on a text that the user reported, or on what this machine saw."""
    if held.facts["error.origin"] == Origin.REPORTED and any(t.path.startswith("error.") for t in held.evidence):
        return Origin.REPORTED
    return Origin.OBSERVED


def finding(held: Match, observations: Observations) -> Finding:
    """A rule that holds, in words."""
    rule = held.rule
    return Finding(
        rule=rule.id,
        cause=rule.cause,
        severity=rule.severity,
        owner=rule.owner,
        retry=rule.retry,
        title=word(rule.title, observations),
        because=word(rule.because, observations),
        stage=rule.stage,
        origin=origin(held),
        evidence=_evidence(held.evidence, held.facts),
        references=rule.references,
        fixes=_remedies(rule.fixes, held.facts, observations),
        words=tuple(cut(word) for word in held.words),
    )


def _evidence(tests: Iterable[Test], facts: FactCache) -> tuple[Evidence, ...]:
    told: dict[str, Evidence] = {}
    for test in tests:
        value = to_plain(facts[test.path])
        if isinstance(value, str) and cut(value) != value:
            value = cut(*test.place(facts))
        told.setdefault(test.path, Evidence(test.path, value))
    return tuple(told.values())


def _remedies(fixes: Iterable[RuleFix], facts: FactCache, observations: Observations) -> tuple[Fix, ...]:
    """Those that are for this run, surely before perhaps, repairs before workarounds. Not tried yet.

    One that is perhaps for it is left out where its title lacks the fact that it is about.
    """
    offered: list[tuple[bool, int, Fix]] = []
    for fix in fixes:
        answer = fix.applies.answer(facts) if fix.applies else Answer.YES
        if answer is Answer.YES or (answer is not Answer.NO and exactly(fix.title, observations) is not None):
            offered.append((answer is not Answer.YES, _KINDS.index(fix.kind), _remedy(fix, observations)))
    return tuple(remedy for _, _, remedy in sorted(offered, key=lambda each: each[:2]))


def _remedy(fix: RuleFix, observations: Observations) -> Fix:
    change: dict[str, Any] | None = None
    unknown: tuple[str, ...] = ()
    if fix.change is not None:
        change = {key: _worded(value, observations) for key, value in fix.change.items()}
        unknown = tuple(dict.fromkeys(path for path in _asked(fix.change) if not say(observations.get(path))))
    refused = ""
    if change is not None and not unknown:
        from pgwhy.rulebook.allowance import refusal  # few fixes are changes of which all is known

        # A fact that fills it may be what a server or a resolver has chosen.
        refused = refusal(change, observations.get("target.sslmode"))
    return Fix(
        id=fix.id,
        kind=fix.kind,
        title=word(fix.title, observations),
        steps=word(fix.steps, observations),
        caution=word(fix.caution, observations),
        change=None if unknown or refused else change,
        needs=fix.needs,
        remark=f"not known here: {', '.join(unknown)}" if unknown else refused,
    )


def _worded(value: Any, observations: Observations) -> Any:
    if isinstance(value, dict):
        return {key: _worded(item, observations) for key, item in value.items()}
    if isinstance(value, str):
        return exactly(value, observations)
    return [exactly(item, observations) for item in value]


def _asked(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [path for item in value.values() for path in _asked(item)]
    texts = [value] if isinstance(value, str) else value
    return [path for text in texts for path in placeholders(text)]


def _doubts(held: Iterable[Match], hidden: Set[str], observations: Observations) -> tuple[Doubt, ...]:
    """Errors for which something speaks, in stages not passed yet: those that miss the fewest facts first."""
    # A text that the client spoken for printed is about another run, of which none is shown to be passed.
    passed = 0 if observations.get("error.origin") == Origin.REPORTED else progress.passed(observations)
    fitting = [
        each
        for each in held
        if each.rule.severity is Severity.ERROR
        and _speaks_for(each)
        and not _about_another_service(each)
        and each.rule.id not in hidden
        and each.rule.stage.order >= passed
    ]
    fitting.sort(key=lambda h: (len(h.missing), -len(h.evidence), h.rule.stage.order, h.rule.id))
    return tuple(Doubt(h.rule.id, h.rule.cause, word(h.rule.title, observations), h.missing) for h in fitting)


def _speaks_for(held: Match) -> bool:
    """Something that was seen: which client it is speaks for nothing."""
    return any(not test.path.startswith("client.") for test in held.evidence)


_SEVERITIES = list(Severity)
_KINDS = list(FixKind)
