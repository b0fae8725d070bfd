"""Sets of characters as a pattern of `re` names them, case ignored.

A set is bits: one for each ASCII character, one for all other white space and one for all that is left.
So a set is exact for ASCII and never too small elsewhere, and two sets without a common bit have no common character.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Characters = int
_OTHER: Characters = 1 << 128
_SPACE: Characters = 1 << 129
BITS = 130
ALL: Characters = (1 << BITS) - 1
"""Every character."""


def of_class(parts: Sequence[Any]) -> Characters:
    """A class in brackets, as the parser of `re` gives its parts."""
    negated = str(parts[0][0]) == "NEGATE"
    found = surely = 0
    for operator, argument in parts[negated:]:
        name = str(operator)
        if name == "LITERAL":
            found |= of_literal(argument)
            surely |= of_literal(argument) if argument < 128 else 0
        elif name == "RANGE":
            ascii_part = union(of_literal(code) for code in range(argument[0], min(argument[1], 127) + 1))
            found |= ascii_part | (_OTHER | _SPACE | _FOLDED if argument[1] > 127 else 0)
            surely |= ascii_part
        else:
            found |= _category(str(argument))
            surely |= _category(str(argument)) & ~(0 if "SPACE" in str(argument) else _OTHER | _SPACE)
    # Of the characters that are not ASCII only white space is taken away as a whole.
    return ALL & ~(surely & ~(0 if _has_space(parts) else _OTHER | _SPACE)) if negated else found


def _has_space(parts: Sequence[Any]) -> bool:
    return any("SPACE" in str(argument) for name, argument in parts if str(name) == "CATEGORY")


def of_literal(code: int) -> Characters:
    """A character in both cases. `k`, `s` and `i` have a third one that is not ASCII (U+212A, U+017F, U+0130)."""
    if code > 127:
        own = _SPACE if chr(code).isspace() else _OTHER
        return own | (_FOLDED if code in (0x212A, 0x17F, 0x130, 0x131) else 0)
    letter = chr(code)
    both = 1 << ord(letter.lower()) | 1 << ord(letter.upper())
    return both | (_OTHER if letter.lower() in "ksi" else 0)


def _category(name: str) -> Characters:
    kind = name.removeprefix("CATEGORY_").removeprefix("NOT_")
    found = union(1 << code for code in range(128) if _CATEGORIES[kind](chr(code)))
    if kind == "SPACE":
        return ALL & ~(found | _SPACE) if "NOT_" in name else found | _SPACE
    return (ALL & ~found | _SPACE if "NOT_" in name else found) | _OTHER


def union(sets: Iterable[Characters]) -> Characters:
    """What is in any of them."""
    found = 0
    for each in sets:
        found |= each
    return found


_FOLDED: Characters = union(1 << ord(letter) for letter in "kKsSiI")
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": str.isdigit,
    "SPACE": str.isspace,
    "WORD": lambda c: c.isalnum() or c == "_",
}
