"""The name: getaddrinfo beside queries of our own, against a name server with faults."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pgwhy.facts import Observations
from pgwhy.machine import Machine
from pgwhy.network import Network, query
from pgwhy.probes import dns
from pgwhy.probes.dns import Dns, DnsOutcome, resolvers
from pgwhy.probes.probe import Options
from tests.limits import HANGS_S
from tests.probes.conftest import Look
from tests.servers import NameServer

NAME = "db.acme.test"
RANDOM = "pgwhy-" + "61" * 8


def fixed() -> Network:
    return Network(random=lambda count: b"a" * count)


def record(seen: Observations) -> Dns:
    found = seen.records["dns"]
    assert isinstance(found, Dns)
    return found


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """What getaddrinfo knows; any other name does not exist."""
    known: dict[str, tuple[str, ...]] = {}

    def answer(name: bytes | str, *_: object, **__: object) -> list[tuple[object, ...]]:
        text = name.decode() if isinstance(name, bytes) else name
        if text not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, 0, 0, "", (address, 0)) for address in known[text]]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


@contextmanager
def configured(machine: Machine, *names: NameServer) -> Iterator[tuple[int, ...]]:
    """Configure these name servers on the machine."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        ports = tuple(stack.enter_context(server.running()) for server in names)
        machine.resolver_file.write_text("".join(f"nameserver 127.0.0.1:{port}\n" for port in ports))
        yield ports


def test_a_healthy_name_is_found_and_every_resolver_heard(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    system[NAME] = ("10.0.0.1",)
    server = NameServer({("host.acme.test", "A"): ("10.0.0.1",)}, aliases={NAME: "host.acme.test"})
    with configured(machine, server):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE, network=fixed))
    assert (seen.outcome, seen.getaddrinfo_error, seen.addresses) == (DnsOutcome.FOUND, "", ("10.0.0.1",))
    assert (seen.rcodes, seen.wildcard, seen.made_up, seen.private) == (("NOERROR",), False, False, True)
    assert seen.answers and [a.record for a in seen.answers] == ["A", "AAAA"]
    assert seen.answers[0].canonical == ("host.acme.test",)
    assert set(server.asked) == {(NAME, "A"), (NAME, "AAAA"), (RANDOM, "A"), (f"{RANDOM}.acme.test", "A")}


@pytest.mark.parametrize("rcode", ["NXDOMAIN", "SERVFAIL", "REFUSED"])
def test_the_resolvers_own_words_are_kept_where_getaddrinfo_has_one_for_all(
    rcode: str, look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    with configured(machine, NameServer({(NAME, "A"): rcode, (NAME, "AAAA"): rcode})):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    assert (seen.outcome, seen.getaddrinfo_error) == (DnsOutcome.NOT_FOUND, "EAI_NONAME")
    assert (seen.rcodes, seen.addresses) == ((rcode,), ())


def test_a_dead_first_resolver_is_noticed(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers, "OWN_QUERY_S", 0.3)
    dead = NameServer({(NAME, "A"): None, (NAME, "AAAA"): None})
    alive = NameServer({(NAME, "A"): ("10.0.0.1",)})
    with configured(machine, dead, alive):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    assert (seen.first_resolver_dead, seen.rcodes) == (True, ("NOERROR", "SILENT"))


def test_a_slow_resolver_does_not_keep_a_run_whose_name_was_found(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers, "PATIENCE_S", 0.1)
    system[NAME] = ("10.0.0.1",)
    begin = time.monotonic()
    with configured(machine, NameServer({(NAME, "A"): None, (NAME, "AAAA"): ()})):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    assert seen.outcome is DnsOutcome.FOUND and time.monotonic() - begin < HANGS_S
    assert seen.answers and [a.record for a in seen.answers] == ["AAAA"]


def test_a_resolver_that_answers_what_cannot_exist_is_noticed(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    system[NAME] = ("10.0.0.1",)
    portal = {(NAME, "A"): ("10.0.0.1",), (RANDOM, "A"): ("10.0.0.1",), (f"{RANDOM}.acme.test", "A"): ("10.0.0.1",)}
    with configured(machine, NameServer(portal)):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE, network=fixed))
    assert (seen.wildcard, seen.wildcard_same, seen.made_up) == (True, True, True)


def test_a_wildcard_under_the_own_domain_is_not_made_up(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    system[NAME] = ("10.0.0.1",)
    zone = {(NAME, "A"): ("10.0.0.1",), (f"{RANDOM}.acme.test", "A"): ("10.0.0.7",)}
    with configured(machine, NameServer(zone)):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE, network=fixed))
    assert (seen.wildcard, seen.wildcard_same, seen.made_up) == (True, False, False)


def test_no_random_name_is_asked_for_where_the_user_says_so(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    server = NameServer({(NAME, "A"): ("10.0.0.1",)})
    with configured(machine, server):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE, options=Options(wildcard_check=False)))
    assert set(server.asked) == {(NAME, "A"), (NAME, "AAAA")}
    assert (seen.wildcard, seen.made_up) == (None, None)


def test_a_second_opinion_is_asked_for_the_name_alone(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    other = NameServer({(NAME, "A"): ("192.168.7.7",)})
    with configured(machine, NameServer({})), other.running() as port:
        options = Options(compare_dns=(f"127.0.0.1:{port}",))
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE, options=options))
    assert (seen.rcodes, seen.compared_finds_it) == (("NXDOMAIN",), True)
    assert set(other.asked) == {(NAME, "A"), (NAME, "AAAA")}


