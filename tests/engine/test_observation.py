"""Probes start when what they need is there, and end with the run."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

import pytest

from pgwhy import target as targets
from pgwhy.client import LIBPQ_HERE
from pgwhy.engine.observation import GRACE_S, ProbeBug, begin, observe
from pgwhy.facts import Record, fact
from pgwhy.network import Network
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.progress import Stage
from pgwhy.values import dataclass
from tests.engine.runs import machine
from tests.limits import HANGS_S


@dataclass(frozen=True)
class First(Record):
    name: ClassVar[str] = "first"
    seen: bool | None = fact("it ran")


@dataclass(frozen=True)
class Second(Record):
    name: ClassVar[str] = "second"
    after_first: bool | None = fact("the first one was there")


async def first(seen: Run, network: Network) -> First:
    await asyncio.sleep(0)
    return First(seen=True)


async def second(seen: Run, network: Network) -> Second:
    return Second(after_first=seen[First].seen)


async def stuck(seen: Run, network: Network) -> Second:
    return await seen.later(Second)  # its own record: this never ends


async def broken(seen: Run, network: Network) -> Second:
    raise ZeroDivisionError


def run(*probes: Probe, deadline_s: float = 5.0, given: tuple[Record, ...] = ()):
    async def go():
        here = machine()
        seen = begin(targets.read("postgresql://h/d", here), LIBPQ_HERE, here, Options(), given)
        observed = await observe(seen, Network(deadline_s), probes)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return observed

    return asyncio.run(go())


def test_a_probe_waits_for_the_records_it_needs():
    observed = run(Probe(Second, second, Stage.CLIENT, needs=(First,)), Probe(First, first, Stage.CLIENT))
    assert observed.get("second.after_first") is True


def test_a_probe_whose_record_is_given_does_not_run():
    assert run(Probe(First, broken, Stage.CLIENT), given=(First(seen=False),)).get("first.seen") is False


def test_an_exception_in_a_probe_is_a_bug_of_ours_with_its_name():
    with pytest.raises(ProbeBug, match="the second probe") as raised:
        run(Probe(Second, broken, Stage.CLIENT), Probe(First, stuck, Stage.CLIENT))
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_probe_that_never_returns_does_not_keep_the_run():
    begin_s = time.monotonic()
    observed = run(Probe(First, first, Stage.CLIENT), Probe(Second, stuck, Stage.CLIENT), deadline_s=0.1)
    assert time.monotonic() - begin_s < 0.1 + GRACE_S + HANGS_S
    assert observed.get("first.seen") is True and "second" not in observed.records
