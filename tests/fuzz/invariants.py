"""What must hold for every input."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pgwhy.redaction import encodings

SECRET = "Zq7vR2nW9tXk"
"""Planted in the seeds, and never shown. No word and no number, so that no text holds it by accident."""
A_HANG_S = 10.0
"""Of the processor, for one input. Inputs have at most `LONGEST` bytes, and take some thousandths of it."""
LONGEST = 65_536


class Broken(AssertionError):
    """An invariant does not hold."""


class TooSlow(BaseException):
    """An input took `A_HANG_S`. No `Exception`, so that nothing under test catches it."""


def plain(text: str) -> None:
    """Nothing in it is obeyed by a terminal: control characters, or what turns a line around."""
    found = _OBEYED.search(text)
    if found:
        raise Broken(f"{found[0]!r} is printed: {text[max(0, found.start() - 40) : found.end() + 40]!r}")


def hidden(text: str) -> None:
    """The planted secret is not in it, in any encoding that pgwhy knows of."""
    if any(form in text for form in _FORMS) or _MIXED.found(text):
        raise Broken("the planted secret is shown")


@contextmanager
def in_time(limit_s: float = A_HANG_S) -> Iterator[None]:
    """What happens inside ends within so many seconds of this process; else `TooSlow` is raised where it is."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_FORMS = encodings.literals(SECRET)
_MIXED = encodings.Mixed(SECRET)
