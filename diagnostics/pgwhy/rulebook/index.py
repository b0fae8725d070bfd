"""Which rules can say yes at all, found without asking each: by the words of an error text, by its codes, by what it
says, and by a fact that must have one of a few values, or something in it.

Most tests are about words, and of a thousand words a text has a few. So each word is filed under four of its letters,
and a text is taken apart into fours once: what is not filed under any of them need not be looked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from pgwhy.facts import Value
from pgwhy.progress import Stage, row
from pgwhy.rulebook.conditions import Answer, FactCache, Operator, Test, parse
from pgwhy.rulebook.rule import Rule
from pgwhy.values import dataclass

TEXT, CODES, SQLSTATE = "error.message", "error.codes", "error.sqlstate"
SAYS, ALSO_SAYS = "error.says", "error.also_says"
_FILED = {path.partition(".")[2] for path in (TEXT, CODES, SQLSTATE, SAYS, ALSO_SAYS)}
LETTERS = 4
FEW = 100
"""So few words are sooner looked for than a text is taken apart."""

Four = tuple[str, ...]
Place = tuple[int, int]
"""Of a block: that of its rule in the rulebook, and its own in the rule."""


@dataclass(frozen=True)
class Index:
    """The blocks that can say yes where certain records are known, by what has to be there for it."""

    rules: tuple[Rule, ...]
    always: tuple[Place, ...]
    """Blocks of which nothing can be said before they are asked."""
    words: dict[str, tuple[Place, ...]]
    """A text, folded → the blocks that need it, or another one like it."""
    codes: dict[str, tuple[Place, ...]]
    """The same for the codes of an error text, and for what it says."""
    values: dict[str, dict[Value, tuple[Place, ...]]]
    """The path of a fact → its values → the blocks that need one of them."""
    members: dict[str, dict[Value, tuple[Place, ...]]]
    """The path of a list → what may be in it → the blocks that need it there."""
    filled: dict[str, tuple[Place, ...]]
    """The path of a fact → the blocks that need it not to be empty."""

    def matches(self, facts: FactCache) -> list[int]:
        """The rules of which a block says yes, in their order."""
        found: set[Place] = set(self.always)
        facts.look_up(self._asked)
        if self.words and facts[TEXT]:
            for word in self._words_in(facts.folded(TEXT)):
                found.update(self.words[word])
        if self.codes:
            for code in (*(facts[CODES] or ()), facts[SQLSTATE], facts[SAYS], *(facts[ALSO_SAYS] or ())):
                found.update(self.codes.get(code, ()))
        for path, filed in self.values.items():
            value = facts[path]  # what is no plain value is equal to none of those in a rule file
            if isinstance(value, _PLAIN) and (places := filed.get(value)):
                found.update(places)
        for path, filed in self.members.items():
            if value := facts[path]:
                found.update(_filed_under_members(filed, value))
        for path, places in self.filled.items():
            if facts[path]:
                found.update(places)
        held: list[int] = []
        for number, own in sorted(found):
            if (not held or held[-1] != number) and self.rules[number].when[own].answer(facts) is Answer.YES:
                held.append(number)
        return held

    def _words_in(self, text: str) -> Iterator[str]:
        if len(self.words) < FEW:
            yield from (word for word in self.words if word in text)
            return
        filed = self._filed
        for four in filed.keys() & _fours(text):
            for word in filed[four]:
                if word in text:
                    yield word
        yield from (word for word in self._short if word in text)

    @cached_property
    def _asked(self) -> dict[str, dict[str, str]]:
        """The facts by which blocks are filed: record → name → path."""
        asked: dict[str, dict[str, str]] = {}
        for path in (*self.values, *self.members, *self.filled):
            record, _, name = path.partition(".")
            asked.setdefault(record, {})[name] = path
        return asked

    @cached_property
    def _filed(self) -> dict[Four, list[str]]:
        """Each word under the four letters in its middle: beginnings and ends are what words have in common."""
        filed: dict[Four, list[str]] = {}
        for word in self.words:
            if len(word) >= LETTERS:
                start = (len(word) - LETTERS) // 2
                filed.setdefault(tuple(word[start : start + LETTERS]), []).append(word)
        return filed

    @cached_property
    def _short(self) -> list[str]:
        return [word for word in self.words if len(word) < LETTERS]


def index_of(rules: tuple[Rule, ...], known: frozenset[str]) -> Index:
    """The plan of rules for observations that have these records."""
    always: list[Place] = []
    words: dict[str, list[Place]] = {}
    codes: dict[str, list[Place]] = {}
    values: dict[str, dict[Value, list[Place]]] = {}
    members: dict[str, dict[Value, list[Place]]] = {}
    filled: dict[str, list[Place]] = {}
    for number, rule in enumerate(rules):
        for own, written in enumerate(rule.said["when"]):
            if not known.issuperset(written):
                continue
            place = number, own
            key = _key(written)
            if key is None:
                if (found := _decisive(written)) is None:
                    always.append(place)
                elif found.rank == _FILLED:
                    filled.setdefault(found.path, []).append(place)
                else:
                    kept = members if found.rank == _MEMBER else values
                    for value in found.items:
                        kept.setdefault(found.path, {}).setdefault(value, []).append(place)
                continue
            filed, needed = key
            for each in needed:
                (words if filed == TEXT else codes).setdefault(each, []).append(place)
    return Index(
        rules,
        tuple(always),
        {w: tuple(n) for w, n in words.items()},
        {c: tuple(n) for c, n in codes.items()},
        {path: {value: tuple(n) for value, n in filed.items()} for path, filed in values.items()},
        {path: {value: tuple(n) for value, n in filed.items()} for path, filed in members.items()},
        {path: tuple(n) for path, n in filled.items()},
    )


@dataclass(frozen=True)
class _Need:
    """What has to be there for a block to say yes."""

    rank: int
    """How few runs have it."""
    path: str
    items: tuple[Value, ...]
    """One of these is the fact's value, or in its list; of none: it is not empty."""


