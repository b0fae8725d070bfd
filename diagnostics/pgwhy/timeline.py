"""What a run did and when: one span for each connection, query and experiment."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType

from pgwhy.values import dataclass


@dataclass(frozen=True)
class Span:
    """One bar of the timeline, in milliseconds since the start of the run."""

    probe: str
    """`dns`, `tcp`, `tls`, `startup`, `authentication`, `session`, `web`, `verify`."""
    label: str
    start_ms: float
    end_ms: float
    outcome: str
    """`ok`, or a word of the probe: `refused`, `timed-out`, `SERVFAIL`."""
    local: str = ""
    """Our own end of the connection that was opened in it, `address:port`: a server's log can be searched for it."""
    remote: str = ""
    """The other end. Both are empty where none was opened, and for a Unix socket."""


class Open:
    """A span that is still running: set `outcome` before it ends. A class, as a generator costs twice as much."""

    outcome = "ok"
    local = ""
    remote = ""

    def __init__(self, timeline: Timeline, probe: str, label: str) -> None:
        self._timeline, self._probe, self._label = timeline, probe, label

    def __enter__(self) -> Open:
        self._begin = self._timeline.elapsed_ms()
        self._outer: Token[Open | None] = _RUNNING.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self.outcome = "cancelled"
        _RUNNING.reset(self._outer)
        begin, end = round(self._begin, 2), round(self._timeline.elapsed_ms(), 2)
        self._timeline.spans.append(
            Span(self._probe, self._label, begin, end, self.outcome, self.local, self.remote),
        )


class Timeline:
    """Collects spans. `clock` gives seconds and never goes back (`time.monotonic`)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self.spans: list[Span] = []

    def elapsed_ms(self) -> float:
        """Milliseconds since the start of the run."""
        return (self._clock() - self._start) * 1000

    def span(self, probe: str, label: str) -> Open:
        """Time what happens inside; recorded even if it is cancelled (`outcome` is then `cancelled`)."""
        return Open(self, probe, label)

    def connected(self, local: str, remote: str) -> None:
        """A connection was opened inside the span that this task is in; of several the last one counts."""
        if (running := _RUNNING.get()) is not None:
            running.local, running.remote = local, remote


_RUNNING: ContextVar[Open | None] = ContextVar("running", default=None)
