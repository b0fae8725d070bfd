"""Which rules can say yes at all, found without asking each: by the words of an error text and by its codes.

Most tests are about words, and of a thousand words a text has a few. So each word is filed under four of its letters,
and a text is taken apart into fours once: what is not filed under any of them need not be looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from diagnostics.conditions import Block, Facts, Operator, Test
from diagnostics.values import dataclass

TEXT, CODES, SQLSTATE = "error.message", "error.codes", "error.sqlstate"
LETTERS = 4

Four = tuple[str, str, str, str]
Number = int
"""The place of a rule in its rulebook."""


@dataclass(frozen=True)
class Plan:
    """The blocks that can say yes where certain records are known, by what has to be there for it."""

    blocks: dict[Number, tuple[Block, ...]]
    always: tuple[Number, ...]
    """Rules of which nothing can be said before they are asked."""
    words: dict[str, tuple[Number, ...]]
    """A text, folded → the rules of which a block needs it, or another one like it."""
    codes: dict[str, tuple[Number, ...]]
    """The same for the codes of an error text."""

    def candidates(self, facts: Facts) -> Iterator[tuple[Number, tuple[Block, ...]]]:
        """The rules that may say yes, in their order, with the blocks that may."""
        found = set(self.always)
        if self.words and facts[TEXT]:
            for word in self._words_in(facts.folded(TEXT)):
                found.update(self.words[word])
        if self.codes:
            for code in (*(facts[CODES] or ()), facts[SQLSTATE]):
                found.update(self.codes.get(code, ()))
        for number in sorted(found):
            yield number, self.blocks[number]

    def _words_in(self, text: str) -> Iterator[str]:
        filed = self._filed
        for four in filed.keys() & _fours(text):
            for word in filed[four]:
                if word in text:
                    yield word
        yield from (word for word in self._short if word in text)

    @cached_property
    def _filed(self) -> dict[Four, list[str]]:
        """Each word under those of its fours that fewest words have."""
        frequency = Counter(four for word in self.words for four in _fours(word))
        filed: dict[Four, list[str]] = {}
        for word in self.words:
            if len(word) >= LETTERS:
                filed.setdefault(min(_fours(word), key=lambda four: (frequency[four], four)), []).append(word)
        return filed

    @cached_property
    def _short(self) -> list[str]:
        return [word for word in self.words if len(word) < LETTERS]


def plan(rules: Iterable[tuple[Block, ...]], known: frozenset[str]) -> Plan:
    """The plan of rules, each given by its blocks, for observations that have these records."""
    blocks: dict[Number, tuple[Block, ...]] = {}
    always: list[Number] = []
    words: dict[str, list[Number]] = {}
    codes: dict[str, list[Number]] = {}
    for number, when in enumerate(rules):
        possible = tuple(block for block in when if all(test.path.partition(".")[0] in known for test in block.tests))
        if not possible:
            continue
        blocks[number] = possible
        keys = [_key(block) for block in possible]
        if any(key is None for key in keys):
            always.append(number)
            continue
        for filed, needed in (key for key in keys if key is not None):
            for each in needed:
                (words if filed == TEXT else codes).setdefault(each, []).append(number)
    return Plan(blocks, tuple(always), {w: tuple(n) for w, n in words.items()}, {c: tuple(n) for c, n in codes.items()})


def _key(block: Block) -> tuple[str, tuple[str, ...]] | None:
    """Of which fact one of which values has to be there, so that the block can hold; `None`: that cannot be said."""
    keys = [key for test in block.tests if (key := _needed(test)) is not None]
    # Codes are looked up, words are looked for; and of words the longest are the rarest.
    return max(keys, key=lambda key: (key[0] != TEXT, min(map(len, key[1]))), default=None)


def _needed(test: Test) -> tuple[str, tuple[str, ...]] | None:
    if test.path == TEXT:
        if test.operator in (Operator.CONTAINS, Operator.MATCHES):
            return (TEXT, test.needles) if test.needles else None
        if test.operator is Operator.CONTAINS_ALL:
            return TEXT, (max(test.needles, key=len),)
    elif (test.path == CODES and test.operator is Operator.CONTAINS) or (
        test.path == SQLSTATE and test.operator in (Operator.EQUALS, Operator.ONE_OF)
    ):
        return (CODES, tuple(map(str, test.items))) if all(test.items) else None  # "" stands for none at all
    return None


def _fours(text: str) -> set[Four]:
    """Every four letters in a row. As tuples: `zip` makes them in C."""
    return set(zip(text, text[1:], text[2:], text[3:], strict=False))
