"""What Java, C# and R have in common: calls by name, and messages joined by an operator within their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

LONGEST = 4000
"""Characters of the arguments of one call."""


def without_comments(source: str, literal: re.Pattern[str], comment: str) -> str:
    """Without comments; what looks like one within a string stays."""
    either = re.compile(f"(?P<said>{literal.pattern})|{comment}", re.DOTALL | re.MULTILINE)
    return either.sub(lambda found: found[0] if found["said"] is not None else " ", source)


def messages(
    source: str, call: re.Pattern[str], literal: re.Pattern[str], said: Callable[[str], str], joiner: str = "+"
) -> Iterator[str]:
    """The message of each call: a lone string, strings and values that are joined, or each string of a choice."""
    for found in call.finditer(source):
        for argument in _split(source, found.end(), ",", literal):
            parts = [part.strip() for part in _split(argument, 0, joiner, literal)] if joiner else [argument.strip()]
            whole = [literal.fullmatch(part) for part in parts]
            if any(whole):
                yield "".join(said(each[0]) if each else "{}" for each in whole).strip()
            elif not call.search(argument):  # which comes by itself
                yield from (said(each[0]).strip() for each in literal.finditer(argument))


def _split(source: str, at: int, separator: str, literal: re.Pattern[str]) -> Iterator[str]:
    """What is between separators that are in no string and no parentheses, to the end of the call."""
    depth = 0
    start = place = at
    end = min(len(source), at + LONGEST)
    while place < end:
        found = literal.match(source, place)
        if found:
            place = found.end()
            continue
        character = source[place]
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            break
        if character == separator and not depth:
            yield source[start:place]
            start = place + 1
        place += 1
    yield source[start:place]
