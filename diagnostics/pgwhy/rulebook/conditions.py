"""Tests of facts, blocks of tests, and the three answers that they can give.

The logic is Kleene's: "all of" is the minimum and "any of" the maximum of NO < CANNOT_TELL < YES. A fact that nobody
observed makes its test CANNOT_TELL, never NO, so a rule can say which look would settle it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

from pgwhy.facts import Observations, Value
from pgwhy.rulebook.patterns import branches, needles
from pgwhy.values import dataclass


class Answer(IntEnum):
    """What a test, a block or a rule says of a run."""

    NO = 0
    CANNOT_TELL = 1
    YES = 2


WORDS = {"yes": Answer.YES, "no": Answer.NO, "cannot-tell": Answer.CANNOT_TELL}
"""The answers as a rule's examples name them."""


class Operator(StrEnum):
    """What a test does with its fact. Those above CONTAINS are not written: a plain value, or a list of values."""

    EQUALS = "equals"
    ONE_OF = "one-of"
    CONTAINS = "contains"
    CONTAINS_ALL = "contains_all"
    LACKS = "lacks"
    MATCHES = "matches"
    NOT = "not"
    ABOVE = "above"
    BELOW = "below"
    EMPTY = "empty"


WRITTEN = tuple(Operator)[2:]
"""The operators that a rule file names."""
_OPERATORS = {each.value: each for each in Operator}


SEARCHED = 20_000
"""Characters of a text in which patterns are searched. `pattern_bound` says what each of them may cost."""


