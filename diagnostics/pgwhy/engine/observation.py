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
    tasks = [asyncio.create_task(_run(probe, seen, network, progress)) for probe in probes if probe.name not in known]
    try:
        if tasks:  # at the end of the time what is known by then is the answer
            limit_s = network.remaining() + GRACE_S
            done, _ = await asyncio.wait(tasks, timeout=limit_s, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
    finally:
        left = [task for task in tasks if not task.done() or task.cancelled() or task.exception()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.gather(*left, return_exceptions=True)
        seen.end_begun()
        if seen.connection is not None:
            # Cancelled between the login and the query, which closes it otherwise.
            seen.connection.finish()
            seen.connection = None
    return seen.observations()


async def _run(probe: Probe, seen: Run, network: Network, progress: Progress | None) -> None:
    for need in probe.needs:
        await seen.later(need)
    if probe.needs_readable_settings and seen.target.problems and not (await seen.later(SettingsFacts)).readable:
        # The client never gets so far. Only a text with problems is waited for: a healthy run starts at once.
        seen.put(probe.record())
        return
    try:
        record = await probe.observe(seen, network)
    except Exception as error:
        raise ProbeBug(probe.name) from error
    seen.put(record)
    if progress is not None:
        progress(record)
