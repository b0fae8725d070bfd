"""Whether a round was slow, and by its shape whether a compute had to wake.

A compute that sleeps answers the network at once, and takes its time when somebody logs in; the next login is fast
again. A slow network is slow in every stage, and a server that is short of something stays slow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pgwhy.fleet.summary import BOUNDS_MS, Times
from pgwhy.monitoring.watching.event import Kind
from pgwhy.progress import Stage
from pgwhy.values import dataclass

ENOUGH = 5
"""Rounds before there is something usual."""
TIMES = 5.0
"""A slow stage takes so many times the usual."""
NOTICED_MS = 300.0
"""What is shorter is nobody's concern, whatever the usual is: the pause of a busy machine."""
_SERVER = (Stage.STARTUP, Stage.AUTH)
_NETWORK = (Stage.DNS, Stage.TCP)


@dataclass
class Tempo:
    """What the last rounds that worked were like."""

    slow_rounds: int = 0
    """In a row, up to now."""
    slowest_ms: float = 0.0
    """Of these, and of those that have just ended."""
    _woke: bool = field(default=False)
    """The first of them had the shape of a compute that wakes."""

    def take(self, ms: Mapping[str, float], usual: Mapping[Stage, Times]) -> Kind | None:
        """One more round that worked: milliseconds by stage, and what they were before. What there is to tell."""
        server = max((ms[stage] for stage in _SERVER if _is_slow(stage, ms, usual)), default=0.0)
        if server:
            self.slow_rounds += 1
            if self.slow_rounds == 1:
                self.slowest_ms = 0.0
                # Only a login wakes a compute.
                self._woke = _is_slow(Stage.AUTH, ms, usual) and not any(_is_slow(s, ms, usual) for s in _NETWORK)
            self.slowest_ms = max(self.slowest_ms, server)
            return Kind.SLOW if self.slow_rounds == 2 else None
        ended, self.slow_rounds = self.slow_rounds, 0
        if ended >= 2:
            return Kind.NORMAL
        return Kind.COLD_START if ended == 1 and self._woke else None


def _is_slow(stage: Stage, ms: Mapping[str, float], usual: Mapping[Stage, Times]) -> bool:
    times = usual.get(stage)
    if stage not in ms or times is None or sum(times.counts) < ENOUGH:
        return False
    return ms[stage] > max(NOTICED_MS, TIMES * quantile(times, 0.5))


def quantile(times: Times, part: float) -> float:
    """Milliseconds that this part of the rounds took at most, as its class of the histogram ends; the last has none
    (`inf`).
    """
    wanted, seen = part * sum(times.counts), 0
    for bound, count in zip((*BOUNDS_MS, float("inf")), times.counts, strict=True):
        seen += count
        if seen >= wanted:
            return float(bound)
    return float("inf")
