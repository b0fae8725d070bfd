"""Looking at what a command prints while it runs: a server that cannot connect often tries again, and never exits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Event, Thread

from pgwhy.incident.command.heard import Heard

STEP_S = 0.5
QUIET_S = 2.0
"""An output that is silent for so long has said what it has to say: a traceback does not arrive in one piece."""
AT_LATEST_S = 10.0
"""One that is never silent is looked at so often."""


class Watch:
    """A thread that gives `tell` what was printed since it looked last. `tell` runs on that thread."""

    def __init__(self, outputs: Iterable[Heard], tell: Callable[[str], None]) -> None:
        self._outputs = dict.fromkeys(outputs, 0)
        self._tell = tell
        self._ended = Event()
        self._thread = Thread(target=self._look, name="pgwhy-watch", daemon=True)

    def start(self) -> None:
        """The command runs."""
        self._thread.start()

    def stop(self, wait: bool) -> None:
        """The command has ended. With `wait`, what is being told is told to its end."""
        self._ended.set()
        if wait:
            self._thread.join()

    def _look(self) -> None:
        seen, since, last = 0, time.monotonic(), time.monotonic()
        while not self._ended.wait(STEP_S):
            now, written = time.monotonic(), sum(heard.written for heard in self._outputs)
            if written != seen:
                seen, since = written, now
            waits = sum(self._outputs.values()) < written
            if waits and (now - since >= QUIET_S or now - last >= AT_LATEST_S):
                last = now
                self._tell(self._new())

    def _new(self) -> str:
        texts = []
        for heard, before in self._outputs.items():
            text, self._outputs[heard] = heard.since(before)
            texts.append(text)
        return "\n".join(filter(None, texts))
