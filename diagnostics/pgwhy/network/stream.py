"""TCP and Unix sockets on the running event loop, bounded in bytes and time. Platform errors become a `Failure` here.

Only `loop.sock_*` is used, so that the bytes that were read are exactly the bytes that were asked for: what a server
sends before a TLS handshake must not lie in a buffer that is later taken for decrypted (CVE-2021-23214).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import time
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol

from pgwhy.failure import Failure, from_os_error


class Broken(Exception):
    """A connection, or the attempt to get one, ended. The seam's only exception."""

    def __init__(self, failure: Failure, detail: str = "", alert: str = "") -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.detail = detail
        """The platform's or OpenSSL's own words; empty where `failure` says it all."""
        self.alert = alert
        """The TLS alert that the peer sent (RFC 8446, 6), `unrecognized_name`; empty if none."""


class Channel(Protocol):
    """What one can read from and write to: a `Stream`, or TLS over one."""

    local: str
    remote: str

    async def send(self, data: bytes, limit_s: float) -> None:
        """Send everything within `limit_s` seconds. Raises `Broken`; that the peer has hung up is told by `receive`."""

    async def receive(self, most: int, limit_s: float | None) -> bytes:
        """At least one byte and at most `most`, or `b""` where the peer ended in an orderly way. Raises `Broken`.

        Without a limit inside a `bounded` block alone, which is that of the caller.
        """


class Stream:
    """A connected socket.

    What a peer said before it hung up can be read although nothing can be sent any more, and it often says why: an
    error, a TLS alert, the greeting of another kind of server. So that sending failed is told by `receive`, after those
    bytes. libpq does the same (`write_failed` in libpq-int.h).
    """

    def __init__(self, connected: socket.socket, place: Any) -> None:
        self._socket = connected
        self._hung_up: OSError | None = None
        self.local = named(connected.getsockname())
        """Our own end, `address:port`; empty for a Unix socket."""
        self.remote = named(place)  # not getpeername(): a socket that was reset since has no peer
        self.handshake_ms = _handshake_ms(connected)
        """TCP's handshake as the kernel timed it, for our own clock counts in what else keeps this process busy; `None`
        where it does not say, or its first packet had to be sent again."""

    async def send(self, data: bytes, limit_s: float) -> None:
        met: OSError | None = None  # the system tells it once
        try:
            # Nearly always it takes all at once: a limit that nobody waits for is a fifth of a run's own work.
            data = data[self._socket.send(data) :]
        except BlockingIOError:
            pass
        except OSError as error:
            met = error
        if not data and met is None:
            return
        async with bounded(limit_s):
            try:
                if met is not None:
                    raise met
                await asyncio.get_running_loop().sock_sendall(self._socket, data)
            except (BrokenPipeError, ConnectionResetError, ConnectionAbortedError) as error:
                self._hung_up = error

    async def receive(self, most: int, limit_s: float | None) -> bytes:
        if limit_s is not None:
            async with bounded(limit_s):
                return await self.receive(most, None)
        data = await asyncio.get_running_loop().sock_recv(self._socket, most)
        if not data and self._hung_up:
            raise self._hung_up
        return data

    def abort(self) -> None:
        """Close at once; may be called twice."""
        self._socket.close()


async def connect(address: str, port: int, limit_s: float, segment_bytes: int | None = None) -> Stream:
    """Connect to an IP address, or to a Unix socket where `address` is its path. Raises `Broken`.

    With `segment_bytes` neither side sends larger TCP segments than that (RFC 9293, 3.7.1). A connection that was made
    and reset before we looked is one: its user meets the reset, as they would had we looked sooner.
    """
    family, place = _place(address, port)
    async with bounded(limit_s):
        client = socket.socket(family, socket.SOCK_STREAM)
        try:
            client.setblocking(False)
            if segment_bytes:
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment_bytes)
            with contextlib.suppress(ConnectionResetError):  # before the handshake is complete, it would be "refused"
                await asyncio.get_running_loop().sock_connect(client, place)
            if family != getattr(socket, "AF_UNIX", None):
                # As libpq does: what follows a TLS handshake does not wait for its acknowledgement.
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return Stream(client, place)
        except BaseException:
            client.close()
            raise


async def read_exactly(channel: Channel, count: int, limit_s: float | None) -> bytes:
    """`count` bytes, all of them within `limit_s` seconds. Raises `Broken`: `CLOSED` where the peer ended before.

    Without a limit as `Channel.receive`.
    """
    if limit_s is not None:
        async with bounded(limit_s):
            return await read_exactly(channel, count, None)
    data = b""
    while len(data) < count:
        more = await channel.receive(count - len(data), None)
        if not more:
            raise Broken(Failure.CLOSED)
        data += more
    return data