class FactCache(dict[str, Value]):
    """The facts of one question by path, each looked up once, and each text folded once. Unknown paths are `None`."""

    def __init__(self, observations: Observations) -> None:
        super().__init__()
        self._get, self._observations = observations.get, observations
        self._spaced: dict[str, str] = {}
        self._folded: dict[str, str] = {}

    def __missing__(self, path: str) -> Value:
        value = self[path] = self._get(path)
        return value

    def look_up(self, asked: Mapping[str, Mapping[str, str]]) -> None:
        """Look up what will be asked for: record → name → path."""
        self.update(self._observations.several(asked))

    def searched(self, path: str) -> str:
        """What of a text patterns are searched in: of a long one its beginning and its end, `SEARCHED` in all."""
        text: str = self[path]
        return text if len(text) <= SEARCHED else text[: SEARCHED // 2] + "\n" + text[-SEARCHED // 2 :]

    def spaced(self, path: str) -> str:
        """A text with every run of white space as one space: drivers and terminals wrap their lines as they like."""
        if path not in self._spaced:
            self._spaced[path] = " ".join(self[path].split())
        return self._spaced[path]

    def folded(self, path: str) -> str:
        """The same without regard to case."""
        if path not in self._folded:
            self._folded[path] = self.spaced(path).casefold()
        return self._folded[path]


@dataclass(frozen=True)
class Test:
    """One condition on one fact."""

    __test__ = False  # pytest: not a class of tests

    path: str
    operator: Operator
    operand: Any
    """As the rule file has it."""

    def answer(self, facts: FactCache) -> Answer:
        """CANNOT_TELL for an unknown fact, and for one that is not of the type that the operator is made for."""
        value = facts[self.path]
        holds = None if value is None else self.holds(self, value, facts)
        return Answer.CANNOT_TELL if holds is None else Answer.YES if holds else Answer.NO

    def place(self, facts: FactCache) -> tuple[str, int]:
        """The text that it matched, and where in it; 0 where no place of the text is meant."""
        if self.operator is Operator.MATCHES:
            text = facts.searched(self.path)
            found = self.pattern.search(text)
            return text, found.start() if found else 0
        if self.operator in (Operator.CONTAINS, Operator.CONTAINS_ALL):
            places = (facts.folded(self.path).find(needle) for needle in self.needles)
            return facts.spaced(self.path), min((place for place in places if place >= 0), default=0)
        return facts[self.path], 0

    def words(self, facts: FactCache) -> tuple[str, ...]:
        """What of a text it went by, as written there: for a test that holds and that looks into a text."""
        text = facts[self.path]
        if self.operator is Operator.MATCHES:
            found = self.pattern.search(facts.searched(self.path))
            return (" ".join(found[0].split()),) if found else ()
        if self.operator in (Operator.CONTAINS, Operator.CONTAINS_ALL) and isinstance(text, str):
            spaced, folded = facts.spaced(self.path), facts.folded(self.path)
            places = ((folded.find(needle), len(needle)) for needle in self.needles)
            # Of two that begin at one place the longer one says more.
            met = sorted((at, -length) for at, length in places if at >= 0)
            return tuple(
                spaced[at : at - length] for at, length in (met if self.operator is Operator.CONTAINS_ALL else met[:1])
            )
        return ()

    @cached_property
    def items(self) -> tuple[Value, ...]:
        """The operand as several values, one where one was written."""
        return tuple(self.operand) if isinstance(self.operand, (list, tuple)) else (self.operand,)

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """The texts to look for, folded as `FactCache.folded` folds; of a pattern: one of them is in all it matches."""
        texts = needles(self.operand) if self.operator is Operator.MATCHES else self.items
        return tuple(" ".join(str(text).split()).casefold() for text in texts)

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """The alternatives of a pattern: of twenty usually one has its words in a text, and that one is searched."""
        return tuple(Branch(self.path, Operator.MATCHES, each) for each in branches(self.operand))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when it is first needed: a run needs few of them, and compiling is what costs."""
        return re.compile(self.operand, re.IGNORECASE)

    @cached_property
    def holds(self) -> Callable[[Test, Value, FactCache], bool | None]:
        """What its operator says of a known value; `None`: it says nothing of a value of this type."""
        return _HOLDS[self.operator]


Branch = Test
"""A pattern that stands for one alternative of another one."""


@dataclass(frozen=True)
class Block:
    """Tests that must all hold."""

    tests: tuple[Test, ...]

    def answer(self, facts: FactCache) -> Answer:
        """The lowest answer of its tests."""
        lowest = Answer.YES
        for test in self._cheapest_first:
            value = facts[test.path]
            holds = None if value is None else test.holds(test, value, facts)
            if holds is None:
                lowest = Answer.CANNOT_TELL
            elif not holds:
                return Answer.NO
        return lowest

    @cached_property
    def _cheapest_first(self) -> tuple[Test, ...]:
        return tuple(sorted(self.tests, key=lambda test: _COST.get(test.operator, 0)))


def block(written: Mapping[str, Mapping[str, Any]]) -> Block:
    """A block of what a rule file has under `[[when]]`, `for` or `expect`: record → fact → test, checked before."""
    return Block(
        tuple(t for record, facts in written.items() for f, test in facts.items() for t in parse(record, f, test))
    )


def parse(record: str, fact: str, written: Any) -> Iterator[Test]:
    """The tests of one line: one, or one for each operator of an inline table."""
    path = f"{record}.{fact}"
    if isinstance(written, Mapping):
        for operator, operand in written.items():
            yield Test(path, _OPERATORS[operator], operand)
    elif isinstance(written, (list, tuple)):
        yield Test(path, Operator.ONE_OF, tuple(written))
    else:
        yield Test(path, Operator.EQUALS, written)


def any_of(blocks: Iterable[Block], facts: FactCache) -> Answer:
    """The highest answer of the blocks; NO of none."""
    highest = Answer.NO
    for each in blocks:
        answer = each.answer(facts)
        if answer is Answer.YES:
            return answer
        if answer > highest:
            highest = answer
    return highest


# Each of these gets a value that is not None, and says None of a value of another type than it is made for: a report of
# another version may hold such a one.


def _equals(test: Test, value: Value, facts: FactCache) -> bool:
    return bool(value == test.operand)


def _one_of(test: Test, value: Value, facts: FactCache) -> bool:
    return value in test.items


def _not(test: Test, value: Value, facts: FactCache) -> bool:
    return value not in test.items


def _contains(test: Test, value: Value, facts: FactCache) -> bool | None:
    if isinstance(value, str):
        text = facts.folded(test.path)
        return any(needle in text for needle in test.needles)
    return any(item in value for item in test.items) if isinstance(value, tuple) else None


def _contains_all(test: Test, value: Value, facts: FactCache) -> bool | None:
    if isinstance(value, str):
        text = facts.folded(test.path)
        return all(needle in text for needle in test.needles)
    return all(item in value for item in test.items) if isinstance(value, tuple) else None


def _lacks(test: Test, value: Value, facts: FactCache) -> bool | None:
    contains = _contains(test, value, facts)
    return None if contains is None else not contains


def _matches(test: Test, value: Value, facts: FactCache) -> bool | None:
    if not isinstance(value, str):
        return None
    text = facts.folded(test.path)
    for branch in test.branches:
        needles = branch.needles
        if (not needles or any(needle in text for needle in needles)) and branch.pattern.search(
            facts.searched(test.path)
        ):
            return True
    return False


def _above(test: Test, value: Value, facts: FactCache) -> bool | None:
    return bool(value > test.operand) if isinstance(value, (int, float)) else None


def _below(test: Test, value: Value, facts: FactCache) -> bool | None:
    return bool(value < test.operand) if isinstance(value, (int, float)) else None


def _empty(test: Test, value: Value, facts: FactCache) -> bool | None:
    return (not value) is test.operand if isinstance(value, (str, tuple)) else None


_HOLDS: dict[Operator, Callable[[Test, Value, FactCache], bool | None]] = {
    Operator.EQUALS: _equals,
    Operator.ONE_OF: _one_of,
    Operator.CONTAINS: _contains,
    Operator.CONTAINS_ALL: _contains_all,
    Operator.LACKS: _lacks,
    Operator.MATCHES: _matches,
    Operator.NOT: _not,
    Operator.ABOVE: _above,
    Operator.BELOW: _below,
    Operator.EMPTY: _empty,
}
_COST = {Operator.CONTAINS: 1, Operator.CONTAINS_ALL: 1, Operator.LACKS: 1, Operator.MATCHES: 2}
