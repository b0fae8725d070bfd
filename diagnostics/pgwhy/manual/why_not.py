"""Why a rule says what it says of a run: each line of each block, with its answer and the value that was seen. Pure."""

from __future__ import annotations

from pgwhy.engine.explanation import explain
from pgwhy.facts import Observations, Value, to_plain
from pgwhy.rulebook.book import Rulebook
from pgwhy.rulebook.conditions import Answer, FactCache, Test
from pgwhy.rulebook.rule import Rule
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Line:
    """One test."""

    test: Test
    answer: Answer
    seen: Value
    """The fact's value as JSON holds it; `None`: nobody looked."""


@dataclass(frozen=True)
class Block:
    """One `[[when]]`: its answer is the lowest of its lines."""

    answer: Answer
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class WhyNot:
    """What one rule says of a run, and what became of that."""

    rule: Rule
    answer: Answer
    """The highest of its blocks."""
    blocks: tuple[Block, ...]
    place: int
    """Its place among what is told, from 1; 0 if it is not told."""
    before: str
    """The rule that is told first, or the one that hides this one; empty if it is this one, or if none is told."""
    is_hidden: bool
    """It holds, and `before` supersedes it."""


def why_not(rule: Rule, observations: Observations, rulebook: Rulebook) -> WhyNot:
    """Ask one rule line by line, and the whole rulebook for what comes before it."""
    facts = FactCache(observations)
    blocks = tuple(_block(block.tests, facts) for block in rule.when)
    explanation = explain(observations, rulebook)
    told = [match.rule.id for match in explanation.matches]
    behind = {hidden.rule: hidden.behind for hidden in explanation.hidden}
    place = told.index(rule.id) + 1 if rule.id in told else 0
    first = told[0] if told and place != 1 else ""
    return WhyNot(
        rule=rule,
        answer=max((block.answer for block in blocks), default=Answer.NO),
        blocks=blocks,
        place=place,
        before=behind.get(rule.id, first),
        is_hidden=rule.id in behind,
    )


def _block(tests: tuple[Test, ...], facts: FactCache) -> Block:
    lines = tuple(Line(test, test.answer(facts), to_plain(facts[test.path])) for test in tests)
    return Block(min(line.answer for line in lines), lines)
