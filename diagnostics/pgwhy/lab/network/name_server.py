"""A DNS server of our own, over UDP and TCP, that answers wrongly where it is told to.

It answers as the resolver of a network does, not as the owner of a zone: recursion is available, and an alias is
followed. What a zone can express is written as its data: only IPv4 or only IPv6 addresses, an alias, a chain of them,
an alias that leads nowhere, a name without addresses. The rest is a `Habit`, for one name or for all.

    names = {"db.example.net": Name(("10.77.0.1", "fd77::1")), "www.example.net": Name(alias="db.example.net")}
    with NameServer(names, otherwise=Name(habit=Habit.SERVFAIL)) as server:
        ...  # 127.0.0.1, server.port
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from pgwhy.lab.sockets.door import Door, exactly, watching

_TTL_S = 60
_MAX_ALIASES = 8
_PLAIN_UDP_BYTES = 512
_MAX_QUERY_BYTES = 4096
_PORT_TRIES = 5


class Habit(StrEnum):
    """What the server does with a question for a name."""

    ANSWER = "answer"
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    SILENT = "silent"
    AAAA_DROPPED = "aaaa-dropped"
    """Silent about IPv6 addresses, as some home routers and load balancers are."""
    TRUNCATED = "truncated"
    """Over UDP only the sign that there is more; the answer over TCP."""
    TRUNCATED_TCP_SILENT = "truncated-tcp-silent"
    """The same, and over TCP no answer ever."""
    GARBAGE = "garbage"
    """Bytes that are no DNS message."""


@dataclass(frozen=True)
class Name:
    """What the server has for one name. Nothing in it: the name exists, and has no addresses (NODATA)."""

    addresses: tuple[str, ...] = ()
    alias: str = ""
    """The name that this one is a CNAME of."""
    habit: Habit = Habit.ANSWER
    delay_s: float = 0.0


@dataclass(frozen=True)
class Question:
    """What somebody asked."""

    name: str
    """In lower case, without the last dot."""
    kind: str
    """`A`, `AAAA` ..."""
    over_tcp: bool


UNKNOWN = Name(habit=Habit.NXDOMAIN)


class NameServer:
    """A context manager. `otherwise` is for all names that are not in `names`: with addresses in it the server answers
    every name (a wildcard, a captive portal). Without `tcp` connections are refused.

    Port 0: an ephemeral one, the same over UDP and TCP; once it is entered `port` says which.
    """

    def __init__(
        self,
        names: Mapping[str, Name],
        *,
        otherwise: Name = UNKNOWN,
        host: str = "127.0.0.1",
        port: int = 0,
        tcp: bool = True,
    ) -> None:
        self.names = {_plain(name): given for name, given in names.items()}
        self.otherwise = otherwise
        self.host = host
        self.port = port
        self.tcp = tcp
        self.asked: list[Question] = []
        """What came, in order."""
        self._parts = contextlib.ExitStack()

    def __enter__(self) -> NameServer:
        with contextlib.ExitStack() as parts:
            datagrams, door = self._places()
            parts.enter_context(datagrams)
            self.port = int(datagrams.getsockname()[1])
            parts.enter_context(watching([datagrams], self._answer_datagram))
            if self.tcp:
                parts.push(door)
            else:
                door.__exit__(None, None, None)
            self._parts = parts.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._parts.close()

    def _places(self) -> tuple[socket.socket, Door]:
        """One port for both. Raises `OSError`."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        for tries_left in reversed(range(1 if self.port else _PORT_TRIES)):
            door = Door(self._answer_connection, (self.host,), self.port).__enter__()
            datagrams = socket.socket(family, socket.SOCK_DGRAM)
            try:
                datagrams.bind((self.host, door.port))
            except OSError as error:
                datagrams.close()
                door.__exit__(None, None, None)
                if error.errno != errno.EADDRINUSE or not tries_left:
                    raise
                continue
            return datagrams, door
        raise AssertionError("the last try returns or raises")

    def _answer_datagram(self, datagrams: socket.socket) -> None:
        data, sender = datagrams.recvfrom(_MAX_QUERY_BYTES)
        reply, delay_s = self._answer(data, over_tcp=False)
        if reply is not None and delay_s:
            late = threading.Timer(delay_s, _send_if_open, (datagrams, reply, sender))
            late.daemon = True
            late.start()
        elif reply is not None:
            _send_if_open(datagrams, reply, sender)

    def _answer_connection(self, connection: socket.socket) -> None:
        while True:
            (length,) = struct.unpack("!H", exactly(connection, 2))
            reply, delay_s = self._answer(exactly(connection, length), over_tcp=True)
            time.sleep(delay_s)
            if reply is not None:
                connection.sendall(struct.pack("!H", len(reply)) + reply)

    def _answer(self, data: bytes, over_tcp: bool) -> tuple[bytes | None, float]:
        """What goes back, `None` for nothing, and after how many seconds."""
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return None, 0.0
        if not query.question:
            return _plain_reply(query, dns.rcode.FORMERR).to_wire(), 0.0
        asked = query.question[0]
        name = _plain(asked.name.to_text())
        self.asked.append(Question(name, dns.rdatatype.to_text(asked.rdtype), over_tcp))
        given = self.names.get(name, self.otherwise)
        return self._reply(query, given, over_tcp), given.delay_s

    def _reply(self, query: dns.message.Message, given: Name, over_tcp: bool) -> bytes | None:
        habit, kind = given.habit, query.question[0].rdtype
        if habit is Habit.SILENT or (habit is Habit.AAAA_DROPPED and kind == dns.rdatatype.AAAA):
            return None
        if habit is Habit.GARBAGE:
            return b"\xff" * 40
        if habit in _RCODES:
            return _plain_reply(query, _RCODES[habit]).to_wire()
        if habit in (Habit.TRUNCATED, Habit.TRUNCATED_TCP_SILENT) and not over_tcp:
            cut = _plain_reply(query)
            cut.flags |= dns.flags.TC
            return cut.to_wire()
        if habit is Habit.TRUNCATED_TCP_SILENT:
            return None
        reply = self._resolved(query, given)
        most = 65_535 if over_tcp else max(_PLAIN_UDP_BYTES, query.payload if query.edns >= 0 else 0)
        # In the order in which they are written: which address a client meets first must not be chance.
        return reply.to_wire(max_size=most, prefer_truncation=True, want_shuffle=False)

    def _resolved(self, query: dns.message.Message, given: Name) -> dns.message.Message:
        reply = _plain_reply(query)
        owner, kind = query.question[0].name, query.question[0].rdtype
        for _ in range(_MAX_ALIASES):
            if not given.alias:
                break
            target = dns.name.from_text(given.alias)
            reply.answer.append(_records(owner, dns.rdatatype.CNAME, target.to_text()))
            if kind == dns.rdatatype.CNAME:
                return reply
            owner, given = target, self.names.get(_plain(given.alias), self.otherwise)
        if given.habit in _RCODES:
            reply.set_rcode(_RCODES[given.habit])
        wanted = [a for a in given.addresses if (dns.rdatatype.AAAA if ":" in a else dns.rdatatype.A) == kind]
        if wanted:
            reply.answer.append(_records(owner, kind, *wanted))
        return reply


def _plain_reply(query: dns.message.Message, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> dns.message.Message:
    reply = dns.message.make_response(query, recursion_available=True)
    reply.set_rcode(rcode)
    return reply


def _records(owner: dns.name.Name, kind: dns.rdatatype.RdataType, *values: str) -> dns.rrset.RRset:
    return dns.rrset.from_text_list(owner, _TTL_S, dns.rdataclass.IN, kind, values)


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _send_if_open(datagrams: socket.socket, reply: bytes, to: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):  # the server has ended, or the one who asked is out of reach
        datagrams.sendto(reply, to)


_RCODES = {
    Habit.NXDOMAIN: dns.rcode.NXDOMAIN,
    Habit.SERVFAIL: dns.rcode.SERVFAIL,
    Habit.REFUSED: dns.rcode.REFUSED,
}