_USUAL = frozenset((shown.path, value) for stage in Stage for shown in row(stage).past for value in shown.values)
"""What shows that a run got past a stage, as most runs of a stage that was looked at do."""


def _decisive(written: Mapping[str, Mapping[str, Any]]) -> _Need | None:
    """What the fewest runs have of what a block needs; `None` if nothing can be said. As the rule file has it: to make
    its tests takes longer than to ask the few blocks that are left."""
    found: _Need | None = None
    for record, said in written.items():
        for fact, value in said.items():
            path = f"{record}.{fact}"
            rank, items = _ranked(value)
            if rank and any((path, item) in _USUAL for item in items):
                rank = _OF_MOST
            if rank > (found.rank if found else 0):
                found = _Need(rank, path, items)
    return found


def _ranked(written: Any) -> tuple[int, tuple[Value, ...]]:
    """The rank and the items of one test; rank 0 if nothing can be said of it."""
    if isinstance(written, Mapping):
        if written.get("empty") is False:
            return _FILLED, ()
        written, word, other = written.get("contains"), _MEMBER, 0
    else:
        word, other = _WORD, _YES_OR_NO
    items = tuple(written) if isinstance(written, (list, tuple)) else (written,)
    if not items or not all(isinstance(item, _PLAIN) for item in items):
        return 0, ()
    return (word if isinstance(items[0], str) else other), items


_OF_MOST, _YES_OR_NO, _FILLED, _MEMBER, _WORD = 1, 2, 3, 4, 5


_PLAIN = (str, int, float)


def _filed_under_members(filed: Mapping[Value, tuple[Place, ...]], value: Value) -> Iterable[Place]:
    if isinstance(value, tuple):
        return [place for item in value if isinstance(item, _PLAIN) for place in filed.get(item, ())]
    return [place for places in filed.values() for place in places]  # of a text any part may be asked for


def _key(written: Mapping[str, Mapping[str, Any]]) -> tuple[str, tuple[str, ...]] | None:
    """Of which fact one of which values has to be there, so that the block can hold; `None`: that cannot be said."""
    asked = written.get("error", {})
    tests = (test for fact in asked if fact in _FILED for test in parse("error", fact, asked[fact]))
    keys = [key for test in tests if (key := _needed(test)) is not None]
    # Codes are looked up, words are looked for; and of words the longest are the rarest.
    return max(keys, key=lambda key: (key[0] != TEXT, min(map(len, key[1]))), default=None)


def _needed(test: Test) -> tuple[str, tuple[str, ...]] | None:
    if test.path == TEXT:
        if test.operator in (Operator.CONTAINS, Operator.MATCHES):
            return (TEXT, test.needles) if test.needles else None
        if test.operator is Operator.CONTAINS_ALL:
            return TEXT, (max(test.needles, key=len),)
    elif (test.path in (CODES, ALSO_SAYS) and test.operator is Operator.CONTAINS) or (
        test.path in (SQLSTATE, SAYS) and test.operator in (Operator.EQUALS, Operator.ONE_OF)
    ):
        return (CODES, tuple(map(str, test.items))) if all(test.items) else None  # "" stands for none at all
    return None


def _fours(text: str) -> set[Four]:
    """Every four letters in a row. As tuples: `zip` makes them in C."""
    return set(zip(text, text[1:], text[2:], text[3:], strict=False))
