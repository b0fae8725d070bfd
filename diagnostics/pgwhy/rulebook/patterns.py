"""Regular expressions taken apart: what a match must contain. What a search can cost is for `pattern_bound`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from pgwhy.shipped.regex import lazy

# The parser of `re` has had no public name since 3.11, and nothing else gives a pattern's parts. `re` imports it
# itself; should a later Python have it elsewhere, searches only become slower.
_parser: Any = sys.modules.get(f"{re.__name__}._parser")

_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def needles(pattern: str) -> tuple[str, ...]:
    """Texts of which at least one, in whatever case, is in everything that the pattern matches; empty: not known.

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


_BELONG_TOGETHER = lazy(r"^\(\?[aiLmsux]+\)|\\[1-9]|\(\?P=|\(\?\(")
_MARKS = lazy(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[|()]", re.DOTALL)
"""What is escaped and what is in brackets is taken as a whole, so that their marks do not count."""


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
