"""Our own DNS queries, against a name server with faults."""

from __future__ import annotations

import asyncio
import os
import time

import dns.message
import dns.rcode
import dns.rrset
import pytest

from pgwhy.network import query
from pgwhy.network.query import Reply
from pgwhy.network.resolve import Resolver
from tests.limits import HANGS_S
from tests.servers import NameServer, closed_port

NAME = "db.test"


def ask(server: NameServer, record: str = "A", name: str = NAME, limit_s: float = 2.0) -> Reply:
    async def main(port: int) -> Reply:
        await query.dnspython.ready()
        return await query.ask(name, record, Resolver("127.0.0.1", port), limit_s, time.monotonic, os.urandom)

    with server.running() as port:
        return asyncio.run(main(port))


def test_addresses_of_both_families_come() -> None:
    table = {(NAME, "A"): ("10.0.0.1", "10.0.0.2"), (NAME, "AAAA"): ("2001:db8::1",)}
    first, second = ask(NameServer(table)), ask(NameServer(table), "AAAA")
    assert (first.rcode, sorted(first.addresses)) == ("NOERROR", ["10.0.0.1", "10.0.0.2"])
    assert second.addresses == ("2001:db8::1",)


def test_no_record_of_that_kind_is_no_error() -> None:
    found = ask(NameServer({(NAME, "A"): ("10.0.0.1",)}), "AAAA")
    assert (found.rcode, found.addresses) == ("NOERROR", ())


@pytest.mark.parametrize("rcode", ["NXDOMAIN", "SERVFAIL", "REFUSED"])
def test_refusals_are_told_apart(rcode: str) -> None:
    assert ask(NameServer({(NAME, "A"): rcode})).rcode == rcode


def test_the_chain_of_aliases_is_kept_in_order() -> None:
    server = NameServer({("c.test", "A"): ("10.0.0.1",)}, aliases={NAME: "b.test", "b.test": "c.test"})
    found = ask(server)
    assert (found.canonical, found.addresses) == (("b.test", "c.test"), ("10.0.0.1",))


def test_an_alias_of_nothing_gives_the_alias_and_no_address() -> None:
    found = ask(NameServer({}, aliases={NAME: "gone.test"}))
    assert (found.rcode, found.canonical, found.addresses) == ("NXDOMAIN", ("gone.test",), ())


def test_silence_is_asked_twice_and_then_called_silence() -> None:
    server = NameServer({(NAME, "A"): None})
    found = ask(server, limit_s=0.4)
    assert found.rcode == "SILENT" and 390 <= found.ms < HANGS_S * 1000
    assert server.asked == [(NAME, "A")] * 2


def test_nothing_listening_is_silence_without_waiting() -> None:
    async def main() -> Reply:
        await query.dnspython.ready()
        resolver = Resolver("127.0.0.1", closed_port())
        return await query.ask(NAME, "A", resolver, 2 * HANGS_S, time.monotonic, os.urandom)

    found = asyncio.run(main())
    assert found.rcode == "SILENT" and found.ms < HANGS_S * 1000


def test_garbage_is_called_garbage() -> None:
    assert ask(NameServer({(NAME, "A"): b"HTTP/1.1 400 Bad Request"})).rcode == "GARBAGE"


def test_a_refusal_without_the_question_is_understood() -> None:
    """As RFC 1035 allows; dnspython takes it for an answer to any question."""

    def refusal(asked: dns.message.Message) -> bytes:
        answer = dns.message.make_response(asked)
        answer.question = []
        answer.set_rcode(dns.rcode.SERVFAIL)
        return answer.to_wire()

    assert ask(NameServer({(NAME, "A"): refusal})).rcode == "SERVFAIL"


@pytest.mark.parametrize("kind", ["CH", "CLASS7"])
def test_records_of_another_class_are_no_addresses(kind: str) -> None:
    def odd(asked: dns.message.Message) -> bytes:
        answer = dns.message.make_response(asked)
        value = "a.example. 0102" if kind == "CH" else "\\# 4 0a000001"
        answer.answer.append(dns.rrset.from_text(f"{NAME}.", 60, kind, "A", value))
        return answer.to_wire()

    found = ask(NameServer({(NAME, "A"): odd}))
    assert (found.rcode, found.addresses) == ("NOERROR", ())


def test_an_answer_that_is_cut_off_is_fetched_over_tcp() -> None:
    found = ask(NameServer({(NAME, "A"): ("10.0.0.1",)}, cut=True))
    assert (found.addresses, found.truncated_dead) == (("10.0.0.1",), False)


def test_an_answer_that_is_cut_off_with_a_dead_tcp_side_says_so_in_time() -> None:
    found = ask(NameServer({(NAME, "A"): ("10.0.0.1",)}, cut=True, tcp_answers=False), limit_s=0.4)
    assert found.truncated_dead and found.addresses == () and found.ms < HANGS_S * 1000


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".test"])
def test_a_name_that_cannot_be_asked_for_raises_nothing(name: str) -> None:
    assert ask(NameServer({}), name=name).rcode == "GARBAGE"
