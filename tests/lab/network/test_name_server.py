"""The name server, asked by dnspython on loopback and by the true getaddrinfo in a network of its own."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from pgwhy.lab.network.cable import RESOLVERS
from pgwhy.lab.network.name_server import Habit, Name, NameServer, Question
from pgwhy.lab.network.namespace import Namespace, Ran, is_permitted
from tests import parts
from tests.limits import HANGS_S

BOTH = ("10.77.0.1", "fd77::1")
DB = "db.example.net"


def test_both_kinds_of_address_are_given() -> None:
    with NameServer({DB: Name(BOTH)}) as server:
        assert addresses(ask(server, DB, "A")) == ["10.77.0.1"]
        assert addresses(ask(server, DB, "AAAA")) == ["fd77::1"]


def test_it_answers_as_a_resolver_and_not_as_the_owner_of_the_zone() -> None:
    with NameServer({DB: Name(BOTH)}) as server:
        flags = ask(server, DB).flags
    assert flags & dns.flags.RA
    assert not flags & dns.flags.AA


def test_case_and_the_last_dot_make_no_difference() -> None:
    with NameServer({"DB.example.net.": Name(BOTH)}) as server:
        assert addresses(ask(server, "db.EXAMPLE.net")) == ["10.77.0.1"]


def test_a_name_with_ipv4_alone_has_no_data_for_ipv6() -> None:
    with NameServer({DB: Name(("10.77.0.1",))}) as server:
        answer = ask(server, DB, "AAAA")
    assert (answer.rcode(), answer.answer) == (dns.rcode.NOERROR, [])


@pytest.mark.parametrize("habit", [Habit.NXDOMAIN, Habit.SERVFAIL, Habit.REFUSED])
def test_a_name_can_be_refused_in_three_ways(habit: Habit) -> None:
    with NameServer({DB: Name(BOTH, habit=habit)}) as server:
        answer = ask(server, DB)
    assert dns.rcode.to_text(answer.rcode()) == habit.upper()
    assert answer.answer == []


def test_an_unknown_name_does_not_exist() -> None:
    with NameServer({}) as server:
        assert ask(server, DB).rcode() == dns.rcode.NXDOMAIN


def test_otherwise_is_for_every_name() -> None:
    with NameServer({DB: Name(BOTH)}, otherwise=Name(("10.77.0.9",))) as server:
        assert addresses(ask(server, "never-heard-of.example")) == ["10.77.0.9"]
        assert addresses(ask(server, DB)) == ["10.77.0.1"]


def test_a_chain_of_aliases_is_followed() -> None:
    names = {"www.example.net": Name(alias="lb.example.net"), "lb.example.net": Name(alias=DB), DB: Name(BOTH)}
    with NameServer(names) as server:
        answer = ask(server, "www.example.net")
    kinds = [dns.rdatatype.to_text(records.rdtype) for records in answer.answer]
    assert kinds == ["CNAME", "CNAME", "A"]


def test_an_alias_to_nowhere_is_given_with_nxdomain() -> None:
    with NameServer({"www.example.net": Name(alias="gone.example.net")}) as server:
        answer = ask(server, "www.example.net")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert answer.answer[0].to_text() == "www.example.net. 60 IN CNAME gone.example.net."


def test_an_alias_that_goes_round_ends() -> None:
    names = {"a.example": Name(alias="b.example"), "b.example": Name(alias="a.example")}
    with NameServer(names) as server:
        assert ask(server, "a.example").rcode() == dns.rcode.NOERROR


def test_silence_is_for_the_questions_that_it_is_about() -> None:
    with NameServer({DB: Name(BOTH, habit=Habit.AAAA_DROPPED)}) as server:
        assert addresses(ask(server, DB, "A")) == ["10.77.0.1"]
        with pytest.raises(dns.exception.Timeout):
            ask(server, DB, "AAAA", limit_s=0.2)


def test_a_silent_name_gets_no_answer() -> None:
    with NameServer({DB: Name(BOTH, habit=Habit.SILENT)}) as server, pytest.raises(dns.exception.Timeout):
        ask(server, DB, limit_s=0.2)


def test_garbage_is_no_dns_message() -> None:
    with NameServer({DB: Name(habit=Habit.GARBAGE)}) as server, pytest.raises(dns.exception.DNSException) as raised:
        ask(server, DB, limit_s=0.5)
    assert not isinstance(raised.value, dns.exception.Timeout)


def test_a_truncated_answer_is_whole_over_tcp() -> None:
    with NameServer({DB: Name(BOTH, habit=Habit.TRUNCATED)}) as server:
        cut = ask(server, DB)
        assert cut.flags & dns.flags.TC
        whole, over_tcp = dns.query.udp_with_fallback(question(DB, "A"), server.host, 1, server.port)
        assert (addresses(whole), over_tcp) == (["10.77.0.1"], True)
        assert server.asked == [Question(DB, "A", False), Question(DB, "A", False), Question(DB, "A", True)]


def test_the_tcp_side_can_be_silent() -> None:
    with NameServer({DB: Name(BOTH, habit=Habit.TRUNCATED_TCP_SILENT)}) as server:
        assert ask(server, DB).flags & dns.flags.TC
        with pytest.raises(dns.exception.Timeout):
            dns.query.tcp(question(DB, "A"), server.host, 0.2, server.port)


def test_the_tcp_side_can_be_closed() -> None:
    with NameServer({DB: Name(BOTH)}, tcp=False) as server:
        assert addresses(ask(server, DB)) == ["10.77.0.1"]
        with pytest.raises(ConnectionRefusedError):
            dns.query.tcp(question(DB, "A"), server.host, 1, server.port)


def test_more_than_a_datagram_holds_is_cut_off_by_itself() -> None:
    many = Name(tuple(f"10.77.1.{last}" for last in range(1, 61)))
    with NameServer({DB: many}) as server:
        assert ask(server, DB).flags & dns.flags.TC
        whole, _ = dns.query.udp_with_fallback(question(DB, "A"), server.host, 1, server.port)
        assert len(addresses(whole)) == 60


def test_a_delayed_answer_comes_late_and_holds_up_nobody() -> None:
    with NameServer({DB: Name(BOTH, delay_s=1.5), "fast.example": Name(BOTH)}) as server:
        begin = time.monotonic()
        ask(server, "fast.example")
        assert time.monotonic() - begin < 1.4
        ask(server, DB, limit_s=HANGS_S)
        assert time.monotonic() - begin > 1.5


def test_bytes_that_are_no_question_get_no_answer_and_do_no_harm() -> None:
    with NameServer({DB: Name(BOTH)}) as server:
        with pytest.raises(dns.exception.Timeout):
            dns.query.udp(Broken(), server.host, 0.2, server.port)
        assert addresses(ask(server, DB)) == ["10.77.0.1"]


# The true getaddrinfo


SAID = {
    "answer.example": ["10.77.0.1", "fd77::1"],
    "chain.example": ["10.77.0.1", "fd77::1"],
    "truncated.example": ["10.77.0.1", "fd77::1"],
    "ipv6.example": ["fd77::1"],
    "unheard-of.example": "EAI_NONAME",
    "dangling.example": "EAI_NONAME",
    "nodata.example": "EAI_NODATA",
    "servfail.example": "EAI_AGAIN",
    "refused.example": "EAI_AGAIN",
    "silent.example": "EAI_AGAIN",
    "garbage.example": "EAI_AGAIN",
    # After a while in which nothing comes for IPv6.
    "aaaa-dropped.example": ["10.77.0.1"],
}
HANGING = "truncated-tcp-silent.example"


@pytest.fixture(scope="module")
def looked_up() -> dict[str, Ran]:
    """All names at once: most of the time is waiting."""
    parts.permitted(is_permitted())
    habits = {f"{habit}.example": {"addresses": BOTH, "habit": habit} for habit in Habit if habit != Habit.NXDOMAIN}
    names = habits | {
        "chain.example": {"alias": "answer.example"},
        "dangling.example": {"alias": "nowhere.example"},
        "ipv6.example": {"addresses": ["fd77::1"]},
        "nodata.example": {},
    }
    with Namespace(resolver_options="timeout:1 attempts:1") as network, ThreadPoolExecutor() as pool:
        network.serve({"names": [{"hosts": [RESOLVERS[0]], "names": names}]})
        commands = {name: [sys.executable, "-Ic", LOOK_UP, name] for name in (*SAID, HANGING)}
        runs = {name: pool.submit(network.run, command, limit_s=4.5) for name, command in commands.items()}
        return {name: run.result() for name, run in runs.items()}


@pytest.mark.parametrize("name", SAID)
def test_getaddrinfo_says(name: str, looked_up: dict[str, Ran]) -> None:
    assert json.loads(looked_up[name].stdout) == SAID[name], looked_up[name].stderr


def test_getaddrinfo_hangs_where_the_rest_would_come_over_a_silent_tcp(looked_up: dict[str, Ran]) -> None:
    assert looked_up[HANGING].status is None


LOOK_UP = """
import json, socket, sys
try:
    found = sorted({place[0] for *_, place in socket.getaddrinfo(sys.argv[1], 5432)})
except socket.gaierror as error:
    found = next(n for n in ("EAI_NONAME", "EAI_NODATA", "EAI_AGAIN", "EAI_FAIL") if getattr(socket, n) == error.errno)
print(json.dumps(found))
"""


class Broken(dns.message.QueryMessage):
    """A question whose bytes are none."""

    def to_wire(self, *_: object, **__: object) -> bytes:
        return b"\0" * 5


def question(name: str, kind: str) -> dns.message.Message:
    return dns.message.make_query(name, kind, use_edns=False)


def ask(server: NameServer, name: str, kind: str = "A", limit_s: float = 2.0) -> dns.message.Message:
    return dns.query.udp(question(name, kind), server.host, limit_s, server.port)


def addresses(answer: dns.message.Message) -> list[str]:
    kinds = (dns.rdatatype.A, dns.rdatatype.AAAA)
    return [record.to_text() for records in answer.answer if records.rdtype in kinds for record in records]
