"""The only place that reaches out. Probes ask this package for connections and get values or a `Failure` back.

One module a kind of conversation: `resolve` (names), `stream` (TCP and Unix sockets), `tls` (handshakes), `chain`
(judging certificates), `login` (libpq), `https` (port 443). They import their libraries when they are first used, so
that a run pays only for what it does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from diagnostics.timeline import Timeline


class Network:
    """One run's way out: the deadline, the timeline, and what is limited per run.

    `deadline_s` counts from the construction. `clock` gives seconds and never goes back.
    """

    MAX_EXCHANGES = 3
    """Password exchanges in one run, experiments included (DESIGN part 8)."""
    MAX_CONNECTIONS = 4
    """Connections to one server at a time."""

    def __init__(self, deadline_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.timeline = Timeline(clock)
        self.deadline = clock() + deadline_s
        self.exchanges = 0
        self.login_turn = asyncio.Lock()
        """Held during a login: one password exchange is in flight at a time."""
        self.slots = asyncio.Semaphore(self.MAX_CONNECTIONS)
        """Held by each probe's connection while it is open; the login does not take one."""

    def remaining(self, limit_s: float | None = None) -> float:
        """Seconds until the deadline, at most `limit_s`; never negative."""
        left = max(0.0, self.deadline - self.clock())
        return left if limit_s is None else min(left, limit_s)
