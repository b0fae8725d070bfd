"""A message that a program can print: its format string, taken apart.

A format string is what the source has, with a named hole for each value: `could not translate host name "{host}" to
address: {reason}`. It is found in a text without regard to case and white space, so that a terminal, a log or a
stack trace may wrap it where it likes. `{}` is a hole whose value nobody asks for; a brace is written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

from pgwhy.error_text.squeezed import SIX, squeezed
from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass

HOLE = 300
"""Characters, without white space, that the value of a hole has at most."""
STARTS = 40
"""Places of one text at which a message is looked for: one more often than that says nothing new."""


class Found(NamedTuple):
    """A message in a squeezed text."""

    start: int
    end: int
    holes: tuple[tuple[str, int, int], ...]
    """Name, first character, and the one behind the last; a hole at the very end is open: -1."""


@dataclass(frozen=True)
class Message:
    """One format string, and what it says."""

    text: str
    program: str
    speaker: str
    says: str
    phase: str
    is_generic: bool
    """Other programs, which have nothing to do with Postgres, print it as well."""

    @cached_property
    def pieces(self) -> tuple[str, ...]:
        """What is between the holes, squeezed; empty before a hole at the start and behind one at the end."""
        return tuple(squeezed(piece) for piece in _parts(self.text)[::2])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the holes."""
        return tuple(_parts(self.text)[1::2])

    @cached_property
    def letters(self) -> int:
        """How much it says itself: the more, the surer."""
        return sum(map(len, self.pieces))

    @cached_property
    def is_spaced(self) -> bool:
        """Its words end with a space before its first hole: `invalid {parameter}` is not in `InvalidOperation`."""
        before, *rest = _parts(self.text)
        return bool(rest) and before != before.rstrip() and before.rstrip()[-1:].isalnum()

    def find(self, text: str, fits: Callable[[Message, Found], bool] | None = None) -> list[Found]:
        """Every place of a squeezed text where it is, none within another; only those that fit, if that is asked."""
        found: list[Found] = []
        at = 0
        first = self.pieces[0] or self.pieces[1]
        for _ in range(STARTS):
            start = text.find(first, at)
            if start < 0:
                break
            here = self._at(text, start)
            if here and fits and not fits(self, here):
                here = None
            if here is not None:
                found.append(here)
            at = here.end if here and here.end > start else start + 1
        return found

    def _at(self, text: str, start: int) -> Found | None:
        pieces = self.pieces
        holes: list[tuple[str, int, int]] = []
        leading = not pieces[0]
        end = start + len(pieces[1] if leading else pieces[0])
        for name, piece in zip(self.names[leading:], pieces[1 + leading :], strict=True):
            if not piece:
                holes.append((name, end, -1))
                break
            place = text.find(piece, end, end + HOLE + len(piece))
            if place < 0 or (piece[0] == text[end - 1] == '"' and '"' in text[end:place]):
                return None  # what is in quotation marks ends at the next one: this is another sentence
            holes.append((name, end, place))
            end = place + len(piece)
        return Found(start, end, tuple(holes))


def problems(text: str) -> str:
    """What is wrong with a format string; empty if nothing is."""
    parts = _parts(text)
    if any(not _NAME.fullmatch(name) for name in parts[1::2]):
        return "the name of a hole has small letters and underscores; a brace that is meant is written twice"
    if any(not squeezed(piece) for piece in parts[2:-1:2]):
        return "between two holes there are words"
    if len(squeezed("".join(parts[::2]))) < LETTERS:
        return f"has fewer than {LETTERS} letters outside its holes: write `codes` for a code"
    if not any(len(squeezed(part)) >= SIX for part in parts[::2]):
        return f"has no {SIX} characters in a row between its holes"
    return ""


LETTERS = 8
"""A shorter message is found everywhere."""


def _parts(text: str) -> list[str]:
    """Words and names in turns, words first and last."""
    parts = _HOLE.split(text)
    return [part.replace("{{", "{").replace("}}", "}") if at % 2 == 0 else part for at, part in enumerate(parts)]


_HOLE = lazy(r"(?<!\{)\{([^{}]*)\}(?!\})")
_NAME = lazy(r"[a-z]{0,20}(?:_[a-z]{1,20}){0,3}")
