"""The name: what getaddrinfo gives this machine, and what each configured resolver says by itself.

getaddrinfo cannot tell SERVFAIL, REFUSED and silence apart (all are EAI_AGAIN in glibc), so the same name is asked for
by a query of our own as well. Opens: one getaddrinfo call; per configured resolver (three at most, as glibc has it) one
query each for A, AAAA and a random name that cannot exist; the same for each resolver of `--compare-dns`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import ClassVar

from diagnostics.facts import Record, derived, fact


class DnsOutcome(StrEnum):
    """What a client on this machine gets for the name."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    TEMPORARY = "temporary-failure"
    TIMED_OUT = "timed-out"
    INVALID = "invalid-name"
    SKIPPED = "skipped"
    """An IP address, `hostaddr`, or a Unix socket: nothing to look up."""


@dataclass(frozen=True)
class ResolverAnswer:
    """What one resolver said about the name."""

    resolver: str
    """`address:port`."""
    record: str
    """`A` or `AAAA`."""
    rcode: str
    """`NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED`; `SILENT` for no answer, `GARBAGE` for what is no DNS message."""
    addresses: tuple[str, ...]
    canonical: tuple[str, ...]
    """The CNAME chain, in order."""
    ms: float
    truncated_dead: bool = False
    """The answer was cut off, and TCP, where the rest is, does not answer."""
    compared: bool = False
    """This resolver was asked for comparison (`--compare-dns`) and is not one of this machine's."""


@dataclass(frozen=True)
class Dns(Record):
    """The name of the (first) host, looked up."""

    name: ClassVar[str] = "dns"

    outcome: DnsOutcome | None = fact("what a client on this machine gets for the name")
    getaddrinfo_error: str | None = fact(
        "getaddrinfo's own code (EAI_NONAME, EAI_AGAIN ...); empty if it found the name"
    )
    addresses: tuple[str, ...] | None = fact("the addresses in the order in which a client tries them")
    time_ms: float | None = fact("how long getaddrinfo took, in milliseconds")
    answers: tuple[ResolverAnswer, ...] | None = fact("what each resolver says by itself")
    hosts_file_addresses: tuple[str, ...] | None = fact("addresses that the hosts file gives to the name")
    wildcard: bool | None = fact("a random name under the same domain, or with no domain, gets an address as well")
    wildcard_same: bool | None = fact("that random name gets the same addresses as the name itself")

    @derived
    def ipv4_count(self) -> int | None:
        """how many IPv4 addresses a client gets"""
        return None if self.addresses is None else sum(":" not in a for a in self.addresses)

    @derived
    def ipv6_count(self) -> int | None:
        """how many IPv6 addresses a client gets"""
        return None if self.addresses is None else sum(":" in a for a in self.addresses)

    @derived
    def rcodes(self) -> tuple[str, ...] | None:
        """what this machine's resolvers answered, each word once: NOERROR, NXDOMAIN, SERVFAIL, REFUSED, SILENT"""
        if self.answers is None:
            return None
        return tuple(sorted({a.rcode for a in self.answers if not a.compared}))

    @derived
    def first_resolver_dead(self) -> bool | None:
        """the first configured resolver is silent and a later one answers"""
        own = [a for a in self.answers or () if not a.compared]
        if self.answers is None or not own:
            return None
        first = own[0].resolver
        return all(a.rcode == "SILENT" for a in own if a.resolver == first) and any(
            a.rcode == "NOERROR" for a in own if a.resolver != first
        )

    @derived
    def compared_finds_it(self) -> bool | None:
        """a resolver asked for comparison knows addresses of the name; unknown if none was asked"""
        compared = [a for a in self.answers or () if a.compared]
        return any(a.addresses for a in compared) if compared else None

    @derived
    def compared_differs(self) -> bool | None:
        """a resolver asked for comparison knows the name, and none of its addresses is among this machine's"""
        compared = {x for a in self.answers or () if a.compared for x in a.addresses}
        if not compared or self.addresses is None:
            return None
        return not compared & set(self.addresses)

    @derived
    def hosts_file_overrides(self) -> bool | None:
        """the hosts file sends the name to an address that no resolver gives"""
        if self.hosts_file_addresses is None:
            return None
        if not self.hosts_file_addresses:
            return False
        given = {x for a in self.answers or () for x in a.addresses}
        return not given & set(self.hosts_file_addresses) if given else None

    @derived
    def dangling_cname(self) -> bool | None:
        """the name is an alias, and what it points to has no address"""
        if self.answers is None:
            return None
        return any(a.canonical for a in self.answers) and not any(a.addresses for a in self.answers)

    @derived
    def truncated_dead(self) -> bool | None:
        """a resolver cuts its answer off and gives no more over TCP"""
        return None if self.answers is None else any(a.truncated_dead for a in self.answers)

    @derived
    def private(self) -> bool | None:
        """every address is private, loopback or link-local"""
        if self.addresses is None:
            return None
        return bool(self.addresses) and all(ip_address(a.partition("%")[0]).is_private for a in self.addresses)
