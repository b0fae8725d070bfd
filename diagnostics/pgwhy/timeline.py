"""What a run did and when: one span for each connection, query and experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


@dataclass
class Open:
    """A span that is still running: set `outcome` before it ends."""

    outcome: str = "ok"
    local: str = ""
    remote: str = ""


class Timeline:
    """Collects spans. `clock` gives seconds and never goes back (`time.monotonic`)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self.spans: list[Span] = []

    def elapsed_ms(self) -> float:
        """Milliseconds since the start of the run."""
        return (self._clock() - self._start) * 1000

    @contextmanager
    def span(self, probe: str, label: str) -> Iterator[Open]:
        """Time what happens inside; recorded even if it is cancelled (`outcome` is then `cancelled`)."""
        begin, running = self.elapsed_ms(), Open()
        outer = _RUNNING.set(running)
        try:
            yield running
        except BaseException:
            running.outcome = "cancelled"
            raise
        finally:
            _RUNNING.reset(outer)
            end = round(self.elapsed_ms(), 2)
            self.spans.append(Span(probe, label, round(begin, 2), end, running.outcome, running.local, running.remote))

    def connected(self, local: str, remote: str) -> None:
        """A connection was opened inside the span that this task is in; of several the last one counts."""
        if (running := _RUNNING.get()) is not None:
            running.local, running.remote = local, remote


_RUNNING: ContextVar[Open | None] = ContextVar("running", default=None)
