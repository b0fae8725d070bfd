"""Every snippet as printed connects, and drivers do what was written down of them and what clients.toml says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from queue import SimpleQueue
from typing import Any

import pytest

from pgwhy import client as clients
from pgwhy.client import ChannelBinding, UnknownParameters
from pgwhy.lab.network.namespace import is_permitted
from tests import parts
from tests.drivers import measure, stacks
from tests.drivers.clients import DRIVERS, Attempt, Missing
from tests.drivers.measure import Behaviour, Connected, Places

pytestmark = pytest.mark.xdist_group("drivers")
MEASURED: dict[str, Any] = json.loads(measure.FILE.read_text(encoding="utf-8"))
WORKERS = 2
PARAMETER = {
    UnknownParameters.FORWARDED: "forwarded",
    UnknownParameters.IGNORED: "ignored",
    UnknownParameters.REFUSED: "refused",
}


@pytest.fixture(scope="module")
def measured(request: pytest.FixtureRequest, by_fork: None) -> Iterator[Callable[[str], Any]]:
    """What the chosen cases name is measured side by side; each worker has places of its own, to see who came."""
    parts.permitted(is_permitted())
    names = [case.callspec.params for case in request.session.items if hasattr(case, "callspec")]
    work: dict[str, Callable[[Places], Any]] = {
        **{name: partial(measure.of_stack, name) for name in stacks.RUNNERS if {"stack": name} in names},
        **{f"driver {id}": partial(measure.of_driver, DRIVERS[id]) for id in DRIVERS if {"driver": id} in names},
    }
    free: SimpleQueue[Places] = SimpleQueue()

    def in_a_place(one: Callable[[Places], Any]) -> Any:
        where = free.get()
        try:
            return one(where)
        finally:
            free.put(where)

    with ExitStack() as all_places:
        for _ in range(WORKERS):
            free.put(all_places.enter_context(measure.places()))
        pool = all_places.enter_context(ThreadPoolExecutor(WORKERS))
        started = {name: pool.submit(in_a_place, one) for name, one in work.items()}
        yield lambda name: started[name].result()


@pytest.mark.sampled(by=lambda stack: {stacks.RUNNERS[stack].recipe})
@pytest.mark.parametrize("stack", stacks.RUNNERS)
def test_a_snippet_as_printed_connects(stack: str, measured: Callable[[str], tuple[Attempt, Connected]]) -> None:
    try:
        attempt, connected = measured(stack)
    except Missing as missing:
        parts.permitted(str(missing))
        return
    assert attempt.connected, attempt.said
    known = MEASURED["stacks"][stack]
    if connected.version != known["version"]:
        parts.permitted(f"{stack} was measured with {known['version']}, and this machine has {connected.version}")
    assert asdict(connected) == known, "python -m tests.drivers.measure"


@pytest.mark.sampled(by=lambda driver: {DRIVERS[driver].speaks_as.partition("@")[0]})
@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_does_what_was_measured(driver: str, measured: Callable[[str], Behaviour]) -> None:
    try:
        behaviour = measured(f"driver {driver}")
    except Missing as missing:
        parts.permitted(str(missing))
        return
    assert asdict(behaviour) == MEASURED["drivers"][driver], "python -m tests.drivers.measure"


@pytest.mark.parametrize("known_driver", DRIVERS)
def test_clients_toml_says_what_was_measured(known_driver: str) -> None:
    """What it leaves out it does not know; what it says is so."""
    known, seen = clients.resolve(DRIVERS[known_driver].speaks_as, None, None), MEASURED["drivers"][known_driver]
    said = {
        "sni": known.sends_sni,
        "require_verifies": known.require_verifies,
        "encrypts": None if known.default_sslmode is None else known.default_sslmode != "disable",
    }
    assert {name: value for name, value in said.items() if value is not None and value != seen[name]} == {}
    if known.channel_binding is not None:
        assert (known.channel_binding is not ChannelBinding.NONE) == (seen["binding"] == "p")
        assert (known.channel_binding is ChannelBinding.SUPPORTED) == (seen["parameter"] == "obeyed")
    if known.channel_binding is ChannelBinding.NONE and known.unknown_parameters is not None:
        assert seen["parameter"] == PARAMETER[known.unknown_parameters]
