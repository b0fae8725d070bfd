"""Which addresses of a name each driver comes to, and `pgwhy --client` reckons with the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pgwhy import client as clients
from pgwhy.client.facts import habits_alone
from pgwhy.client.habits import Addresses, Client
from pgwhy.lab.network.namespace import is_permitted
from pgwhy.probes import patience
from pgwhy.probes.patience import Met
from tests import parts
from tests.drivers import addresses, in_one_network
from tests.drivers.addresses import IPV6, SITUATIONS, WITHOUT_END, Reached
from tests.drivers.clients import DRIVERS

pytestmark = pytest.mark.xdist_group("matrix")
MEASURED = addresses.recorded()


@pytest.fixture(scope="module")
def really(request: pytest.FixtureRequest) -> Mapping[str, Mapping[str, Reached]]:
    """The chosen drivers, all in one network, a few side by side."""
    parts.permitted(is_permitted())
    return addresses.measured(in_one_network.chosen(request))


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_comes_to_the_addresses_that_were_measured(
    driver: str, really: Mapping[str, Mapping[str, Reached]]
) -> None:
    parts.permitted(in_one_network.lacking(DRIVERS[driver]))
    assert really[driver] == MEASURED[driver], f"python -m tests.drivers.addresses {driver}"


@pytest.mark.parametrize("known_driver", DRIVERS)
def test_the_client_is_reckoned_to_come_to_the_same(known_driver: str) -> None:
    client = clients.resolve(DRIVERS[known_driver].speaks_as, None, None)
    went = MEASURED[known_driver]
    for name in ("all-answer", "first-refuses", "ipv6-silent", "first-silent", "first-silent-with-limit"):
        # What a driver does once a server has refused it is another question.
        assert list(went[name][:1]) == _told(client, name), name
    assert (WITHOUT_END in went["closes"]) == (client.reconnects_without_end is True)


def _told(client: Client, name: str) -> list[str]:
    """The address at which the client is reckoned to connect while the situation is watched."""
    situation = SITUATIONS[name]
    one_only = client.addresses in (Addresses.FIRST, Addresses.FIRST_IPV4)
    ipv4_first = client.addresses is Addresses.FIRST_IPV4
    hosts = sorted(addresses.HOSTS[situation["host"]], key=lambda address: ipv4_first and address == IPV6)
    tried = hosts[:1] if one_only else hosts
    met = [Met(a == IPV6, a in situation["listens"], a in situation.get("silent", ()), 0.001) for a in tried]
    limited = "asks" in situation and "connect_timeout" not in client.forwarded_parameters
    waited_s, gives_up = patience.delay(met, habits_alone(client), 2.0 if limited else 0.0, "linux")
    if waited_s is None or gives_up or waited_s >= situation["limit_s"]:
        return []
    return [next(address for address, one in zip(tried, met, strict=True) if one.connected)]
