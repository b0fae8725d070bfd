"""What a search for a regular expression can cost at most, read from the expression: so that no pattern runs away.

`re` backtracks, so the cost of a search is the number of ways in which it can try. This module counts them from above.
It follows a pattern from left to right and keeps at each place of it how often a search can arrive there: for each
character of the text on average (`total`), and at one and the same character (`most`). Their smaller product times the
length of the text bounds the work at this place. A rule's patterns are accepted if the sum is at most `STEPS` for each
character; 100 million steps take a second or two.

An unbounded repetition is accepted if it cannot be entered again inside its own run: a character that cannot be part of
the run is required before it (`"[^"]*`, `code \\d+`), so all its runs together are no longer than the text. It is not
accepted inside another repetition. References to groups are not accepted: each could cost the length of the text.

google-re2 was considered instead. It has no wheels for musl (Alpine), no look-ahead, which 19 of the built-in patterns
use, and adds 0.6 MB of C++ to each installation for rules that few users have.
"""

from __future__ import annotations

import math
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pgwhy.rulebook.characters import ALL, BITS, Characters, of_class, of_literal, union

# The parser of `re` has had no public name since 3.11, and nothing else gives a pattern's parts. `re` imports it
# itself. Should a later Python have it elsewhere, no pattern is accepted of a file that is not in the compiled form.
_parser: Any = sys.modules.get(f"{re.__name__}._parser")

STEPS = 10_000
"""What the patterns of a rule together may cost for each character of a text."""
LONGEST = 2_000
"""Characters of a pattern."""
BOUND = 300
"""A repetition of at most so many is bounded."""
DEEPEST = 12
"""Groups inside groups."""
MOST_PARTS = 20_000
"""How often parts of a pattern are looked at."""
WIDEST = 50_000
"""Characters of all ranges: `re` looks at each one where case does not count."""

_MANY = 10**9
"""Numbers are not counted any further."""
_TINY = 1e-9
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_LOOKS = ("ASSERT", "ASSERT_NOT")
_COUNTED = 0.1
"""Of a step: to go on by one character that is only compared, as in `.{0,80}`, which `re` does in a loop of its own."""
_COMPARED = ("ANY", "LITERAL", "NOT_LITERAL")
_TAIL = 24
"""So many characters back it is looked for what cannot overlap itself."""
_KEPT = 100
"""So many parts back it is looked for what delimits a repetition."""


class Refused(Exception):
    """A pattern that is not accepted; its text is the end of a sentence about it."""


def cost(pattern: str) -> int:
    """Steps of a search for each character of the text, at most. Raises `Refused` where there is no bound."""
    if len(pattern) > LONGEST:
        raise Refused(f"has {len(pattern)} characters; {LONGEST} are allowed")
    if _parser is None:
        raise Refused("cannot be examined: this Python hides the parts of a regular expression")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what a later Python will read differently
        try:
            parsed = _parser.parse(pattern, re.IGNORECASE)
            steps = _Search(parsed.state.flags).cost(parsed)
            re.compile(pattern, re.IGNORECASE)
        except (re.error, Warning) as error:
            raise Refused(f"is not a regular expression: {error}") from None
        except (RecursionError, OverflowError, MemoryError):
            raise Refused("is not a regular expression that Python can read") from None
    return steps


class _Passed(NamedTuple):
    """Characters that every way to here has passed since the last unbounded repetition."""

    characters: Characters
    longest: int
    """How many they are at most; where there may be none of them, `characters` is `ALL`."""


class _Here(NamedTuple):
    """A place in the pattern. The work at a place is `total` times the length of the text."""

    total: float
    """Arrivals here, from all starts together, for each character of the text."""
    most: float
    """Arrivals here at one and the same character of the text."""
    density: float
    """The part of the text's characters at which this place can be reached at all."""
    tail: tuple[Characters, ...] = ()
    """The last characters passed, as far as each is one that must be there."""
    period: int = 1
    """How far apart two matches of `tail` are at least: what cannot overlap itself cannot be everywhere."""
    passed: tuple[_Passed, ...] = ()

    def moved(self, total: float, most: float, density: float, *passed: _Passed) -> _Here:
        """Behind something that is not one certain character."""
        most, density = min(most, _MANY), min(density, 1.0)
        kept = (*self.passed, *passed)[-_KEPT:]
        return _Here(min(total, most * density, _MANY), most, density, (), 1, kept)


