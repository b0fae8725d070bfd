"""A DNS query of our own to one resolver: UDP, and TCP where the answer is cut off (RFC 1035, 4.2).

getaddrinfo cannot tell SERVFAIL, REFUSED and silence apart; this can. No EDNS, as glibc asks by default, so that an
answer is cut off where the client's would be.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from pgwhy.network import background
from pgwhy.network.resolve import Resolver
from pgwhy.network.stream import Broken, bounded, connect, read_exactly
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from dns.message import Message

SILENT = "SILENT"
GARBAGE = "GARBAGE"
MAX_ALIASES = 16
"""Longer CNAME chains are loops (dnspython and BIND stop at the same)."""


@dataclass(frozen=True)
class Reply:
    """What one resolver said."""

    rcode: str
    """`NOERROR`, `NXDOMAIN` ...; `SILENT` for no answer, `GARBAGE` for what is no DNS message."""
    addresses: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()
    """The CNAME chain, in order, without the name itself."""
    ms: float = 0.0
    truncated_dead: bool = False
    """The answer was cut off, and TCP, where the rest is, did not answer."""


def _import() -> None:
    import dns.message
    import dns.rcode
    import dns.rdatatype  # noqa: F401


dnspython = background.Preparation(_import)
"""On a thread: 90 ms that would keep the event loop from the login."""


async def ask(
    name: str,
    record: str,
    resolver: Resolver,
    limit_s: float,
    clock: Callable[[], float],
    random: Callable[[int], bytes],
) -> Reply:
    """Ask for the A or AAAA records of an absolute name. Sends the query again half-way; never raises.

    A name that cannot be put into a query gives the rcode `GARBAGE`. Wait for `dnspython` before.
    """
    import dns.exception
    import dns.message

    begin = clock()
    try:
        wanted = dns.message.make_query(name.rstrip(".") + ".", record, id=int.from_bytes(random(2), "big"))
    except (dns.exception.DNSException, UnicodeError):
        return Reply(GARBAGE)
    try:
        answer = await _over_udp(wanted, resolver, limit_s)
        cut_off = bool(answer.flags & _TC)
        if cut_off:
            answer, cut_off = await _over_tcp(wanted, resolver, limit_s - (clock() - begin), answer)
        return _reply(answer, wanted, (clock() - begin) * 1000, truncated_dead=cut_off)
    except Broken:
        return Reply(SILENT, ms=(clock() - begin) * 1000)
    except (dns.exception.DNSException, struct.error, ValueError):
        return Reply(GARBAGE, ms=(clock() - begin) * 1000)


async def _over_udp(wanted: Message, resolver: Resolver, limit_s: float) -> Message:
    import dns.message

    wire = wanted.to_wire()
    loop = asyncio.get_running_loop()
    async with bounded(limit_s):
        # Connected, so that only this resolver's packets arrive, and a closed port is heard of.
        family = socket.AF_INET6 if ":" in resolver.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            client.setblocking(False)
            client.connect((resolver.address, resolver.port))
            await loop.sock_sendall(client, wire)
            again = loop.call_later(limit_s / 2, _send_again, client, wire)
            try:
                while True:
                    answer = dns.message.from_wire(await loop.sock_recv(client, 65535), ignore_trailing=True)
                    if wanted.is_response(answer):
                        return answer
            finally:
                again.cancel()


async def _over_tcp(wanted: Message, resolver: Resolver, limit_s: float, short: Message) -> tuple[Message, bool]:
    """The whole answer, or the one that was cut off and True where TCP gives none."""
    import dns.message

    try:
        async with bounded(limit_s):
            stream = await connect(resolver.address, resolver.port, limit_s)
            try:
                wire = wanted.to_wire()
                await stream.send(struct.pack("!H", len(wire)) + wire, limit_s)
                (length,) = struct.unpack("!H", await read_exactly(stream, 2, limit_s))
                answer = dns.message.from_wire(await read_exactly(stream, length, limit_s), ignore_trailing=True)
            finally:
                stream.abort()
    except Broken:
        return short, True
    return (answer, False) if wanted.is_response(answer) else (short, True)


def _reply(answer: Message, wanted: Message, ms: float, *, truncated_dead: bool) -> Reply:
    import dns.rcode
    import dns.rdatatype

    asked = wanted.question[0]  # a refusal may come without the question
    # A record of another class than IN has other fields.
    records = [rr for rr in answer.answer if rr.rdclass == asked.rdclass]
    aliases = {rr.name: rr[0].target for rr in records if rr.rdtype == dns.rdatatype.CNAME and len(rr)}
    name = asked.name
    chain: list[str] = []
    while name in aliases and len(chain) < MAX_ALIASES:
        name = aliases[name]
        chain.append(name.to_text(omit_final_dot=True))
    addresses = [item.address for rr in records if rr.rdtype == asked.rdtype and rr.name == name for item in rr]
    return Reply(dns.rcode.to_text(answer.rcode()), tuple(addresses), tuple(chain), ms, truncated_dead)


def _send_again(client: socket.socket, wire: bytes) -> None:
    try:
        client.send(wire)
    except OSError:
        return  # the reader meets the same error and reports it


_TC = 0x0200
"""The flag of an answer that was cut off (RFC 1035, 4.1.1)."""
