"""What a resolver answers, over UDP."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import dns.message
import dns.rrset
from hypothesis import strategies as st

from pgwhy.failure import Failure
from pgwhy.network import query
from pgwhy.network.resolve import Resolver
from pgwhy.network.stream import Broken
from pgwhy.redaction import Redactor
from tests.fuzz.damage import damaged
from tests.fuzz.invariants import plain
from tests.fuzz.places import done

NAME = "db.example.com"


def attempt(raw: bytes) -> None:
    async def over_udp(wanted: dns.message.Message, resolver: Resolver, limit_s: float) -> dns.message.Message:
        answer = dns.message.from_wire(raw, ignore_trailing=True)
        if not wanted.is_response(answer):
            raise Broken(Failure.TIMED_OUT)
        return answer

    async def over_tcp(
        wanted: dns.message.Message, resolver: Resolver, limit_s: float, short: dns.message.Message
    ) -> tuple[dns.message.Message, bool]:
        return short, True

    with mock.patch.multiple(query, _over_udp=over_udp, _over_tcp=over_tcp):
        for record in ("A", "AAAA"):
            said = query.ask(NAME, record, Resolver("127.0.0.1"), 1.0, lambda: 0.0, bytes)
            reply = done(said)
            plain(Redactor().clean(" ".join((reply.rcode, *reply.addresses, *reply.canonical))))


def seeds() -> Iterator[bytes]:
    for record, address in (("A", "192.0.2.7"), ("AAAA", "2001:db8::7")):
        answer = dns.message.make_response(dns.message.make_query(f"{NAME}.", record, id=0))
        answer.answer.append(dns.rrset.from_text(f"{NAME}.", 60, "IN", "CNAME", "real.example.com."))
        answer.answer.append(dns.rrset.from_text("real.example.com.", 60, "IN", record, address))
        yield answer.to_wire()


def inputs() -> st.SearchStrategy[bytes]:
    return damaged(seeds()) | st.binary(max_size=120)
