"""Observe: start each probe as soon as the records it needs are there, and collect what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pgwhy import target as targets
from pgwhy.client import Client
from pgwhy.client import facts_of as client_facts
from pgwhy.facts import Observations, Record
from pgwhy.machine import Machine
from pgwhy.probes import PROBES
from pgwhy.probes.permit import Permit
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.settings import SettingsFacts
from pgwhy.target.facts import HostKind
from pgwhy.target.model import Target

if TYPE_CHECKING:
    from pgwhy.network import Network

GRACE_S = 2.0
"""Probes return by themselves before the run's deadline. One that does not, on a machine that has no time for it, is
waited for so long, and then left."""
Progress = Callable[[Record], None]
"""Called with each record as soon as it is there."""


class ProbeBug(Exception):
    """A probe raised: a mistake of ours, never of the network. `__cause__` is what it raised."""

    def __init__(self, probe: str) -> None:
        super().__init__(f"the {probe} probe raised an exception")
        self.probe = probe


def begin(
    target: Target,
    client: Client,
    machine: Machine,
    options: Options,
    given: Iterable[Record] = (),
    version: str = "",
    permit: Permit | None = None,
) -> Run:
    """Everything that is known before the first packet. `given` are records that need not be observed again.

    `permit` is that of the run, where `target` is not the user's own but one that a fix has changed.
    """
    seen = Run(target, client, machine, options, permit or Permit(target))
    for record in (*before(target, client, version), *given):
        seen.put(record)
    return seen


def before(target: Target, client: Client, version: str = "") -> tuple[Record, Record]:
    """What the target and the client say by themselves."""
    default = client.default_sslmode or "prefer"
    source = "libpq's default" if client.family in ("libpq", None) else f"{client.title}'s default"
    facts = targets.facts_of(target, default_sslmode=default, default_source=source)
    return facts, client_facts(
        client,
        version=client.version or version or None,
        host_is_name=facts.host_kind is HostKind.NAME,
        sslsni=facts.sslsni is not False,
        sslmode=facts.sslmode or default,
        dialect=str(facts.dialect or ""),
        connect_timeout=facts.connect_timeout or 0,
    )


async def observe(
    seen: Run, network: Network, probes: Iterable[Probe] = PROBES, progress: Progress | None = None
) -> Observations:
    """Run these probes to the end, at most `GRACE_S` past the deadline; those whose record was given do not run.

    Raises `ProbeBug`. When it is cancelled, so is everything that it started, and `seen` keeps what is known.
    """
    known = seen.observations().records
    looks = _Looks(seen, network, progress)
    try:
        looks.begin([probe for probe in probes if probe.name not in known])
        await looks.end(network.remaining() + GRACE_S)  # at the end of the time what is known by then is the answer
    finally:
        await looks.leave()
        seen.end_begun()
        if seen.connection is not None:
            # Cancelled between the login and the query, which closes it otherwise.
            seen.connection.finish()
            seen.connection = None
    return seen.observations()


class _Looks:
    """The probes of one observation, each a task from when the records that it needs are there.

    None is woken for its needs, and none is watched for its end; and one that is done at once is no task at all.
    """

    def __init__(self, seen: Run, network: Network, progress: Progress | None) -> None:
        self._seen, self._network, self._progress = seen, network, progress
        self._left = 0
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Nothing is left to wait for: all have ended, or one has raised."""
        self._waiting: dict[str, list[Probe]] = {}
        """By the name of the record that is waited for."""
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, probes: list[Probe]) -> None:
        """Begin those whose records are there, and the others when theirs are. Raises what one of them raises."""
        self._left += len(probes)
        for probe in probes:
            self._begin(probe)

    async def end(self, limit_s: float) -> None:
        """Wait for the end of all, at most so long. Raises what one of them raises."""
        if self._left:
            await asyncio.wait([self._ended], timeout=limit_s)
        for task in self._tasks:
            if task.done():
                task.result()

    async def leave(self) -> None:
        """Cancel those that have not ended, and begin none any more."""
        self._waiting.clear()
        left = [task for task in self._tasks if not task.done() or task.cancelled() or task.exception()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.gather(*left, return_exceptions=True)

    def _begin(self, probe: Probe) -> None:
        seen = self._seen
        for need in probe.needs:
            if not seen.has(need):
                self._waiting.setdefault(need.name, []).append(probe)
                return
        # The client never gets so far where it cannot read its settings. Only a text with problems is waited for: a
        # healthy run starts at once.
        doubtful = probe.needs_readable_settings and bool(seen.target.problems)
        if doubtful or (record := self._at_once(probe)) is None:
            self._tasks.append(asyncio.create_task(self._run(probe, doubtful=doubtful)))
        else:
            self._put(record)
            self._count_end()

    async def _run(self, probe: Probe, *, doubtful: bool) -> None:
        try:
            if doubtful and not (await self._seen.later(SettingsFacts)).readable:
                self._put(probe.record(), told=False)
            else:
                self._put((self._at_once(probe) if doubtful else None) or await self._observed(probe))
        except Exception:
            self._end()
            raise
        finally:
            self._count_end()

    def _at_once(self, probe: Probe) -> Record | None:
        try:
            return probe.at_once(self._seen)
        except Exception as error:
            raise ProbeBug(probe.name) from error

    async def _observed(self, probe: Probe) -> Record:
        try:
            return await probe.observe(self._seen, self._network)
        except Exception as error:
            raise ProbeBug(probe.name) from error

    def _put(self, record: Record, *, told: bool = True) -> None:
        self._seen.put(record)
        if told and self._progress is not None:
            self._progress(record)
        for probe in self._waiting.pop(record.name, ()):
            self._begin(probe)

    def _count_end(self) -> None:
        self._left -= 1
        if not self._left:
            self._end()

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)
