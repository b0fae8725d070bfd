"""From observations to a verdict: the one way there, for a run, a text, a saved report and a batch. Pure."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property

from pgwhy import error_text
from pgwhy.engine.explanation import Explanation, explain
from pgwhy.engine.verdict import Decision, counts, decide, worded
from pgwhy.error_text import ErrorText, Origin
from pgwhy.facts import Observations
from pgwhy.finding import Doubt, Finding, Severity, Status, Verdict
from pgwhy.progress import connects, last_text
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.match import Match
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Conclusion:
    """What the rules make of observations. `decision` is known at once; words are found when they are asked for."""

    explanation: Explanation
    decision: Decision
    matches: tuple[Match, ...]
    """Those that count and are not ignored, the cause first."""
    ignored: tuple[str, ...]
    """Rules that hold and that the user does not want to hear of."""
    interrupted: bool = False

    @property
    def observations(self) -> Observations:
        """What it was concluded from."""
        return self.explanation.observations

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """A finding for each of `matches`; no fix has been tried."""
        told = {match.rule.id for match in self.matches}
        return tuple(each for each in self.explanation.findings if each.rule in told)

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """Without a cause: what could still be it. Empty where nothing has failed: for a run that gets through, was
        interrupted, or made no login of its own accord."""
        reported = self.observations.get("error.origin") == Origin.REPORTED
        failed = self.decision.status is Status.FAILS or (self.decision.status is Status.UNKNOWN and reported)
        return self.explanation.doubts if failed and self.decision.cause is None else ()

    @cached_property
    def verdict(self) -> Verdict:
        """The decision in words."""
        first = next((each for each in self.findings if each.rule == self.decision.rule), None)
        return worded(self.decision, first, self.doubts, self.observations, interrupted=self.interrupted)


def conclude(
    observations: Observations,
    rulebook: Rulebook,
    *,
    login: bool = True,
    ignore: Set[str] = frozenset(),
    interrupted: bool = False,
) -> Conclusion:
    """Ask the rules, and decide.

    `login` is false with `--no-login`. `ignore` names rules whose warnings and notes are left out; an error is the
    verdict itself and stays. `interrupted`: the run was, so what nobody looked at has not failed.
    """
    explanation = explain(observations, rulebook)
    counting = [match for match in explanation.matches if counts(match, observations)]
    ignored = tuple(
        match.rule.id for match in counting if match.rule.id in ignore and match.rule.severity is not Severity.ERROR
    )
    kept = tuple(match for match in counting if match.rule.id not in ignored)
    decision = decide((match.rule for match in kept), observations, login=login, interrupted=interrupted)
    return Conclusion(explanation, decision, kept, ignored, interrupted)


def with_own_text(observations: Observations) -> Observations:
    """The observations of a run, with the error text that it met itself, if none was given and it does not connect."""
    if ErrorText.name in observations.records or connects(observations):
        return observations
    text = last_text(observations)
    return observations.with_record(error_text.clean(text, Origin.OBSERVED)) if text else observations
