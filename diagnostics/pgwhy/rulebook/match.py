"""A rule whose conditions hold, or may hold, for what was seen."""

from __future__ import annotations

from functools import cached_property

from pgwhy.rulebook.conditions import Answer, Block, FactCache, Operator, Test
from pgwhy.rulebook.rule import Rule
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Match:
    """A rule that says yes or cannot tell."""

    rule: Rule
    answer: Answer
    facts: FactCache

    @cached_property
    def block(self) -> Block:
        """The block that says so. Of several: the one about a text that the user reported, then the one with the most
        tests; if none says yes, the one that misses the fewest facts."""
        blocks = [each for each in self.rule.when if each.answer(self.facts) is self.answer]
        if self.answer is Answer.YES:
            reported = self.facts["error.origin"] == "reported"
            return max(blocks, key=lambda b: (reported and _reads_the_text(b), len(b.tests)))
        return min(blocks, key=self._openness)

    @cached_property
    def evidence(self) -> tuple[Test, ...]:
        """The tests of the block that say yes."""
        return self._tests(self.block, Answer.YES)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What of the error text it went by: its words as they stand there, and its codes."""
        words = (word for test in self.evidence if test.path == "error.message" for word in test.words(self.facts))
        codes = (
            str(item)
            for test in self.evidence
            if test.path in ("error.codes", "error.sqlstate") and test.operator in _ASK_FOR
            for item in test.items
            if item and item in (self.facts[test.path] or ())
        )
        said = (self.facts["error.words"] for test in self.evidence if test.path in _SAID)
        return tuple(dict.fromkeys(filter(None, (*words, *said, *codes))))

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The paths of the facts that nobody observed and that the block asks for."""
        return tuple(dict.fromkeys(test.path for test in self._tests(self.block, Answer.CANNOT_TELL)))

    def _tests(self, block: Block, answer: Answer) -> tuple[Test, ...]:
        return tuple(test for test in block.tests if test.answer(self.facts) is answer)

    def _openness(self, block: Block) -> tuple[bool, int, int]:
        speaks, missing = self._tests(block, Answer.YES), self._tests(block, Answer.CANNOT_TELL)
        return not speaks, len(missing), -len(speaks)


_ASK_FOR = (Operator.CONTAINS, Operator.CONTAINS_ALL, Operator.EQUALS, Operator.ONE_OF)


def _reads_the_text(block: Block) -> bool:
    return any(test.path == "error.message" or test.path in _SAID for test in block.tests)


_SAID = ("error.says", "error.also_says")
