"""One HTTPS request over a verified connection (RFC 9112), and the connection itself for what follows an upgrade."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from pgwhy.failure import Failure
from pgwhy.network import background, certificate, chain, tls
from pgwhy.network.stream import Broken, bounded
from pgwhy.network.trust_store import TrustStore
from pgwhy.target.model import Host
from pgwhy.values import dataclass, replace

if TYPE_CHECKING:
    from pgwhy.network import Network

ALPN = b"http/1.1"
MAX_HEAD_BYTES = 16_384
MAX_BODY_BYTES = 65_536


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, with its body where that was asked for."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; of repeated ones the last."""
    body: bytes = field(default=b"", repr=False)
    """At most `MAX_BODY_BYTES` of it."""


@dataclass(frozen=True)
class Trusted:
    """Against what the server's certificate is verified."""

    store: TrustStore
    now: datetime


@dataclass(frozen=True)
class Server:
    """Where a request goes, and for whom the certificate is verified."""

    name: str
    address: str
    port: int


@dataclass(frozen=True)
class Request:
    """What is asked. Headers and body may hold a password."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def head_for(self, host: str) -> bytes:
        """The bytes of its head. Raises `ValueError` for a line break in a header."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header has a line break")
        return "\r\n".join([*lines, "", ""]).encode("utf-8")


async def request(
    network: Network, method: str, host: str, path: str, headers: Mapping[str, str], trusted: Trusted, limit_s: float
) -> Reply:
    """Ask `https://host/path`; the head of the answer alone. Raises `Broken`, as `opened` does."""
    limit_s = network.allowance(limit_s)
    async with bounded(limit_s), opened(network, await _server(network, host), trusted, limit_s) as channel:
        return await exchange(channel, host, Request(method, path, headers), limit_s)


@asynccontextmanager
async def opened(network: Network, server: Server, trusted: Trusted, limit_s: float) -> AsyncIterator[tls.TlsStream]:
    """A connection for HTTP whose certificate was verified for the server's name; closed at the end.

    Raises `Broken`: `TLS_LOCAL` where the certificate is not one to trust for that name.
    """
    await tls.pyopenssl.ready()
    stream = await network.connect(server.address, server.port, limit_s)
    try:
        channel = await tls.handshake(stream, tls.Hello(server_name=server.name, alpn=ALPN), limit_s)
        await _verify(channel.session.chain, server.name, trusted)
        yield channel
    finally:
        stream.abort()


async def exchange(
    channel: tls.TlsStream, host: str, asked: Request, limit_s: float, *, with_body: bool = False
) -> Reply:
    """Send a request, and read the answer. Raises `Broken`."""
    await channel.send(asked.head_for(host) + asked.body, limit_s)
    head, _, begun = (await _head(channel, limit_s)).partition(b"\r\n\r\n")
    reply = _read(head)
    return replace(reply, body=await _body(channel, reply, begun, limit_s)) if with_body else reply


async def _body(channel: tls.TlsStream, reply: Reply, begun: bytes, limit_s: float) -> bytes:
    length = reply.headers.get("content-length", "")
    chunked = reply.headers.get("transfer-encoding", "").lower() == "chunked"
    while len(begun) < MAX_BODY_BYTES:
        if chunked:
            if (whole := _unchunked(begun)) is not None:
                return whole
        elif length.isdecimal() and len(begun) >= int(length):
            return begun[: int(length)]
        more = await channel.receive(MAX_BODY_BYTES - len(begun), limit_s)
        if not more:
            break
        begun += more
    return begun


async def _server(network: Network, host: str) -> Server:
    name, port = network.way(host, 443)
    found = await network.lookup(Host(name, port))
    if found.failure:
        raise Broken(found.failure, found.error)
    # IPv4 first: where 5432 fails only over a broken IPv6, 443 must not fail with it.
    return Server(host, min(found.addresses, key=lambda address: ":" in address), port)


async def _verify(presented: tuple[bytes, ...], host: str, trusted: Trusted) -> None:
    verdict = await background.start(lambda: chain.judge(presented, trusted.store, trusted.now))
    if verdict.trust is not chain.Trust.TRUSTED:
        raise Broken(Failure.TLS_LOCAL, verdict.detail)
    if not certificate.name_matches(presented[0], host):
        raise Broken(Failure.TLS_LOCAL, f"the certificate is not made out to {host}")


async def _head(channel: tls.TlsStream, limit_s: float) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_HEAD_BYTES:
        more = await channel.receive(MAX_HEAD_BYTES - len(head), limit_s)
        if not more:
            break
        head += more
    return head


def _read(head: bytes) -> Reply:
    first, *rest = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not re.fullmatch(r"\d{3}", words[1], re.ASCII):
        raise Broken(Failure.PROTOCOL, "what answered on 443 is not HTTP")
    pairs = (line.partition(":") for line in rest)
    return Reply(int(words[1]), {name.strip().lower(): value.strip() for name, _, value in pairs})


def _unchunked(data: bytes) -> bytes | None:
    """The body inside chunks (RFC 9112, 7.1); `None` until the last of them is there."""
    found = b""
    while True:
        size, line_ended, data = data.partition(b"\r\n")
        digits = size.partition(b";")[0].strip()
        if not line_ended or not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", digits):
            return None
        length = int(digits, 16)
        if length == 0:
            return found
        if len(data) < length + 2:
            return None
        found, data = found + data[:length], data[length + 2 :]
