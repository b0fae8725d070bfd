"""The port: each way in which an address can answer, and what that means for a client that goes in order."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pgwhy.client import LIBPQ_HERE, Addresses
from pgwhy.failure import Failure
from pgwhy.network import Network
from pgwhy.network.resolve import Lookup
from pgwhy.probes import tcp
from pgwhy.probes.tcp import Reach, Tcp
from pgwhy.target.model import Host
from tests import servers
from tests.limits import HANGS_S
from tests.probes.conftest import Look

NODE = dataclasses.replace(
    LIBPQ_HERE, id="node-postgres", title="node-postgres", family="node", guessed=True, timeout_per_address=False
)


def record(seen: object) -> Tcp:
    found = seen.records["tcp"]  # type: ignore[attr-defined]
    assert isinstance(found, Tcp)
    return found


def several(*addresses: str) -> type[Network]:
    """A network where every name has these addresses."""

    class Resolved(Network):
        async def lookup(self, host: Host) -> Lookup:
            return Lookup(addresses, "", None, 0.1)

    return Resolved


def test_an_open_port_connects_and_gets_no_byte(look: Look) -> None:
    got: list[bytes] = []
    with servers.serving(lambda connection: got.append(connection.recv(100))) as port:
        seen = record(look(f"postgresql://a@127.0.0.1:{port}/d", tcp.PROBE))
    assert (seen.outcome, seen.ipv4, seen.ipv6, seen.loopback) == (Reach.ALL, Reach.ALL, Reach.ABSENT, True)
    assert seen.attempts and seen.attempts[0].local.startswith("127.0.0.1:")
    assert got in ([], [b""])


def test_a_closed_port_refuses(look: Look) -> None:
    seen = record(look(f"postgresql://a@127.0.0.1:{servers.closed_port()}/d", tcp.PROBE))
    assert (seen.outcome, seen.failure, seen.connect_ms) == (Reach.NONE, Failure.REFUSED, None)
    assert (seen.client_delay_s, seen.client_gives_up) == (None, False)


def test_a_black_hole_times_out_within_its_budget(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "BUDGET_S", 0.4)
    with servers.full_backlog() as port:
        seen = record(look(f"postgresql://a@127.0.0.1:{port}/d", tcp.PROBE))
    assert seen.failure is Failure.TIMED_OUT
    assert seen.attempts and 350 <= seen.attempts[0].ms < HANGS_S * 1000


def test_connect_timeout_of_the_target_shortens_the_wait(look: Look) -> None:
    with servers.full_backlog() as port:
        seen = record(look(f"postgresql://a@127.0.0.1:{port}/d?connect_timeout=1", tcp.PROBE))
    assert seen.attempts and 900 <= seen.attempts[0].ms < HANGS_S * 1000


def test_eight_black_holes_share_one_budget(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "BUDGET_S", 2.0)
    with servers.full_backlog() as port:
        resolved = several(*["127.0.0.1"] * 9)
        seen = record(look(f"postgresql://a@db.test:{port}/d", tcp.PROBE, network=resolved))
    assert seen.attempts and len(seen.attempts) == tcp.MAX_ADDRESSES
    assert sum(attempt.ms for attempt in seen.attempts) < 8 * 1500


def test_the_addresses_are_tried_in_turn_of_families_and_told_in_the_clients_order(look: Look) -> None:
    network: list[Network] = []

    def resolved() -> Network:
        network.append(several("127.0.0.1", "127.0.0.2", "::1")())
        return network[0]

    with servers.serving(servers.silent) as port:
        seen = record(look(f"postgresql://a@db.test:{port}/d", tcp.PROBE, network=resolved))
    assert seen.attempts
    assert [attempt.address for attempt in seen.attempts] == ["127.0.0.1", "127.0.0.2", "::1"]
    assert (seen.ipv6, seen.outcome) == (Reach.NONE, Reach.SOME)
    assert {span.label for span in network[0].timeline.spans} >= {f"127.0.0.1:{port}", f"[::1]:{port}"}


def test_one_answer_shortens_the_wait_for_the_others(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "AFTER_SUCCESS_S", 0.2)
    with servers.full_backlog() as hole, servers.serving(servers.silent) as port:
        seen = record(look(f"host=127.0.0.1,127.0.0.1 port={hole},{port}", tcp.PROBE))
    assert seen.attempts and [a.failure for a in seen.attempts] == [Failure.TIMED_OUT, None]
    assert seen.attempts[0].ms < tcp.BUDGET_S * 1000


def test_libpq_waits_out_a_dead_address_before_it_gets_to_the_next(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "AFTER_SUCCESS_S", 0.1)
    with servers.full_backlog() as hole, servers.serving(servers.silent) as port:
        hosts = f"host=127.0.0.1,127.0.0.1 port={hole},{port}"
        without = record(look(hosts, tcp.PROBE))
        with_limit = record(look(f"{hosts} connect_timeout=5", tcp.PROBE))
    # Nobody waits two minutes, so a client that would connect after them counts as giving up.
    assert (without.client_delay_s, without.client_gives_up) == (130.0, True)
    assert (with_limit.client_delay_s, with_limit.client_gives_up) == (5.0, False)


def test_a_client_with_one_limit_for_everything_gives_up(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "AFTER_SUCCESS_S", 0.1)
    prisma = dataclasses.replace(NODE, id="prisma", connect_timeout_s=5.0)
    with servers.full_backlog() as hole, servers.serving(servers.silent) as port:
        seen = record(look(f"host=127.0.0.1,127.0.0.1 port={hole},{port}", tcp.PROBE, client=prisma))
    assert seen.client_gives_up is True


def test_a_client_that_gives_each_address_250_ms_gets_past_a_dead_one(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tcp, "AFTER_SUCCESS_S", 0.1)
    node = dataclasses.replace(NODE, per_address_ms=250.0, connect_timeout_s=0.0)
    with servers.full_backlog() as hole, servers.serving(servers.silent) as port:
        seen = record(look(f"host=127.0.0.1,127.0.0.1 port={hole},{port}", tcp.PROBE, client=node))
    assert (seen.client_delay_s, seen.client_gives_up) == (0.25, False)


def test_java_takes_one_address_and_prefers_ipv4(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "AFTER_SUCCESS_S", 0.1)
    java = dataclasses.replace(NODE, id="pgjdbc", addresses=Addresses.FIRST_IPV4, connect_timeout_s=10.0)
    with servers.serving(servers.silent) as port:
        broken = look(f"postgresql://a@db.test:{port}/d", tcp.PROBE, client=java, network=several("::1", "127.0.0.1"))
    assert (record(broken).client_delay_s, record(broken).client_gives_up) == (0.0, False)


def test_a_client_that_takes_one_address_never_gets_to_the_one_that_answers(look: Look) -> None:
    first = dataclasses.replace(NODE, id="pgjdbc", addresses=Addresses.FIRST, connect_timeout_s=10.0)
    with servers.serving(servers.silent) as port:
        seen = look(f"postgresql://a@db.test:{port}/d", tcp.PROBE, client=first, network=several("::1", "127.0.0.1"))
    assert (record(seen).outcome, record(seen).client_gives_up) == (Reach.SOME, True)


def test_such_a_client_waits_longer_for_the_last_address(look: Look) -> None:
    """With next to no time for each address, the one that answers is met only where it comes last."""
    node = dataclasses.replace(NODE, per_address_ms=1e-6, connect_timeout_s=0.0)
    closed = servers.closed_port()
    with servers.serving(servers.silent) as port:
        last = record(look(f"host=127.0.0.1,127.0.0.1 port={closed},{port}", tcp.PROBE, client=node))
        first = record(look(f"host=127.0.0.1,127.0.0.1 port={port},{closed}", tcp.PROBE, client=node))
    assert (last.client_gives_up, first.client_gives_up) == (False, True)
    assert first.first_answers is True


def test_a_unix_socket_is_an_address(look: Look, tmp_path: Path) -> None:
    with servers.serving_on_path(servers.silent, tmp_path / ".s.PGSQL.5432"):
        seen = record(look(f"host={tmp_path} user=a", tcp.PROBE))
    assert seen.attempts and seen.attempts[0].address == f"{tmp_path}/.s.PGSQL.5432"
    assert (seen.outcome, seen.loopback) == (Reach.ALL, False)


def test_a_missing_unix_socket_says_so(look: Look, tmp_path: Path) -> None:
    assert record(look(f"host={tmp_path} user=a", tcp.PROBE)).failure is Failure.SOCKET_MISSING


def test_a_name_without_addresses_leaves_nothing_to_try(look: Look) -> None:
    seen = record(look("postgresql://a@db.test/d", tcp.PROBE, network=several()))
    assert (seen.attempts, seen.outcome, seen.first_answers) == ((), Reach.ABSENT, None)
