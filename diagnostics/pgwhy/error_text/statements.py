"""A text as statements: what each program in it says, before anybody judges which of them counts."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from itertools import compress
from typing import NamedTuple

from pgwhy.error_text import codes, sqlstates
from pgwhy.error_text.catalogue import catalogue
from pgwhy.error_text.message import Found, Message, squeezed
from pgwhy.error_text.words import SAYS, Phase, Says, Speaker

READ = 20_000
"""Characters of a text that are read for statements: of a longer one its beginning and its end."""


class Statement(NamedTuple):
    """One thing that one program says."""

    says: Says
    speaker: Speaker
    program: str
    phase: Phase
    holes: tuple[tuple[str, str], ...]
    """What was in the holes, as it is written in the text: name, value."""
    severity: str
    """FATAL, ERROR ...; empty if none is before it."""
    sqlstate: str
    """Empty if the text has none."""
    attempt: int
    """Which attempt it belongs to, from 0."""
    start: int
    end: int
    """Where in the text it is."""
    letters: int
    """How many characters of it the program says itself, without white space; of a code none."""
    is_generic: bool
    words: str
    """It as it is written in the text; of a code its name."""

    def hole(self, name: str) -> str:
        """What was in this hole; empty if it has none of that name."""
        return next((value for known, value in self.holes if known == name), "")

    @property
    def is_code(self) -> bool:
        """It is a code, without a sentence."""
        return not self.letters


class Reading(NamedTuple):
    """What is in a text."""

    text: str
    statements: tuple[Statement, ...]
    """In the order of the text."""
    programs: frozenset[str]
    """Programs that the text shows."""


@lru_cache(maxsize=16)
def read(text: str) -> Reading:
    """Every statement of a text in plain lines."""
    if len(text) > READ:
        text = text[: READ // 2] + "\n" + text[-READ // 2 :]
    place = _Place(text)
    known = catalogue()
    found = [
        (message, each)
        for message in known.candidates(place.squeezed)
        for each in message.find(place.squeezed)
        if place.begins_a_word(each.start)
    ]
    marked = known.shown(place.squeezed)
    kept = _widest(found, marked | _speaking(found))
    spoken = [place.statement(message, each) for message, each in kept]
    coded = [
        Statement(
            SAYS[c.says],
            Speaker(c.speaker),
            c.program,
            Phase(c.phase),
            (),
            "",
            "",
            0,
            at,
            at + len(code),
            0,
            False,
            code,
        )
        for at, code in codes.places(text)
        if (c := known.codes.get(code)) is not None and not place.is_a_word_of(kept, at)
    ]
    ordered = sorted((*spoken, *coded), key=lambda each: (each.start, -each.letters))
    return Reading(text, tuple(_with_attempts(ordered)), frozenset(marked | {each.program for each in spoken}))


class _Place:
    """A text, and where each character of its squeezed form is in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.squeezed = squeezed(text)

    def statement(self, message: Message, found: Found) -> Statement:
        start = self.at[found.start]
        end = self.at[found.end - 1] + 1
        holes = []
        for name, first, behind in found.holes:
            value = self._value(first, behind)
            if behind < 0 and value:
                end = self.text.find(value, self.at[first - 1]) + len(value)
            if name:
                holes.append((name, value))
        before = _SEVERITY.search(self.text[max(0, start - 60) : start])
        return Statement(
            SAYS[message.says],
            Speaker(message.speaker),
            message.program,
            Phase(message.phase),
            tuple(holes),
            before[1] if before else "",
            sqlstates.first(self.text[max(0, start - 80) : end + 120]),
            0,
            start,
            end,
            message.letters,
            message.is_generic,
            " ".join(self.text[start:end].split()),
        )

    def begins_a_word(self, start: int) -> bool:
        """A message does not begin within a word: `failed: ` is no part of `TaskFailed: `."""
        here = self.at[start]
        return not here or not (self.text[here].isalnum() and self.text[here - 1].isalnum())

    def is_a_word_of(self, kept: list[tuple[Message, Found]], at: int) -> bool:
        """A code there is a word of a sentence, not what a hole of it holds: "permission denied for table"."""
        place = bisect_left(self.at, at)
        return any(
            there.start <= place < there.end
            and not any(first <= place and (behind < 0 or place < behind) for _, first, behind in there.holes)
            for _, there in kept
        )

    def _value(self, first: int, behind: int) -> str:
        if behind < 0:
            start = self.at[first - 1] + 1
            line_end = self.text.find("\n", start)
            return self.text[start : line_end if line_end >= 0 else None][:HOLE_SHOWN].strip()
        if behind <= first:
            return ""
        return " ".join(self.text[self.at[first] : self.at[behind - 1] + 1].split())

    @cached_property
    def at(self) -> list[int]:
        return [*compress(range(len(self.text)), map(str.strip, self.text))]  # white space becomes nothing, in C


HOLE_SHOWN = 300
"""Characters of the value of a hole at the end of a message."""


def _speaking(found: list[tuple[Message, Found]]) -> set[str]:
    """The programs that say something in a text that no other program says: they are there without a mark, too."""
    said_by: dict[tuple[int, int], set[str]] = {}
    for message, place in found:
        said_by.setdefault((place.start, place.end), set()).add(message.program)
    return {
        message.program
        for message, place in found
        if not message.is_generic and len(said_by[place.start, place.end]) == 1
    }


def _widest(found: list[tuple[Message, Found]], marked: set[str]) -> list[tuple[Message, Found]]:
    """Without what a longer message says in its own words, and each sentence said by one program.

    Of two that overlap and say the same, the longer one is meant. Where several programs print the very same
    sentence, one that the text shows otherwise is taken to speak.
    """
    found = sorted(
        found, key=lambda each: (-each[0].letters, each[0].program not in marked, each[0].is_generic, each[1].start)
    )
    kept: list[tuple[Message, Found]] = []
    for message, place in found:
        said = (
            not _in_a_hole(place, there)
            and (
                (there.start <= place.start and place.end <= there.end)
                or (message.says == other.says and place.start < there.end and there.start < place.end)
            )
            for other, there in kept
        )
        if not any(said):
            kept.append((message, place))
    return kept


def _in_a_hole(place: Found, other: Found) -> bool:
    """It is the value of a hole of the other: a reason that a wrapper quotes."""
    return any(first <= place.start and (behind < 0 or place.end <= behind) for _, first, behind in other.holes)


def _with_attempts(statements: list[Statement]) -> list[Statement]:
    """Each with the number of its attempt."""
    starts = [each.start for each in statements if each.says is Says.ATTEMPT]
    if starts and any(each.start < starts[0] and each.speaker in _ANSWER and not each.is_code for each in statements):
        starts.insert(0, 0)  # libpq leaves its words out before the first attempt that got an answer
    if len(starts) < 2:
        return statements
    return [each._replace(attempt=max(0, bisect_right(starts, each.start) - 1)) for each in statements]


_ANSWER = (Speaker.SERVER, Speaker.POOLER, Speaker.PROXY)


_SEVERITY = re.compile(r"\b(FATAL|ERROR|PANIC|LOG|WARNING|NOTICE|HINT|DETAIL)\b[^\n]{0,30}$")
