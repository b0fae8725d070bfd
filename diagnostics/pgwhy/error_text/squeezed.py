"""A text without white space and in small letters: how messages are found in it, wherever it was wrapped.

It is looked at in sixes: what is looked for is filed under six characters in a row that few others have, so that of
thousands of messages those are tried of which a text has the six.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import compress

SIX = 6


def squeezed(text: str) -> str:
    """A text without white space, in small letters: of the same length as `text` without white space."""
    folded = "".join(text.split())
    lower = folded.lower()
    return lower if len(lower) == len(folded) else "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)


class Squeezed:
    """A text, its squeezed form, and where each character of that is in the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.form = squeezed(text)

    @cached_property
    def at(self) -> list[int]:
        """The place in the text of each character of `form`."""
        return [*compress(range(len(self.text)), map(str.strip, self.text))]  # white space becomes nothing, in C

    def begins_a_word(self, start: int) -> bool:
        """What begins there does not begin within a word: `failed: ` is no part of `TaskFailed: `."""
        here = self.at[start]
        letter = self.text[here]
        return not (here and letter.isascii() and letter.isalnum() and self.text[here - 1].isalnum())

    def goes_on(self, at: int) -> bool:
        """The word before this character goes on with it: no white space is between them."""
        if at >= len(self.at):
            return False
        here, before = self.at[at], self.at[at - 1]
        return here == before + 1 and self.text[before].isalnum() and self.text[here].isalnum()

    def between(self, first: int, behind: int) -> str:
        """What is written from one character of `form` to before another, with single spaces."""
        return " ".join(self.text[self.at[first] : self.at[behind - 1] + 1].split()) if behind > first else ""


@lru_cache(maxsize=4)
def sixes(letters: str) -> frozenset[str]:
    """Every six characters in a row of a squeezed text."""
    return frozenset([letters[at : at + SIX] for at in range(len(letters) - SIX + 1)])


def rarest(pieces: Sequence[Iterable[str]]) -> list[str]:
    """For each of many, given by its pieces: those of its sixes that the fewest have; empty for one without any."""
    of = [{six for piece in each for six in sixes(piece)} for each in pieces]
    common = Counter(six for each in of for six in each)
    return [min(sorted(each), key=lambda six: common[six]) if each else "" for each in of]
