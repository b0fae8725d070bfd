"""The ladder while it grows: lines are written to a terminal, taken back, and written again with the next one.

Only what every terminal since the VT100 can do is used: cursor up, erase to the end of the screen (ECMA-48).
"""

from __future__ import annotations

from typing import TextIO

from pgwhy.facts import Observations, Record
from pgwhy.report.ladder import rungs
from pgwhy.report.text import ladder_lines
from pgwhy.terminal.size import terminal_size
from pgwhy.terminal.style import in_ascii


class Live:
    """A growing ladder on a terminal. `clear` takes it back, so that the page can stand in its place."""

    def __init__(self, out: TextIO, width: int, *, unicode: bool = True, colour: bool = True) -> None:
        self._out = out
        self._width = width
        self._unicode = unicode
        self._colour = colour
        self._seen = Observations({})
        self._lines = 0
        """How many of our lines stand on the screen, above the cursor."""

    def show(self, record: Record) -> None:
        """Add what a probe has seen."""
        self._seen = self._seen.with_record(record)
        lines = ladder_lines(rungs(self._seen), self._width, limit=1)
        # What scrolls out of the screen could not be taken back.
        lines = lines[-max(1, terminal_size().lines - 2) :]
        texts = [line.painted() if self._colour else line.text for line in lines]
        if not self._unicode:
            texts = [text if text.isascii() else in_ascii(text) for text in texts]
        self._write(self._back() + "".join(text + "\r\n" for text in texts))
        self._lines = len(texts)

    def clear(self) -> None:
        """Take all lines back."""
        self._write(self._back())
        self._lines = 0

    def _back(self) -> str:
        return f"\x1b[{self._lines}A\r\x1b[J" if self._lines else ""

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except (BrokenPipeError, UnicodeEncodeError):
            # The terminal is gone, or cannot show a name: the page that follows deals with both.
            self._lines = 0
