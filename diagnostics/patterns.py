"""Regular expressions taken apart: what a match must contain, and whether a search is safe on a stranger's text.

A search is linear as long as no repetition can be entered again inside its own run. So an unbounded repetition needs a
character before it that cannot be part of the run (`"[^"]*`, `code \\d+`), and none may repeat another. What is bounded
(`.{0,80}`) only costs its bound.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

# The parser of `re` has had no public name since 3.11, and nothing else gives a pattern's parts. `re` imports it
# itself; should a later Python have it elsewhere, searches only become slower, and the linter says that it cannot look.
_parser: Any = sys.modules.get(f"{re.__name__}._parser")

BOUND = 300
"""A repetition of at most so many is bounded."""

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_LOOKS = ("ASSERT", "ASSERT_NOT")

Characters = frozenset[str]
_NOTHING: Characters = frozenset()
_SAMPLE: Characters = frozenset(map(chr, range(32, 127))) | {"é", "\u2019"}


def faults(pattern: str) -> list[str]:
    """What is unsafe, in words; empty if nothing is. `re.error` if it cannot be compiled."""
    if _parser is None:
        return ["this Python does not let it be looked into"]
    return list(dict.fromkeys(_sequence(_parser.parse(pattern), [[]], times=1)))


def needles(pattern: str) -> tuple[str, ...]:
    """Texts of which at least one, in whatever case, stands in everything that the pattern matches; empty: not known.

    Looking for them costs a hundredth of a search.
    """
    if pattern not in _FOUND_OUT:
        _FOUND_OUT[pattern] = _needed(_parser.parse(pattern)) if _parser is not None else ()
    return _FOUND_OUT[pattern]


def branches(pattern: str) -> tuple[str, ...]:
    """The alternatives of a pattern, each a pattern of its own: it is found where any of them is.

    The pattern itself where it has none, or where one could not stand alone: with flags before all, or references.
    """
    if _BELONG_TOGETHER.search(pattern):
        return (pattern,)
    parts, start, depth = [], 0, 0
    for found in _MARKS.finditer(pattern):
        if found[0] == "|" and depth == 0:
            parts.append(pattern[start : found.start()])
            start = found.end()
        depth += {"(": 1, ")": -1}.get(found[0], 0)
    return (*parts, pattern[start:])


_BELONG_TOGETHER = re.compile(r"^\(\?[aiLmsux]+\)|\\[1-9]|\(\?P=|\(\?\(")
_MARKS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[|()]", re.DOTALL)
"""What is escaped and what stands in brackets is taken as a whole, so that their marks do not count."""


def remember(needed: Mapping[str, Iterable[str]]) -> None:
    """Take over what `needles` has said of patterns at another time."""
    _FOUND_OUT.update((pattern, tuple(texts)) for pattern, texts in needed.items())


_FOUND_OUT: dict[str, tuple[str, ...]] = {}


def _needed(items: Iterable[Any]) -> tuple[str, ...]:
    found: list[tuple[str, ...]] = []
    literal = ""
    for operator, argument in items:
        name = str(operator)
        if name == "LITERAL":
            literal += chr(argument)
            continue
        found.append((literal,))
        literal = ""
        if name == "SUBPATTERN":
            found.append(_needed(argument[-1]))
        elif name == "BRANCH":
            each = [_needed(branch) for branch in argument[1]]
            found.append(tuple(text for texts in each for text in texts) if all(each) else ())
        elif name in _REPEATS and argument[0]:
            found.append(_needed(argument[2]))
    found.append((literal,))
    # White space is folded in the text that is looked through, so it stands for nothing at the ends.
    known = [texts for texts in found if texts and all(text.strip() for text in texts)]
    return max(known, key=lambda texts: min(len(text.strip()) for text in texts), default=())


def _sequence(items: Iterable[Any], ways: list[list[Characters]], times: int) -> Iterator[str]:
    """Walk items in order. `ways`: what each way to get here has passed since the last unbounded repetition."""
    for operator, argument in items:
        name = str(operator)
        if name in _REPEATS:
            least, most, body = argument
            unbounded = most > BOUND
            run = _characters(body)
            if times > 1 and (unbounded or (most > least and times * most > BOUND)):
                yield "a repetition inside a repetition"
            elif unbounded and not all(any(map(run.isdisjoint, way)) for way in ways):
                yield "an unbounded repetition that nothing before it delimits: bound it, as in .{0,80}"
            yield from _sequence(
                body, [[_NOTHING]] if unbounded else [list(way) for way in ways], times * min(int(most), BOUND + 1)
            )
            if unbounded:
                ways[:] = [[run] if least else []]
            elif least:
                _pass(ways, run)
        elif name == "SUBPATTERN":
            yield from _sequence(argument[-1], ways, times)
        elif name == "BRANCH":
            ends: list[list[Characters]] = []
            for branch in argument[1]:
                its_own = [list(way) for way in ways]
                yield from _sequence(branch, its_own, times)
                ends += its_own
            ways[:] = ends
        elif name in _LOOKS:
            yield from _sequence(argument[1], [list(way) for way in ways], times)
        else:
            # A match can begin at one place only, so nothing after that place is entered twice.
            _pass(ways, _NOTHING if name == "AT" and str(argument) == "AT_BEGINNING" else _one(name, argument))


def _pass(ways: list[list[Characters]], taken: Characters) -> None:
    for way in ways:
        way.append(taken)


def _characters(items: Iterable[Any]) -> Characters:
    """Every character that the items can take."""
    taken: Characters = frozenset()
    for operator, argument in items:
        name = str(operator)
        if name == "SUBPATTERN":
            taken |= _characters(argument[-1])
        elif name == "BRANCH":
            taken |= frozenset().union(*(_characters(branch) for branch in argument[1]))
        elif name in _REPEATS:
            taken |= _characters(argument[2])
        elif name not in ("AT", *_LOOKS):
            taken |= _one(name, argument)
    return taken


def _one(name: str, argument: Any) -> Characters:
    """The characters of the sample that one item takes, in either case; all of them for what is not understood here."""
    if name == "LITERAL":
        return _both_cases(chr(argument))
    if name == "NOT_LITERAL":
        return _SAMPLE - _both_cases(chr(argument))
    if name == "RANGE":
        return frozenset().union(*(_both_cases(chr(code)) for code in range(argument[0], min(argument[1], 0xFFFF) + 1)))
    if name == "CATEGORY":
        return frozenset(filter(_CATEGORIES.get(str(argument), lambda _: True), _SAMPLE))
    if name == "IN":
        negated = str(argument[0][0]) == "NEGATE"
        taken = frozenset[str]().union(*(_one(str(n), a) for n, a in argument[negated:]))
        return _SAMPLE - taken if negated else taken
    return _SAMPLE


def _both_cases(character: str) -> Characters:
    return frozenset((character.lower(), character.upper()))


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda c: not c.isdigit(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda c: not c.isspace(),
    "CATEGORY_WORD": lambda c: c.isalnum() or c == "_",
    "CATEGORY_NOT_WORD": lambda c: not (c.isalnum() or c == "_"),
}
