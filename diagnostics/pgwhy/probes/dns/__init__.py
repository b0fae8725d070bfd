"""The name: what getaddrinfo gives this machine, and what each configured resolver says by itself.

getaddrinfo cannot tell SERVFAIL, REFUSED and silence apart (all are EAI_AGAIN in glibc), so the same name is asked for
by a query of our own as well. Opens: one getaddrinfo call for each host; for the first one, per configured resolver
(three at most, as glibc has it), one query each for A, AAAA, a random name under the same domain and a random name with
no domain; A and AAAA at each resolver of `--compare-dns`. No query for an IP address, `hostaddr`, a socket, localhost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import ip_address
from typing import ClassVar

from pgwhy.facts import Record, derived, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network, query, resolve
from pgwhy.network.stream import is_ip_literal, is_socket_path
from pgwhy.probes.dns import resolvers
from pgwhy.probes.dns.resolvers import Answered, ResolverAnswer
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.together import together
from pgwhy.progress import Stage
from pgwhy.target import provider
from pgwhy.target.model import Host, Target
from pgwhy.values import dataclass, replace

__all__ = ["PROBE", "Dns", "DnsOutcome", "HostAddresses", "ResolverAnswer", "observe"]


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
class HostAddresses:
    """What getaddrinfo said about one host."""

    host: str
    port: int
    addresses: tuple[str, ...]
    error: str
    """`EAI_NONAME` ...; empty if it was found, or getaddrinfo did not return in time."""


@dataclass(frozen=True)
class Dns(Record):
    """The host's name, looked up. Of several hosts: the first one that is found, or the first one."""

    name: ClassVar[str] = "dns"

    outcome: DnsOutcome | None = fact("what a client on this machine gets for the name")
    getaddrinfo_error: str | None = fact(
        "getaddrinfo's own code (EAI_NONAME, EAI_AGAIN ...); empty if it found the name"
    )
    addresses: tuple[str, ...] | None = fact("the addresses in the order in which a client tries them")
    time_ms: float | None = fact("how long getaddrinfo took, in milliseconds")
    hosts: tuple[HostAddresses, ...] | None = fact("what getaddrinfo gave for each host of the target")
    answers: tuple[ResolverAnswer, ...] | None = fact("what each resolver says by itself")
    hosts_file_addresses: tuple[str, ...] | None = fact("addresses that the hosts file gives to the name")
    wildcard: bool | None = fact("a random name under the same domain, or with no domain, gets an address as well")
    wildcard_same: bool | None = fact("that random name gets the same addresses as the name itself")
    made_up: bool | None = fact("a random name with no domain gets an address: this resolver makes answers up")

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
    def alias_provider(self) -> provider.Provider | None:
        """the service that the name is an alias (CNAME) of; none if it leads to no known one"""
        if self.answers is None:
            return None
        found = (provider.recognise(name.rstrip(".")).provider for a in self.answers for name in a.canonical)
        return next((each for each in found if each is not provider.Provider.NONE), provider.Provider.NONE)

    @derived
    def alias_of(self) -> str | None:
        """the host name with an endpoint in it that the name is an alias (CNAME) of; empty if it leads to none"""
        if self.answers is None:
            return None
        names = (name.rstrip(".") for a in self.answers for name in a.canonical)
        return next((name for name in names if provider.recognise(name).endpoint), "")

    @derived
    def alias_endpoint(self) -> str | None:
        """the endpoint in that name; empty if it leads to none"""
        return None if self.alias_of is None else provider.recognise(self.alias_of).endpoint

    @derived
    def truncated_dead(self) -> bool | None:
        """a resolver cuts its answer off and gives no more over TCP"""
        return None if self.answers is None else any(a.truncated_dead for a in self.answers)

    @derived
    def ipv6_question_dropped(self) -> bool | None:
        """a resolver answers the question for IPv4 addresses and stays silent about the one for IPv6"""
        if self.answers is None:
            return None
        rcodes = {(a.resolver, a.record): a.rcode for a in self.answers if not a.compared}
        silent = [resolver for (resolver, record), rcode in rcodes.items() if (record, rcode) == ("AAAA", query.SILENT)]
        return any(rcodes.get((resolver, "A"), query.SILENT) != query.SILENT for resolver in silent)

    @derived
    def other_address(self) -> str | None:
        """an address that a resolver asked by itself gives, and that a client here does not get; empty if none"""
        if self.answers is None or self.addresses is None:
            return None
        compared_first = sorted(self.answers, key=lambda a: (not a.compared, a.record))
        given = (address for answer in compared_first for address in answer.addresses)
        return next((address for address in given if address not in self.addresses), "")

    @derived
    def sinkhole(self) -> bool | None:
        """every address is 0.0.0.0 or ::, which no server has: filters answer so for names that they block"""
        return None if self.addresses is None else bool(self.addresses) and set(self.addresses) <= {"0.0.0.0", "::"}  # noqa: S104

    @derived
    def private(self) -> bool | None:
        """every address is private, loopback or link-local"""
        if self.addresses is None:
            return None
        try:
            return bool(self.addresses) and all(ip_address(a.partition("%")[0]).is_private for a in self.addresses)
        except ValueError:  # what is in hostaddr need not be an address
            return None


