"""Waiting until a target connects, for entrypoints and CI: retried is only what waiting cures, and the rest stops it.

Between two full runs there are looks without a password, so that a server that starts is asked for nothing but its
first answer, and a refused login ends the waiting instead of becoming a storm of logins.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from pgwhy.causes import Cause, Retry
from pgwhy.engine.diagnosis import Request, diagnose
from pgwhy.finding import Report, Status
from pgwhy.network import Network
from pgwhy.progress import NETWORK
from pgwhy.values import replace

MAX_EXCHANGES = 6
"""Password exchanges in all the runs of one waiting; a single run makes three at most."""
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 3.0
LOOK_S = 3.0
"""What a look without a login gets at most: a server that starts answers soon or refuses at once."""

CURED = frozenset(
    (
        Cause.CONNECTION_REFUSED,  # the server's program, or its container, is not there yet
        Cause.LOCAL_SOCKET_MISSING,
        Cause.CONNECTION_RESET,  # Docker's proxy accepts the connection before a server is behind it
        Cause.SERVER_SILENT,
        Cause.CONNECTION_TIMEOUT,  # a machine that boots
        Cause.NETWORK_UNREACHABLE,
        Cause.DNS_NOT_FOUND,  # a service has a name when its first container runs
        Cause.DNS_TEMPORARY_FAILURE,
        Cause.DOCKER_NETWORKING,
        Cause.SERVER_STARTING_UP,
        Cause.COLD_START_TIMEOUT,
        Cause.COMPUTE_START_FAILED,
        Cause.POOLER_BACKEND_UNAVAILABLE,
        Cause.TOO_MANY_CONNECTIONS,
        Cause.ADMIN_SHUTDOWN,
    )
)
"""What a start-up may look like from outside. A quota or a block by rate ends too, but not while a container waits."""


def is_cured_by_waiting(report: Report) -> bool:
    """It does not connect, and that may pass by itself within the time in which a server or a container starts."""
    verdict = report.verdict
    if verdict.status is not Status.FAILS:
        return False
    if verdict.cause is None:
        return verdict.stage in NETWORK
    return verdict.retry is Retry.NOW or verdict.cause in CURED


async def connects_within(limit_s: float, request: Request, told: Callable[[Report], None] | None = None) -> Report:
    """The report of the last run: the first one that connects, that waiting does not help, or at the end of the time.

    `extra["waited"]` says how long it took and what for. The last run begins within `limit_s` seconds and has the
    request's own deadline. `told` gets the report of each run that is waited after. Cancelled, it ends with what it
    knows, as `diagnose` does.
    """
    begin = time.monotonic()
    spent = _Spent(request.network)
    whole = replace(request, network=spent.network)
    quiet = replace(request.options, login=False, web=False, wildcard_check=False, compare_dns=())
    look = replace(request, options=quiet, verify=False, deadline_s=min(LOOK_S, request.deadline_s))
    causes: dict[str, None] = {}
    report, looks, pause_s, over = await diagnose(whole), 1, FIRST_PAUSE_S, False
    while not over and is_cured_by_waiting(report) and not report.extra.get("interrupted") and spent.left >= 2:
        causes.setdefault(report.verdict.cause or f"{report.verdict.stage}, cause not found")
        if told is not None:
            told(report)
        left_s = limit_s - (time.monotonic() - begin)
        if not await _pause(min(pause_s, left_s)):
            report = replace(report, extra={**report.extra, "interrupted": True})
            break
        pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
        over = left_s <= pause_s
        if not over:
            report, looks = await diagnose(look), looks + 1
        if not report.extra.get("interrupted") and (over or not is_cured_by_waiting(report)):
            report, looks = await diagnose(whole), looks + 1
    if is_cured_by_waiting(report):
        causes.setdefault(report.verdict.cause or f"{report.verdict.stage}, cause not found")
    waited = {
        "limit_s": limit_s,
        "seconds": round(time.monotonic() - begin, 1),
        "looks": looks,
        "exchanges": MAX_EXCHANGES - spent.left,
        "for": list(causes),
    }
    return replace(report, extra={**report.extra, "waited": waited})


class _Spent:
    """Password exchanges over several runs."""

    def __init__(self, make: Callable[[float], Network]) -> None:
        self._make = make
        self._made: list[Network] = []

    @property
    def left(self) -> int:
        return MAX_EXCHANGES - sum(network.exchanges for network in self._made)

    def network(self, deadline_s: float) -> Network:
        """The way out of the next run, which gets no more than what is left."""
        network = self._make(deadline_s)
        network.MAX_EXCHANGES = min(network.MAX_EXCHANGES, self.left)
        self._made.append(network)
        return network


async def _pause(seconds: float) -> bool:
    """Wait; false if the task was cancelled while it waited."""
    try:
        await asyncio.sleep(max(0.0, seconds))
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()
        return False
    return True