class Limit:
    """When a `bounded` block ends. What has come by then is looked at first: on a busy machine the loop can wake up
    long after the limit, with an answer that had come in time."""

    def __init__(self, timer: asyncio.Timeout, limit_s: float) -> None:
        self._timer, self._loop = timer, asyncio.get_running_loop()
        self.when = self._loop.time() + limit_s
        """By the loop's clock."""
        self._handle: asyncio.Handle = self._loop.call_at(self.when, self._due)

    def move(self, when: float) -> None:
        """End at another time of the loop's clock."""
        self._handle.cancel()
        self.when, self._handle = when, self._loop.call_at(when, self._due)

    def over(self) -> None:
        """The block has ended."""
        self._handle.cancel()

    def _due(self) -> None:
        # In its round the loop has handled what came, and those who wait for it go on in the next one, before this.
        self._handle = self._loop.call_soon(self._end)

    def _end(self) -> None:
        self._timer.reschedule(self._loop.time())


class _Bounded:
    """What `bounded` gives. A class, as it is entered many times in a run: a generator costs twice as much."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._timer = asyncio.timeout(None)

    async def __aenter__(self) -> Limit:
        await self._timer.__aenter__()
        self._limit = Limit(self._timer, self._limit_s)
        return self._limit

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._limit.over()
        try:
            await self._timer.__aexit__(kind, error, at)
        except TimeoutError:
            raise Broken(Failure.TIMED_OUT) from None
        if isinstance(error, TimeoutError):
            raise Broken(Failure.TIMED_OUT) from None
        if isinstance(error, OSError):
            raise Broken(from_os_error(error), error.strerror or "") from None


def bounded(limit_s: float) -> _Bounded:
    """What happens inside ends within `limit_s` seconds; platform errors and lateness leave it as `Broken`."""
    return _Bounded(limit_s)


def segments_can_be_small() -> bool:
    """Whether this platform takes `segment_bytes`; Windows does not."""
    return hasattr(socket, "TCP_MAXSEG")


def is_socket_path(address: str) -> bool:
    """Whether an address is that of a Unix socket: an absolute path, or an abstract name that begins with `@`."""
    return address.startswith(("/", "@"))


@lru_cache(maxsize=1024)
def is_ip_literal(text: str) -> bool:
    """Whether a host is an IP address, with or without a zone (`fe80::1%eth0`)."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text.partition("%")[0])
            return True
        except (OSError, ValueError):  # a NUL, or a byte that is not UTF-8
            continue
    return False


def has_ipv6_address() -> bool:
    """Whether this machine has an IPv6 address beyond loopback: AI_ADDRCONFIG asks for a host's only then."""
    try:
        flags = socket.AI_ADDRCONFIG | socket.AI_NUMERICHOST
        return bool(socket.getaddrinfo(b"::1", None, socket.AF_INET6, socket.SOCK_STREAM, flags=flags))
    except OSError:
        return False


def has_ipv6_route() -> bool:
    """Whether this machine would know where to send IPv6 beyond itself. Sends no packet: UDP's connect only routes.

    The kernel is asked once a second: a fleet asks for each of its targets.
    """
    return _routes_ipv6(int(time.monotonic()))


@lru_cache(maxsize=1)
def _routes_ipv6(second: int) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.connect(("2000::1", 9))
    except OSError:
        return False
    return True


def named(address: Any) -> str:
    """A socket's name as `address:port`, IPv6 in brackets; empty for a Unix socket."""
    if not isinstance(address, tuple):
        return ""
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"


def _place(address: str, port: int) -> tuple[int, Any]:
    if is_socket_path(address):
        if not hasattr(socket, "AF_UNIX"):
            raise Broken(Failure.SOCKET_MISSING, "this platform has no Unix sockets")
        return socket.AF_UNIX, "\0" + address[1:] if address.startswith("@") else address
    try:
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV  # nothing is looked up, so nothing blocks
        host = address.encode("utf-8", "surrogateescape")  # as bytes: for a text Python loads its IDNA tables
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)[0]
    except OSError as error:
        raise Broken(Failure.NAME_INVALID, error.strerror or "") from None
    return family, place


def _handshake_ms(connected: socket.socket) -> float | None:
    """From Linux' `tcp_info` (linux/tcp.h), 32-bit numbers from byte 8 on: the 16th is the round trip, the 24th counts
    packets that were sent again."""
    if not sys.platform.startswith("linux") or connected.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    numbers = struct.unpack("=24I", connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)[8:])
    return None if numbers[23] else numbers[15] / 1000
