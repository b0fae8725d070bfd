"""Every snippet as printed connects, and drivers do what was written down of them and what clients.toml says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from diagnostics import client as clients
from diagnostics.client import ChannelBinding, UnknownParameters
from diagnostics.lab.namespace import is_permitted
from tests import parts
from tests.drivers import drivers_page, measure, stacks
from tests.drivers.clients import DRIVERS, Missing
from tests.drivers.measure import Places

MEASURED: dict[str, Any] = json.loads(measure.FILE.read_text(encoding="utf-8"))
PARAMETER = {
    UnknownParameters.FORWARDED: "forwarded",
    UnknownParameters.IGNORED: "ignored",
    UnknownParameters.REFUSED: "refused",
}


@pytest.fixture(scope="module")
def where() -> Iterator[Places]:
    parts.permitted(is_permitted())
    with measure.places() as both:
        yield both


@pytest.mark.parametrize("stack", stacks.RUNNERS)
def test_a_snippet_as_printed_connects(stack: str, where: Places) -> None:
    try:
        attempt, connected = measure.of_stack(stack, where)
    except Missing as missing:
        parts.permitted(str(missing))
        return
    assert attempt.connected, attempt.said
    assert asdict(connected) == MEASURED["stacks"][stack], "python -m tests.drivers.measure"


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_does_what_was_measured(driver: str, where: Places) -> None:
    try:
        behaviour = measure.of_driver(DRIVERS[driver], where)
    except Missing as missing:
        parts.permitted(str(missing))
        return
    assert asdict(behaviour) == MEASURED["drivers"][driver], "python -m tests.drivers.measure"


@pytest.mark.parametrize("driver", DRIVERS)
def test_clients_toml_says_what_was_measured(driver: str) -> None:
    """What it leaves out it does not know; what it says is so."""
    known, seen = clients.resolve(DRIVERS[driver].speaks_as, None, None), MEASURED["drivers"][driver]
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


def test_the_page_is_made_of_what_was_measured() -> None:
    assert measure.PAGE.read_text(encoding="utf-8") == drivers_page.page(MEASURED), "python -m tests.drivers.measure"
