"""How far a long command is, in one line of a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from pgwhy.terminal.size import terminal_size
from pgwhy.terminal.width import shortened

EVERY_S = 0.1
_BAR = 20


class ProgressBar:
    """Shows itself at most ten times a second, and nowhere but in a terminal."""

    def __init__(self, out: TextIO | None, total: int | None, before: int, clock: Callable[[], float]) -> None:
        self._out, self._total, self._before, self._clock = out, total, before, clock
        self._begin = self._last = clock()
        self._shown = False

    @classmethod
    def here(cls, stream: TextIO | None, total: int | None, before: int) -> ProgressBar:
        """For a stream of this process. `total`: `None` where it is not known; `before`: done by an earlier run."""
        return cls(stream if stream is not None and stream.isatty() else None, total, before, time.monotonic)

    def show(self, done: int, failed: int) -> None:
        """So many are done, of which so many fail."""
        now = self._clock()
        if self._out is None or now - self._last < EVERY_S:
            return
        self._last, self._shown = now, True
        self._write(
            "\r" + shortened(self._text(done, failed, now - self._begin), terminal_size().columns - 1) + "\x1b[K"
        )

    def clear(self) -> None:
        """Take the line back."""
        if self._shown:
            self._shown = False
            self._write("\r\x1b[K")

    def _text(self, done: int, failed: int, elapsed_s: float) -> str:
        rate = (done - self._before) / elapsed_s if elapsed_s > 0 else 0.0
        counts = f"{done:,} done, {failed:,} fail, {rate:.0f}/s"
        if not self._total:
            return counts
        part = min(1.0, done / self._total)
        left = f", {(self._total - done) / rate:.0f} s left" if rate and done < self._total else ""
        return f"[{'#' * round(part * _BAR):{_BAR}}] {part:4.0%}  {counts}{left}"

    def _write(self, text: str) -> None:
        assert self._out is not None
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            self._out = None
