"""Packet filters and routes, as connect() and a real psql meet them."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pgwhy.lab.network.cable import ELSEWHERE, NOBODY, RESOLVERS, SERVERS, SERVERS6, Side
from pgwhy.lab.network.namespace import Namespace, NamespaceError
from pgwhy.lab.network.packets import Filter, FilterAction, Route, Way, broken, filters_are_permitted
from pgwhy.lab.world import DOMAIN
from tests import parts

SILENCE = "silence"
SENT_AGAIN_S = 1.0
"""After so long the first packet of a connection that got no answer is sent again."""
PAIR = (SERVERS[0], SERVERS6[0])
CONNECT = """
import errno, socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
s.settimeout(float(sys.argv[3]))
try:
    s.connect((sys.argv[1], int(sys.argv[2])))
    print("0")
except TimeoutError:
    print("silence")
except OSError as error:
    print(error.errno)
"""
WORLD = {
    "fault": {
        "given": {
            "target": "postgresql://{role}:{password}@{host}/{database}?sslmode=verify-full&connect_timeout=2"
            "&sslrootcert={root_certificate}"
        }
    },
    "gateway": {"hosts": SERVERS[:1]},
    "doors": [{"kind": "web", "hosts": SERVERS[:1], "port": 443}],
    "names": [
        {
            "hosts": RESOLVERS[:1],
            "names": {"{host}": {"addresses": SERVERS[:1]}, f"api.{DOMAIN}": {"addresses": SERVERS[:1]}},
        }
    ],
}


@pytest.fixture(scope="module")
def network() -> Iterator[Namespace]:
    """Two ports open at all addresses."""
    parts.permitted(filters_are_permitted())
    hosts = [*SERVERS, *SERVERS6]
    with Namespace() as network:
        network.serve({"doors": [{"kind": "silent", "hosts": hosts, "port": port} for port in (5432, 443)]})
        yield network


def connect(network: Namespace, address: str, port: int = 5432, limit_s: float = 0.4) -> int | str:
    """What connect() gives: 0, an error number, or silence."""
    ran = network.run([sys.executable, "-Ic", CONNECT, address, str(port), str(limit_s)])
    return SILENCE if ran.stdout.strip() == SILENCE else int(ran.stdout)


def test_a_filter_meets_connect_in_its_own_way(network: Namespace) -> None:
    expected = {
        FilterAction.DROP: (SILENCE, SILENCE),
        FilterAction.RESET: (errno.ECONNREFUSED, errno.ECONNREFUSED),
        FilterAction.PORT_UNREACHABLE: (errno.ECONNREFUSED, errno.ECONNREFUSED),
        # Linux tells IPv6 clients more: "Permission denied".
        FilterAction.ADMIN_PROHIBITED: (errno.EHOSTUNREACH, errno.EACCES),
        FilterAction.HOST_UNREACHABLE: (errno.EHOSTUNREACH, errno.EHOSTUNREACH),
    }
    ports = {verdict: 6000 + number for number, verdict in enumerate(FilterAction)}
    filters = [Filter(verdict, port=port) for verdict, port in ports.items()]
    with broken(network, *filters), ThreadPoolExecutor() as pool:
        # An ICMP message is believed only once the packet was sent again, a second later.
        tries = {v: [pool.submit(connect, network, a, p, 2.0) for a in PAIR] for v, p in ports.items()}
        assert {verdict: tuple(t.result() for t in two) for verdict, two in tries.items()} == expected
        assert [connect(network, address) for address in PAIR] == [0, 0]
    assert [connect(network, address, ports[FilterAction.DROP]) for address in PAIR] == [errno.ECONNREFUSED] * 2


def seconds_until_refused(network: Namespace) -> float:
    begin = time.monotonic()
    assert connect(network, SERVERS[0]) == errno.ECONNREFUSED
    return time.monotonic() - begin


def test_a_firewall_of_the_clients_own_refuses_at_once(network: Namespace) -> None:
    with broken(network, Filter(FilterAction.RESET, port=5432, side=Side.CLIENT)):
        assert min(seconds_until_refused(network) for _ in range(3)) < SENT_AGAIN_S


def test_one_address_of_three_is_dead(network: Namespace) -> None:
    with broken(network, Filter(FilterAction.DROP, address=SERVERS[1])):
        assert [connect(network, address) for address in SERVERS] == [0, SILENCE, 0]


def test_ipv6_is_broken_and_ipv4_is_fine(network: Namespace) -> None:
    with broken(network, Filter(FilterAction.DROP, family=6)):
        assert (connect(network, SERVERS[0]), connect(network, SERVERS6[0])) == (0, SILENCE)


@pytest.mark.parametrize(
    ("way", "given"),
    [(Way.UNREACHABLE, errno.EHOSTUNREACH), (Way.PROHIBIT, errno.EACCES), (Way.BLACKHOLE, errno.EINVAL)],
)
def test_a_route_that_leads_nowhere_says_so_for_both_families(way: Way, given: int, network: Namespace) -> None:
    with broken(network, Route(way, SERVERS[0]), Route(way, "fd77::/64")):
        assert (connect(network, SERVERS[0]), connect(network, SERVERS6[0])) == (given, given)
        assert connect(network, SERVERS[1]) == 0
    assert connect(network, SERVERS[0]) == connect(network, SERVERS6[0]) == 0


def test_outside_there_is_no_route_and_nobody_is_not_found(network: Namespace) -> None:
    assert connect(network, ELSEWHERE) == errno.ENETUNREACH
    assert connect(network, NOBODY, limit_s=6) == errno.EHOSTUNREACH


def test_the_network_is_whole_again_after_a_failure_in_between(network: Namespace) -> None:
    with pytest.raises(ZeroDivisionError), broken(network, Filter(FilterAction.DROP)):
        raise ZeroDivisionError
    assert connect(network, SERVERS[0]) == 0


def test_a_mistaken_address_is_named_and_breaks_nothing(network: Namespace) -> None:
    with (
        pytest.raises(NamespaceError, match=r"no-address"),
        broken(network, Filter(FilterAction.DROP, address="no-address")),
    ):
        pass
    with pytest.raises(NamespaceError, match=r"no-address"), broken(network, Route(Way.PROHIBIT, "no-address")):
        pass
    assert connect(network, SERVERS[0]) == 0


def test_full_sized_packets_vanish_and_psql_stalls_in_the_handshake() -> None:
    parts.permitted(filters_are_permitted())
    with Namespace() as network:
        served = network.serve(WORLD)
        command = [parts.psql(parts.system_postgres()), "-XAtc", "select current_user", served["target"]]
        assert network.run(command).stdout == "alex\n"
        with broken(network, Filter(FilterAction.DROP, longer_than=600, from_server=True)):
            ran = network.run(command)
            assert connect(network, SERVERS[0]) == 0
    assert (ran.status, ran.stdout) == (2, "")
    assert "timeout expired" in ran.stderr


def test_5432_is_blocked_and_443_answers_as_the_provider() -> None:
    parts.permitted(filters_are_permitted())
    ask = f"""
import http.client, ssl, sys
c = http.client.HTTPSConnection("api.{DOMAIN}", context=ssl.create_default_context(cafile=sys.argv[1]))
c.request("OPTIONS", "/sql")
r = c.getresponse()
print(r.status, r.getheader("Allow"), len(r.getheader("neon-request-id")))
"""
    with Namespace() as network:
        served = network.serve(WORLD)
        with broken(network, Filter(FilterAction.DROP, port=5432)):
            assert connect(network, SERVERS[0]) == SILENCE
            ran = network.run([sys.executable, "-Ic", ask, served["root_certificate"]])
    assert ran.stdout == "200 OPTIONS, POST 36\n", ran.stderr
