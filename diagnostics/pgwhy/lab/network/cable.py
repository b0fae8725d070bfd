"""The two sides of a network of our own, their addresses, and the cable between them, as commands for ip(8). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

SERVERS = ("10.77.0.1", "10.77.0.2", "10.77.0.3")
SERVERS6 = ("fd77::1", "fd77::2", "fd77::3")
RESOLVERS = ("10.77.0.53", "10.77.0.54")
"""Addresses of the server side, too."""
CLIENT, CLIENT6 = "10.77.0.100", "fd77::100"
NOBODY = "10.77.0.200"
"""On the same network, and nobody has it: "no route to host" after about three seconds."""
ELSEWHERE = "10.99.0.1"
"""Outside: there is no route, and a client is told so at once."""

_CLIENT_CARD, _SERVER_CARD = "02:00:00:00:00:01", "02:00:00:00:00:02"


class Side(StrEnum):
    """Where in the network something runs or happens."""

    CLIENT = "client"
    SERVER = "server"
    WIRE = "wire"
    """Between the two, where there is a `bridge`; it has the interfaces `client` and `server`, and no addresses."""


def plug(places: Mapping[Side, str], ipv6: bool) -> Iterator[tuple[Side, tuple[str, ...]]]:
    """What to run on which side, in this order. `places` are the paths of the sides' namespaces."""
    there, between = places[Side.SERVER], places.get(Side.WIRE)
    near = f"link add eth0 address {_CLIENT_CARD} type veth peer name"
    if between:
        far = f"link add server netns {between} type veth peer name eth0 address {_SERVER_CARD} netns {there}"
        yield Side.CLIENT, (f"{near} client netns {between}", far)
        yield Side.WIRE, ("link set client up", "link set server up")
    else:
        yield Side.CLIENT, (f"{near} eth0 address {_SERVER_CARD} netns {there}",)
    servers, clients = (*SERVERS, *RESOLVERS, *SERVERS6), (CLIENT, CLIENT6)
    yield Side.CLIENT, tuple(_card(clients, servers, _SERVER_CARD, ipv6))
    yield Side.SERVER, tuple(_card(servers, clients, _CLIENT_CARD, ipv6))


def _card(own: tuple[str, ...], others: tuple[str, ...], their_card: str, ipv6: bool) -> Iterator[str]:
    yield "link set lo up"
    yield "link set eth0 up" if ipv6 else "link set eth0 up addrgenmode none"
    for address in own:
        if ":" not in address:
            yield f"addr add {address}/24 dev eth0"
        elif ipv6:
            # Without the wait for duplicates (nodad) it can be used at once.
            yield f"addr add {address}/64 dev eth0 nodad"
    # Who has which card is given: otherwise ARP and neighbour discovery would be one more thing that a bad link delays.
    for address in others:
        if ipv6 or ":" not in address:
            yield f"neigh add {address} lladdr {their_card} dev eth0 nud permanent"
