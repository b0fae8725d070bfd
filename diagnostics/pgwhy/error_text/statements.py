"""A text as statements: what each program in it says, before anybody judges which of them counts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import NamedTuple

from pgwhy.error_text import codes
from pgwhy.error_text.catalogue import Code, catalogue
from pgwhy.error_text.message import Found, Message
from pgwhy.error_text.says import SAYS, Says
from pgwhy.error_text.squeezed import Squeezed
from pgwhy.error_text.words import Phase, Speaker
from pgwhy.shipped.regex import lazy

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
    place = Squeezed(text)
    known = catalogue()

    def fits(message: Message, found: Found) -> bool:
        """It is made of whole words: `failed: ` is not in `TaskFailed: `, nor `invalid {}` in `InvalidOperation`."""
        within = message.is_spaced and place.goes_on(found.holes[0][1])
        return place.begins_a_word(found.start) and not within

    found = [(message, each) for message in known.candidates(place.form) for each in message.find(place.form, fits)]
    marked = known.shown(place.form)
    kept = _widest(found, marked | _speaking(found))
    spoken = [_spoken(place, message, each) for message, each in kept]
    coded = [
        _coded(known.codes[code], at)
        for at, code in codes.places(text)
        if code in known.codes and not _is_a_word_of(kept, bisect_left(place.at, at))
    ]
    said = [_while_connecting(text, each) for each in _of_the_start(spoken)]
    ordered = sorted((*said, *coded), key=lambda each: (each.start, -each.letters))
    return Reading(
        text,
        tuple(_with_attempts(ordered)),
        frozenset(marked | {each.program for each in spoken if not each.is_generic}),
    )


def _spoken(place: Squeezed, message: Message, found: Found) -> Statement:
    text, start, end = place.text, place.at[found.start], place.at[found.end - 1] + 1
    holes = []
    for name, first, behind in found.holes:
        value = _at_the_end(text, place.at[first - 1] + 1) if behind < 0 else place.between(first, behind)
        if behind < 0 and value:
            end = text.find(value, place.at[first - 1]) + len(value)
        if name:
            holes.append((name, value))
    return Statement(
        says=SAYS[message.says],
        speaker=Speaker(message.speaker),
        program=message.program,
        phase=Phase(message.phase),
        holes=tuple(holes),
        attempt=0,
        start=start,
        end=end,
        letters=message.letters,
        is_generic=message.is_generic,
        words=" ".join(text[start:end].split()),
    )


_FAILED = lazy(r"\bfailed:\s{1,3}(?:FATAL|ERROR|PANIC):\s{1,3}\Z")
"""libpq's "connection to server ... failed:": what the server says behind it ended the attempt to connect, whatever it
says of later. Neon's proxy gives each such refusal the severity ERROR."""


def _while_connecting(text: str, each: Statement) -> Statement:
    """The statement, said while connecting where libpq introduces it so."""
    if each.phase is not Phase.SESSION or each.speaker not in _ANSWER:
        return each
    if not _FAILED.search(text, max(0, each.start - 30), each.start):
        return each
    says = Says.CONNECTION_FAILED if each.says in _OF_A_QUERY else each.says
    return each._replace(says=says, phase=Phase.CONNECTING)


def _of_the_start(spoken: list[Statement]) -> list[Statement]:
    """With each reason of the system that a starting server gives as the server's: no client got it."""
    starts = [each for each in spoken if each.phase is Phase.SERVER_START]
    return [
        each._replace(says=Says.SERVER_DID_NOT_START, phase=Phase.SERVER_START)
        if each.says is Says.OUT_OF_PORTS and any(of.start <= each.start and each.end <= of.end for of in starts)
        else each
        for each in spoken
    ]


_OF_A_QUERY = (Says.QUERY_FAILED, Says.STATE_LOST)


def _at_the_end(text: str, start: int) -> str:
    """The value of a hole that ends its message: the rest of the line, without what closes a string around it."""
    line_end = text.find("\n", start)
    return text[start : line_end if line_end >= 0 else None][:HOLE_SHOWN].strip().rstrip('",')


def _coded(code: Code, at: int) -> Statement:
    return Statement(
        says=SAYS[code.says],
        speaker=Speaker(code.speaker),
        program=code.program,
        phase=Phase(code.phase),
        holes=(),
        attempt=0,
        start=at,
        end=at + len(code.code),
        letters=0,
        is_generic=False,
        words=code.code,
    )


def _is_a_word_of(kept: list[tuple[Message, Found]], at: int) -> bool:
    """A code there is a word of a sentence, not what a hole of it holds: "permission denied for table"."""
    return any(
        there.start <= at < there.end
        and not any(first <= at and (behind < 0 or at < behind) for _, first, behind in there.holes)
        for _, there in kept
    )


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
