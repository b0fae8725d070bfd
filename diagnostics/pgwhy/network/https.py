"""One HTTPS request over a verified connection: the head of the answer and nothing more (RFC 9112)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from pgwhy.failure import Failure
from pgwhy.network import background, certificate, chain, tls
from pgwhy.network.stream import Broken, bounded
from pgwhy.network.trust_store import TrustStore
from pgwhy.target.model import Host
from pgwhy.values import dataclass

if TYPE_CHECKING:
    from pgwhy.network import Network

MAX_HEAD_BYTES = 16_384


@dataclass(frozen=True)
class Reply:
    """The head of an HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; of repeated ones the last."""


@dataclass(frozen=True)
class Trusted:
    """Against what the server's certificate is verified."""

    store: TrustStore
    now: datetime


async def request(
    network: Network, method: str, host: str, path: str, headers: Mapping[str, str], trusted: Trusted, limit_s: float
) -> Reply:
    """Ask `https://host/path`. Raises `Broken`: `TLS_LOCAL` where the certificate is not one to trust for this host."""
    limit_s = network.allowance(limit_s)
    async with bounded(limit_s):
        await tls.ready()
        address, port = await _address(network, host)
        stream = await network.connect(address, port, limit_s)
        try:
            channel = await tls.handshake(stream, tls.Hello(server_name=host, alpn=b"http/1.1"), limit_s)
            await _verify(channel.session.chain, host, trusted)
            lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
            await channel.send("\r\n".join(lines).encode("ascii"), limit_s)
            return _read(await _head(channel, limit_s))
        finally:
            stream.abort()


async def _address(network: Network, host: str) -> tuple[str, int]:
    name, port = network.way(host, 443)
    found = await network.lookup(Host(name, port))
    if found.failure:
        raise Broken(found.failure, found.error)
    # IPv4 first: where 5432 fails only over a broken IPv6, 443 must not fail with it.
    return min(found.addresses, key=lambda address: ":" in address), port


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
    first, *rest = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not re.fullmatch(r"\d{3}", words[1], re.ASCII):
        raise Broken(Failure.PROTOCOL, "what answered on 443 is not HTTP")
    pairs = (line.partition(":") for line in rest)
    return Reply(int(words[1]), {name.strip().lower(): value.strip() for name, _, value in pairs})