HEAD_START_S = 0.15
"""getaddrinfo's, and so the login's, before dnspython is imported."""
SLOW_MS = 1000.0
"""A lookup that took longer is worth waiting for what each resolver has to say."""


async def observe(seen: Run, network: Network) -> Dns:
    if seen.proxy:  # the proxy looks the name up
        return Dns(DnsOutcome.SKIPPED, "", (), 0.0, hosts_file_addresses=())
    hosts = seen.hosts
    name = next((host.name for host in hosts if _is_looked_up(host) and host.name.lower() != "localhost"), "")
    if not name:
        return _looked_up(hosts, await together(*(network.lookup(host) for host in hosts)))
    lookups = [asyncio.create_task(network.lookup(host)) for host in hosts]
    questions: list[asyncio.Task[Answered]] = []
    hopeless: asyncio.Task[None] | None = None
    try:
        await asyncio.wait(lookups, timeout=HEAD_START_S)
        questions = await resolvers.ask_all(name, seen, network)
        hopeless = asyncio.create_task(_call_off(name, questions, network))
        found = [await lookup for lookup in lookups]
        patient = not any(f.addresses for f in found) or any(f.ms > SLOW_MS for f in found)
        answered = await resolvers.answers(questions, network, patient=patient or bool(seen.options.compare_dns))
    finally:
        for task in [*lookups, *questions, *([hopeless] if hopeless else [])]:
            task.cancel()
    return _with_answers(_looked_up(hosts, found), name, answered, seen)


async def _call_off(name: str, questions: list[asyncio.Task[Answered]], network: Network) -> None:
    """End the lookup once it is known that no resolver will answer it: getaddrinfo itself waits 10 s, or for ever."""
    answered = [await question for question in questions]
    if resolvers.are_hopeless(a for a in answered if not a.random and not a.answer.compared):
        network.call_off_lookup(name)


def _looked_up(hosts: tuple[Host, ...], found: list[resolve.Lookup]) -> Dns:
    given = list(zip(hosts, found, strict=True))
    named = [lookup for host, lookup in given if _is_looked_up(host)]
    literal = [lookup for host, lookup in given if not _is_looked_up(host)]
    lookup = next((each for each in named if each.addresses), None)
    if lookup is None and (literal or not named):
        addresses = [a for each in literal[:1] for a in each.addresses if a and not is_socket_path(a)]
        return Dns(DnsOutcome.SKIPPED, "", tuple(addresses), 0.0, hosts_file_addresses=())
    lookup = lookup or named[0]
    return Dns(
        outcome=_OUTCOMES.get(lookup.failure, DnsOutcome.TEMPORARY),
        getaddrinfo_error=lookup.error,
        addresses=lookup.addresses,
        time_ms=round(lookup.ms, 2),
        hosts=tuple(
            HostAddresses(host.name, host.port, tuple(filter(None, each.addresses)), each.error) for host, each in given
        ),
    )


def _with_answers(record: Dns, name: str, answered: list[Answered], seen: Run) -> Dns:
    answers = tuple(a.answer for a in answered if not a.random)
    made_up = [a for a in answered if a.random and a.answer.rcode != query.SILENT]
    invented = {address for a in made_up for address in a.answer.addresses}
    top = [a for a in made_up if a.random == "top"]
    return replace(
        record,
        answers=answers,
        hosts_file_addresses=resolve.hosts_file_addresses(name, seen.machine.hosts_file),
        wildcard=bool(invented) if made_up else None,
        wildcard_same=bool(invented & set(record.addresses or ())) if made_up else None,
        made_up=any(a.answer.addresses for a in top) if top else None,
    )


def _is_looked_up(host: Host) -> bool:
    name = host.name.strip("[]")
    return bool(name) and not host.hostaddr and not is_socket_path(name) and not is_ip_literal(name)


_OUTCOMES = {
    None: DnsOutcome.FOUND,
    Failure.NAME_NOT_FOUND: DnsOutcome.NOT_FOUND,
    Failure.NAME_INVALID: DnsOutcome.INVALID,
    Failure.TIMED_OUT: DnsOutcome.TIMED_OUT,
}


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    named = [h.name for h in target.hosts if h.name and not (h.hostaddr or is_ip_literal(h.name.strip("[]")))]
    named = [name for name in dict.fromkeys(named) if not is_socket_path(name)]
    yield from (f"look up {name} with getaddrinfo" for name in named)
    asked = next((name for name in named if name.lower() != "localhost"), "")
    if not asked:
        return
    for resolver in resolve.configured_resolvers(machine.resolver_file):
        random = ", and for two random names that cannot exist" if options.wildcard_check else ""
        yield f"ask the resolver {resolver} for {asked} (A, AAAA){random}"
    for given in options.compare_dns:
        for compared in resolvers.PUBLIC if given == "public" else (given,):
            yield f"ask the resolver {compared} for {asked} (A, AAAA), for comparison"


PROBE = Probe(Dns, observe, Stage.DNS, opens)
