"""Events posted to a webhook, on a thread, so that a slow receiver holds up no round."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable

from pgwhy.monitoring.watching.event import Event, Kind, line
from pgwhy.network import webhook
from pgwhy.secret import Secret

WAITING = 500
"""Events that wait for a receiver that is away; the oldest ones go first."""
TRIES = 4
PAUSE_S = 1.0
"""Before the second try; twice as long before each further one."""
LAST_S = 5.0
"""What is still waiting gets so long at the end."""


class Hook:
    """`trouble` gets the first reason why something could not be posted, from the thread."""

    def __init__(self, address: Secret, trouble: Callable[[str], None], pause_s: float = PAUSE_S) -> None:
        self._address, self._trouble, self._pause_s = address, trouble, pause_s
        self._waiting: queue.Queue[Event | None] = queue.Queue(WAITING)
        self._end_s = math.inf
        self.lost = 0
        """Events that were not posted."""
        self._thread = threading.Thread(target=self._work, daemon=True, name="pgwhy-webhook")
        self._thread.start()

    def add(self, event: Event) -> None:
        """Have it posted, unless it is one more turn of a target that flaps. Never waits."""
        if event["flapping"] and event["kind"] in (Kind.ONSET, Kind.RECOVERY, Kind.CHANGE):
            return
        while True:
            try:
                self._waiting.put_nowait(event)
                return
            except queue.Full:
                self._drop()

    def close(self) -> None:
        """Wait a little for what is under way; what is left counts as lost."""
        self._end_s = time.monotonic() + LAST_S
        try:
            self._waiting.put(None, timeout=LAST_S)
        except queue.Full:
            pass
        else:
            self._thread.join(LAST_S)
            self.lost += self._thread.is_alive()
        while not self._waiting.empty():
            self._drop()

    def _drop(self) -> None:
        try:
            self.lost += self._waiting.get_nowait() is not None
        except queue.Empty:
            return

    def _work(self) -> None:
        while (event := self._waiting.get()) is not None:
            self._post(event)

    def _post(self, event: Event) -> None:
        for number in range(TRIES):
            try:
                webhook.post(self._address, line(event).encode("utf-8", "backslashreplace"))
                return
            except webhook.NotPosted as problem:
                if problem.final or number + 1 == TRIES or time.monotonic() > self._end_s:
                    if not self.lost:
                        self._trouble(str(problem))
                    self.lost += 1
                    return
                time.sleep(min(self._pause_s * 2**number, max(0.0, self._end_s - time.monotonic())))
