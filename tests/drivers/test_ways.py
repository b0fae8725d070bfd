"""Each driver reads a string in its own way, and `pgwhy --client` goes that way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from pgwhy.engine.diagnosis import selector_loop
from pgwhy.lab.network.namespace import is_permitted
from pgwhy.network import Network
from tests import parts
from tests.drivers import in_one_network, ways
from tests.drivers.clients import DRIVERS, Driver
from tests.drivers.ways import STRINGS, Told, Way

pytestmark = pytest.mark.xdist_group("matrix")
MEASURED = ways.recorded()
NOT_IMITATED = {
    ("asyncpg", "service"): "it takes host and role from the service, and not the database",
    ("ruby-pg", "service"): "its binding fills in the defaults before libpq reads the service file, which then lose",
}
"""Where pgwhy does not go the driver's way, and why."""


@pytest.fixture(scope="module")
def really(request: pytest.FixtureRequest) -> Mapping[str, Mapping[str, Way]]:
    """The chosen drivers, all in one network: each program is started once."""
    parts.permitted(is_permitted())
    return ways.measured(in_one_network.chosen(request))


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_goes_the_way_that_was_measured(driver: str, really: Mapping[str, Mapping[str, Way]]) -> None:
    parts.permitted(in_one_network.lacking(DRIVERS[driver]))
    assert really[driver] == MEASURED[driver], f"python -m tests.drivers.ways {driver}"


@pytest.mark.parametrize("known_driver", DRIVERS)
def test_the_client_goes_its_drivers_way(known_driver: str, tmp_path: Path) -> None:
    """To the same place, with the same role, database, password and use of TLS; or nowhere, where the driver stops."""
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        told = runner.run(_told(DRIVERS[known_driver], tmp_path))
    other = {string: told[string] for string, way in MEASURED[known_driver].items() if not told[string].goes(way)}
    assert other.keys() == {string for driver, string in NOT_IMITATED if driver == known_driver}, other


async def _told(driver: Driver, folder: Path) -> dict[str, Told]:
    network = Network(60.0)
    try:
        return {string: await ways.told(driver, string, folder, network) for string in STRINGS}
    finally:
        await network.leave()