class _Examined:
    """What one examination has done so far, with that of all parts of the pattern."""

    def __init__(self) -> None:
        self.parts = self.widest = 0
        self.classes: dict[int, Characters] = {}

    def part(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise Refused("is too complex to be examined")

    def characters(self, parts: Sequence[Any]) -> Characters:
        """Of `[...]`, of which each is looked at often."""
        if id(parts) not in self.classes:
            self.widest += sum(argument[1] - argument[0] for name, argument in parts if str(name) == "RANGE")
            if self.widest > WIDEST:
                raise Refused(f"has ranges of more than {WIDEST} characters")
            self.classes[id(parts)] = of_class(parts)
        return self.classes[id(parts)]


class _Search:
    """One pattern under these flags. `work` adds up while it is walked.

    In a part that is `repeated`, a thread may arrive where most work is done, so nothing is averaged there.
    """

    def __init__(self, flags: int, examined: _Examined | None = None) -> None:
        self.work = 0.0
        self.flags = flags
        self.examined = examined or _Examined()
        self.multiline = bool(flags & re.MULTILINE)
        self.any = ALL if flags & re.DOTALL else ALL & ~(1 << ord("\n"))

    def cost(self, items: Iterable[Any]) -> int:
        self.walk(list(items), _Here(1, 1, 1), ALL, depth=0, repeated=False)
        return math.ceil(self.work) + 1  # an anchor is looked at everywhere, also where nothing else is

    def walk(self, items: Sequence[Any], here: _Here, follow: Characters, *, depth: int, repeated: bool) -> _Here:
        """`follow`: the characters that can come after these items. `repeated`: they are inside a repetition."""
        if depth > DEEPEST:
            raise Refused(f"has more than {DEEPEST} groups inside groups")
        for number, (operator, argument) in enumerate(items):
            name = str(operator)
            if name in _REPEATS:
                then = self.first(items[number + 1 :], follow)
                here = self.repeat(name, argument, here, then, depth=depth, repeated=repeated)
            elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
                if name == "SUBPATTERN" and (argument[1] or argument[2]) & ~re.IGNORECASE:
                    raise Refused("changes flags inside: write (?m) or (?s) before everything else")
                then = self.first(items[number + 1 :], follow)
                body = argument[-1] if name == "SUBPATTERN" else argument
                here = self.walk(list(body), here, then, depth=depth + 1, repeated=repeated)
            elif name == "BRANCH":
                then = self.first(items[number + 1 :], follow)
                here = self.branch([list(each) for each in argument[1]], here, then, depth=depth, repeated=repeated)
            elif name in _LOOKS:
                ahead = argument[0] > 0
                self.walk(list(argument[1]), here, ALL, depth=depth + 1, repeated=repeated or not ahead)
            elif name == "AT":
                here = self.at(str(argument), here, repeated=repeated)
            else:
                here = self.character(self.one(name, argument), here, repeated=repeated)
        return here

    def character(self, accepted: Characters, here: _Here, *, repeated: bool) -> _Here:
        self.add(here.total)
        self.examined.part()
        passed = (*here.passed[-_KEPT:], _Passed(accepted, 1))
        if repeated:
            return here._replace(passed=passed)
        tail = (*here.tail[-_TAIL:], accepted)
        period = _period(tail, here.period if len(tail) <= _TAIL else 1)
        density = min(here.density, 1 / period)
        return _Here(min(here.total, here.most * density), here.most, density, tail, period, passed)

    def at(self, name: str, here: _Here, *, repeated: bool) -> _Here:
        self.add(here.total)
        if name == "AT_BEGINNING" and self.multiline:
            return here._replace(passed=(*here.passed, _Passed(1 << ord("\n"), 0)))
        if name not in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
            return here
        here = here._replace(passed=(*here.passed, _Passed(0, 0)))
        return here if repeated else here._replace(total=0, density=0)  # one place of the whole text

    def branch(
        self, branches: Sequence[Sequence[Any]], here: _Here, then: Characters, *, depth: int, repeated: bool
    ) -> _Here:
        ends = []
        for items in branches:
            self.add(here.total)
            ends.append(self.walk(items, here, then, depth=depth + 1, repeated=repeated))
        # At one place of a text only those branches go on that can begin with the character that is there.
        firsts = [self.first(items, then) for items in branches]
        ways = [end.total / max(here.total, _TINY) for end in ends] if repeated else self.ways_of(branches, then, depth)
        each = list(zip(ways, firsts, strict=True))
        total = here.total * max(sum(way for way, first in each if first >> bit & 1) for bit in range(BITS))
        if not repeated:
            total = min(total, sum(end.total for end in ends))
        # Those who come by different branches meet at one place only if the branches can end with the same character.
        lasts = [(end, end.tail[-1] if items and end.tail else ALL) for items, end in zip(branches, ends, strict=True)]
        most = max(sum(end.most for end, last in lasts if last >> bit & 1) for bit in range(BITS))
        density = sum(end.density for end in ends)
        joined = here._replace(passed=_joined(here.passed, [end.passed for end in ends]))
        return joined.moved(total, most, density)

    def ways_of(self, branches: Sequence[Sequence[Any]], then: Characters, depth: int) -> list[float]:
        """In how many ways one arrival gets through each branch, at most."""
        ways = []
        for items in branches:
            try:
                end = _Search(self.flags, self.examined).walk(
                    items, _Here(1, 1, 1), then, depth=depth + 1, repeated=True
                )
            except Refused:  # a repetition without a bound: what it costs has been added by its own rule
                ways.append(float(_MANY))
            else:
                ways.append(end.total)
        return ways

    def repeat(self, name: str, argument: Any, here: _Here, then: Characters, *, depth: int, repeated: bool) -> _Here:
        least, most, body = int(argument[0]), int(argument[1]), list(argument[2])
        if most > BOUND:
            return self.unbounded(name, least, body, here, then, depth=depth, repeated=repeated)
        if most <= 1:
            alternatives = [body, []] if least == 0 else [body]
            return self.branch(alternatives[: most + 1] if most else [[]], here, then, depth=depth, repeated=repeated)
        choices = most - least + 1
        if least == most and len(body) == 1 and self.is_character(body[0]):
            accepted = self.one(str(body[0][0]), body[0][1])
            for _ in range(min(most, _TAIL)):
                here = self.character(accepted, here, repeated=repeated)
            if most > _TAIL:  # one more of the same changes nothing
                self.add(here.total * (most - _TAIL))
                here = here._replace(passed=(*here.passed[-_TAIL:], _Passed(accepted, most)))
            return here
        run, width = self.all_of(body), self.longest(body)
        inner = _Search(self.flags, self.examined)
        end = inner.walk(body, _Here(1, 1, 1), self.first(body, 0) | then, depth=depth + 1, repeated=True)
        counted = len(body) == 1 and str(body[0][0]) in _COMPARED
        self.add(here.total * (most * _COUNTED if counted else _sum(end.total, 0, most - 1) * inner.work))
        one_way = end.total <= 1 and self.one_way(name, body, then)
        # What comes next is tried at each place where the repetition can end.
        self.add(here.total * choices if one_way else 0)
        total = here.total if one_way else here.total * _sum(end.total, least, most)
        passed = (_Passed(ALL, width * (most - (least > 0))), *(end.passed if least else ()))
        if width == 1:
            passed = (_Passed(run if least else ALL, most),)
            # Those who arrive at one character come from within a stretch of the text, and there they are few.
            return here.moved(total, here.most * (1 + (choices - 1) * here.density), here.density * choices, *passed)
        return here.moved(total, here.most * _sum(end.most, least, most), 1, *passed)

    def unbounded(
        self,
        name: str,
        least: int,
        body: Sequence[Any],
        here: _Here,
        then: Characters,
        *,
        depth: int,
        repeated: bool,
    ) -> _Here:
        if repeated:
            raise Refused("has a repetition without a bound inside another one: bound it, as in {0,80}")
        inner = _Search(self.flags, self.examined)
        end = inner.walk(body, _Here(1, 1, 1), self.first(body, 0) | then, depth=depth + 1, repeated=True)
        if self.can_be_empty(body) or end.total > 1:
            raise Refused("repeats without a bound what can be read in more than one way")
        run = self.all_of(body)
        distance = _distance(here.passed, run)
        if distance is None:
            raise Refused("has an unbounded repetition that nothing before it delimits: bound it, as in .{0,80}")
        # A run is entered at most `distance` behind a character that is no part of it.
        most = here.most * (1 + distance * here.density)
        self.add(2 * most * inner.work)
        moved = here.moved(here.total if self.one_way(name, body, then) else _MANY, most, 1)
        return moved._replace(passed=(_Passed(run, 1),) if least else ())

    def one_way(self, name: str, body: Sequence[Any], then: Characters) -> bool:
        """Where a repetition ends is certain, because it cannot go on with what comes after it."""
        return name == "POSSESSIVE_REPEAT" or (not self.first(body, 0) & then and not self.can_be_empty(body))

    def add(self, steps: float) -> None:
        self.work = min(self.work + steps, _MANY)

    def is_character(self, item: Any) -> bool:
        return str(item[0]) in ("LITERAL", "NOT_LITERAL", "ANY", "IN")

    def first(self, items: Sequence[Any], then: Characters) -> Characters:
        """The characters with which a match of the items can go on; `then`: what can come after them."""
        found = 0
        for item in items:
            found |= self.begins(item)
            if not self.can_be_empty([item]):
                return found
        return found | then

    def begins(self, item: Any) -> Characters:
        name, argument = str(item[0]), item[1]
        self.examined.part()
        if name in _REPEATS:
            return self.first(list(argument[2]), 0)
        if name in ("SUBPATTERN", "ATOMIC_GROUP"):
            return self.first(list(argument[-1] if name == "SUBPATTERN" else argument), 0)
        if name == "BRANCH":
            return union(self.first(list(branch), 0) for branch in argument[1])
        return 0 if name in ("AT", *_LOOKS) else self.one(name, argument)

    def can_be_empty(self, items: Iterable[Any]) -> bool:
        return all(self.least(item) == 0 for item in items)

    def least(self, item: Any) -> int:
        """0 if the item can be matched without a character, 1 if not."""
        name, argument = str(item[0]), item[1]
        if name in _REPEATS:
            return int(argument[0] > 0 and not self.can_be_empty(argument[2]))
        if name in ("SUBPATTERN", "ATOMIC_GROUP"):
            return int(not self.can_be_empty(argument[-1] if name == "SUBPATTERN" else argument))
        if name == "BRANCH":
            return int(not any(self.can_be_empty(branch) for branch in argument[1]))
        return int(name not in ("AT", *_LOOKS))

    def longest(self, items: Iterable[Any]) -> int:
        """Characters of the items, at most."""
        total = 0
        for operator, argument in items:
            name = str(operator)
            if name in _REPEATS:
                total += int(argument[1]) * self.longest(argument[2])
            elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
                total += self.longest(argument[-1] if name == "SUBPATTERN" else argument)
            elif name == "BRANCH":
                total += max(self.longest(branch) for branch in argument[1])
            else:
                total += name not in ("AT", *_LOOKS)
        return min(total, _MANY)

    def all_of(self, items: Iterable[Any]) -> Characters:
        """Every character that a match of the items can have."""
        found = 0
        for operator, argument in items:
            name = str(operator)
            if name in _REPEATS:
                found |= self.all_of(argument[2])
            elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
                found |= self.all_of(argument[-1] if name == "SUBPATTERN" else argument)
            elif name == "BRANCH":
                found |= union(self.all_of(branch) for branch in argument[1])
            elif name not in ("AT", *_LOOKS):
                found |= self.one(name, argument)
        return found

    def one(self, name: str, argument: Any) -> Characters:
        """The characters that one item accepts."""
        if name == "LITERAL":
            return of_literal(argument)
        if name == "NOT_LITERAL":
            return ALL & ~(1 << argument) if argument < 128 and of_literal(argument) == 1 << argument else ALL
        if name == "ANY":
            return self.any
        if name == "IN":
            return self.examined.characters(argument)
        raise Refused("refers to a group, which has no bound")


def _period(tail: Sequence[Characters], known: int) -> int:
    """How far apart two matches of these characters in a row are at least. Never less than `known`, that of fewer."""
    for period in range(known, len(tail)):
        if all(one & other for one, other in zip(tail[period:], tail, strict=False)):
            return period
    return len(tail)


def _sum(ways: float, least: int, most: int) -> float:
    """ways**least + ... + ways**most, as far as it is counted."""
    if ways == 1:
        return most - least + 1
    total, power = 0.0, 1.0
    for times in range(most + 1):
        total += power if times >= least else 0
        if total > _MANY or power > _MANY:
            return _MANY
        power *= ways
    return total


def _joined(before: tuple[_Passed, ...], ends: Sequence[tuple[_Passed, ...]]) -> tuple[_Passed, ...]:
    """What all branches have passed: their last characters, one by one from the end, as far as each has some."""
    kept = len(before) if all(end[: len(before)] == before for end in ends) else 0
    own = [end[kept:] for end in ends]
    same = min(len(each) for each in own)
    if any(passed.longest != 1 for each in own for passed in each[len(each) - same :]):
        same = 0
    last = [union(each[len(each) - place].characters for each in own) for place in range(same, 0, -1)]
    rest = max(sum(passed.longest for passed in each) for each in own) - same
    joined = (*before[:kept], _Passed(ALL, rest)) if rest else before[:kept]
    return (*joined, *(_Passed(characters, 1) for characters in last))


def _distance(passed: Sequence[_Passed], run: Characters) -> int | None:
    """How many characters are at most between one that cannot be part of the run and here; `None`: there is none."""
    distance = 0
    for each in reversed(passed):
        if not each.characters & run:
            return distance
        distance += each.longest
    return None