def test_the_hosts_file_overrides_what_the_zone_says(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    system[NAME] = ("10.9.9.9",)
    machine.hosts_file.write_text(f"10.9.9.9 {NAME}\n")
    with configured(machine, NameServer({(NAME, "A"): ("10.0.0.1",)})):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    assert (seen.hosts_file_addresses, seen.hosts_file_overrides) == (("10.9.9.9",), True)


def test_an_alias_of_nothing_dangles(look: Look, machine: Machine, system: dict[str, tuple[str, ...]]) -> None:
    with configured(machine, NameServer({}, aliases={NAME: "gone.acme.test"})):
        assert record(look(f"postgresql://a@{NAME}/d", dns.PROBE)).dangling_cname is True


def test_a_truncated_answer_with_a_dead_tcp_side_is_told_while_getaddrinfo_hangs(
    look: Look, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers, "OWN_QUERY_S", 0.3)
    monkeypatch.setattr(Network, "LOOKUP_S", 0.8)
    released = threading.Event()
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lambda name: (released.wait(30), ())[1])
    server = NameServer({(NAME, "A"): ("10.0.0.1",), (NAME, "AAAA"): ()}, cut=True, tcp_answers=False)
    with configured(machine, server):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    released.set()
    assert (seen.outcome, seen.truncated_dead, seen.getaddrinfo_error) == (DnsOutcome.TIMED_OUT, True, "")


def test_a_lookup_that_no_resolver_will_answer_is_not_waited_for(
    look: Look, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers, "OWN_QUERY_S", 0.3)
    monkeypatch.setattr(resolvers, "QUERY_S", 0.3)
    released = threading.Event()
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lambda name: (released.wait(30), ())[1])
    begin = time.monotonic()
    with configured(machine, NameServer({(NAME, "A"): None, (NAME, "AAAA"): None})):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    released.set()
    assert (seen.outcome, seen.rcodes) == (DnsOutcome.TIMED_OUT, ("SILENT",))
    assert time.monotonic() - begin < HANGS_S


def test_a_resolver_that_ignores_the_question_for_ipv6_is_noticed_and_its_address_kept(
    look: Look, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers, "OWN_QUERY_S", 0.3)
    monkeypatch.setattr(Network, "LOOKUP_S", 0.8)
    released = threading.Event()
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lambda name: (released.wait(30), ())[1])
    with configured(machine, NameServer({(NAME, "A"): ("10.0.0.1",), (NAME, "AAAA"): None})):
        seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    released.set()
    assert (seen.outcome, seen.ipv6_question_dropped) == (DnsOutcome.TIMED_OUT, True)
    assert seen.other_address == "10.0.0.1"


@pytest.mark.parametrize(
    ("addresses", "sinkhole"), [(("0.0.0.0",), True), (("0.0.0.0", "10.0.0.1"), False), ((), False)]
)
def test_an_address_that_no_server_has_is_a_sinkhole(addresses: tuple[str, ...], sinkhole: bool) -> None:
    assert Dns(addresses=addresses).sinkhole is sinkhole


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("postgresql://a@127.0.0.1/d", ("127.0.0.1",)),
        ("postgresql://a@[::1]/d", ("::1",)),
        (f"postgresql://a@{NAME}/d?hostaddr=127.0.0.9", ("127.0.0.9",)),
        ("host=/tmp user=a", ()),
        ("user=a", ()),
    ],
)
def test_what_needs_no_lookup_is_skipped_and_nobody_is_asked(
    text: str, addresses: tuple[str, ...], look: Look, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "dnspython", None)
    machine.resolver_file.write_text("nameserver 127.0.0.1:1\n")
    seen = record(look(text, dns.PROBE))
    assert (seen.outcome, seen.addresses, seen.answers) == (DnsOutcome.SKIPPED, addresses, None)


def test_localhost_is_found_and_no_resolver_asked(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    system["localhost"] = ("127.0.0.1",)
    monkeypatch.setattr(query, "dnspython", None)
    seen = record(look("postgresql://a@localhost/d", dns.PROBE))
    assert (seen.outcome, seen.addresses, seen.answers) == (DnsOutcome.FOUND, ("127.0.0.1",), None)


def test_a_name_that_is_none_is_invalid(look: Look, system: dict[str, tuple[str, ...]]) -> None:
    seen = record(look("postgresql://a@db..test/d", dns.PROBE))
    assert seen.outcome is DnsOutcome.INVALID


def test_of_several_hosts_the_first_that_is_found_counts(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    system["two.test"] = ("10.0.0.2",)
    seen = record(look("postgresql://a@one.test:1,two.test:2/d", dns.PROBE))
    assert (seen.outcome, seen.addresses) == (DnsOutcome.FOUND, ("10.0.0.2",))
    assert seen.hosts and [(h.host, h.addresses, h.error) for h in seen.hosts] == [
        ("one.test", (), "EAI_NONAME"),
        ("two.test", ("10.0.0.2",), ""),
    ]


def test_an_address_beside_a_name_that_is_not_found_is_still_a_way(
    look: Look, system: dict[str, tuple[str, ...]]
) -> None:
    seen = record(look("postgresql://a@127.0.0.1:1,gone.test:2/d", dns.PROBE))
    assert (seen.outcome, seen.addresses) == (DnsOutcome.SKIPPED, ("127.0.0.1",))


def test_a_machine_without_a_resolver_file_asks_getaddrinfo_alone(
    look: Look, machine: Machine, system: dict[str, tuple[str, ...]]
) -> None:
    system[NAME] = ("10.0.0.1",)
    assert not machine.resolver_file.exists()
    seen = record(look(f"postgresql://a@{NAME}/d", dns.PROBE))
    assert (seen.outcome, seen.answers, seen.wildcard) == (DnsOutcome.FOUND, (), None)
