"""Packets that get lost or are turned back, in a network of our own: filters (nft) and routes (ip).

with broken(network, Filter(Verdict.DROP, port=5432), Route(Way.UNREACHABLE, "fd77::/64")):
    network.run(...)
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pgwhy.lab.network.cable import Side
from pgwhy.lab.network.namespace import Namespace, NamespaceError, is_permitted, search_path


class FilterAction(StrEnum):
    """What a filter does with a packet."""

    DROP = "drop"
    RESET = "reset"
    ADMIN_PROHIBITED = "admin-prohibited"
    """ICMP: a firewall that says so."""
    HOST_UNREACHABLE = "host-unreachable"
    """ICMP: a router that does not reach the host."""
    PORT_UNREACHABLE = "port-unreachable"
    """ICMP: what iptables' REJECT says by default; a client reads it as "connection refused"."""


class Way(StrEnum):
    """What a route does with what would leave by it. In parentheses what connect() gives, IPv4 and IPv6 alike."""

    UNREACHABLE = "unreachable"
    """(EHOSTUNREACH)"""
    PROHIBIT = "prohibit"
    """(EACCES)"""
    BLACKHOLE = "blackhole"
    """(EINVAL)"""


@dataclass(frozen=True)
class Filter:
    """TCP packets to the server that meet all that is given. On the client's side it is the machine's own firewall.

    `from_server` turns it round: packets of the server's, with its address and port.
    """

    verdict: FilterAction
    port: int | None = None
    address: str | None = None
    """One of the server's."""
    family: int | None = None
    """4 or 6."""
    longer_than: int | None = None
    """Bytes of the IP packet. With `DROP` and 600 a black hole for the path MTU: no ICMP says that it is too small."""
    side: Side = Side.SERVER
    from_server: bool = False

    @property
    def chain(self) -> str:
        """`output` where the packet begins its way, `input` where it ends it."""
        return "output" if (self.side is Side.SERVER) == self.from_server else "input"

    def text(self) -> str:
        """The rule as nft(8) reads it."""
        end, tests = ("s" if self.from_server else "d"), ["meta l4proto tcp"]
        if self.family:
            tests.append(f"meta nfproto ipv{self.family}")
        if self.address:
            tests.append(f"{'ip6' if ':' in self.address else 'ip'} {end}addr {self.address}")
        if self.port:
            tests.append(f"tcp {end}port {self.port}")
        if self.longer_than:
            tests.append(f"meta length > {self.longer_than}")
        return " ".join((*tests, _VERDICTS[self.verdict]))


@dataclass(frozen=True)
class Route:
    """A route of the client's that leads nowhere."""

    way: Way
    to: str
    """An address or a network: `10.77.0.1`, `fd77::/64`."""

    def command(self, action: str) -> list[str]:
        """To `add` it or to `del` it."""
        # Its metric puts it before the network's own route, where it is about the whole network.
        return ["ip", "-6" if ":" in self.to else "-4", "route", action, self.way, self.to, "metric", "1"]


@contextmanager
def broken(network: Namespace, *faults: Filter | Route) -> Iterator[None]:
    """The network with these faults, whole again afterwards. Raises `NamespaceError`."""
    filters = [fault for fault in faults if isinstance(fault, Filter)]
    with ExitStack() as undo:
        for side in Side:
            if here := [fault for fault in filters if fault.side is side]:
                _change(network, side, ["nft", "-f", "-"], _table(here))
                undo.callback(_change, network, side, ["nft", "delete", "table", "inet", "pgwhy"])
        for route in faults:
            if isinstance(route, Route):
                _change(network, Side.CLIENT, route.command("add"))
                undo.callback(_change, network, Side.CLIENT, route.command("del"))
        yield


@cache
def filters_are_permitted() -> str:
    """Why this machine cannot filter packets in a network of our own; empty if it can."""
    if reason := is_permitted():
        return reason
    if not shutil.which("nft", path=search_path()):
        return "packet filters need nft (Debian: apt install nftables)"
    try:
        with Namespace() as network, broken(network, Filter(FilterAction.DROP, port=5432)):
            return ""
    except NamespaceError as error:
        return f"this machine permits no packet filters: {error}"


def _change(network: Namespace, side: Side, command: list[str], typed: str = "") -> None:
    ran = network.run(command, side=side, typed=typed)
    if ran.status != 0:
        raise NamespaceError(f"{' '.join(command)}: {ran.stderr.strip()}")


def _table(filters: list[Filter]) -> str:
    lines = ["table inet pgwhy {"]
    for chain in ("input", "output"):
        lines += [f"chain {chain} {{", f"type filter hook {chain} priority 0; policy accept;"]
        lines += [fault.text() for fault in filters if fault.chain == chain]
        lines.append("}")
    return "\n".join((*lines, "}", ""))


_VERDICTS = {
    FilterAction.DROP: "drop",
    FilterAction.RESET: "reject with tcp reset",
    FilterAction.ADMIN_PROHIBITED: "reject with icmpx type admin-prohibited",
    FilterAction.HOST_UNREACHABLE: "reject with icmpx type host-unreachable",
    FilterAction.PORT_UNREACHABLE: "reject with icmpx type port-unreachable",
}
