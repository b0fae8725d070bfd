"""Names as this machine's clients look them up: getaddrinfo, the hosts file, the configured resolvers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pgwhy.failure import Failure
from pgwhy.foreign import files
from pgwhy.network import background
from pgwhy.values import dataclass

MAX_RESOLVERS = 3
"""glibc's MAXNS: further ones are never asked (resolv.conf(5))."""


@dataclass(frozen=True)
class Lookup:
    """What getaddrinfo said about a name."""

    addresses: tuple[str, ...]
    """In getaddrinfo's order, which is the order in which clients try them; a zone is kept (`fe80::1%2`)."""
    error: str
    """`EAI_NONAME`, `EAI_AGAIN` ...; empty if it found the name, or did not return in time."""
    failure: Failure | None
    ms: float


@dataclass(frozen=True)
class Resolver:
    """A DNS server."""

    address: str
    port: int = 53

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


async def lookup(
    name: str, limit_s: float, clock: Callable[[], float], hopeless: asyncio.Event | None = None
) -> Lookup:
    """getaddrinfo, as libpq calls it (any family, TCP), given up after `limit_s` seconds or when `hopeless` is set."""
    begin = clock()
    call = background.start(lambda: _getaddrinfo(name))
    addresses: tuple[str, ...] = ()
    error, failure = "", None
    called_off = asyncio.ensure_future((hopeless or asyncio.Event()).wait())
    try:
        either: list[asyncio.Future[Any]] = [call, called_off]
        await asyncio.wait(either, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if call.done():
            addresses = call.result()
        else:
            failure = Failure.TIMED_OUT
    except socket.gaierror as refused:
        error = _EAI.get(refused.errno or 0, f"EAI {refused.errno}")
        failure = _failure(error, name)
    except OSError:  # how Python shows EAI_SYSTEM
        error, failure = "EAI_SYSTEM", Failure.NAME_TEMPORARY
    finally:
        called_off.cancel()
        call.cancel()
    return Lookup(addresses, error, failure, (clock() - begin) * 1000)


def literal(address: str) -> Lookup:
    """The `Lookup` of what needs none: an IP address, or the path of a socket."""
    return Lookup((address,), "", None, 0.0)


def hosts_file_addresses(name: str, hosts_file: Path) -> tuple[str, ...]:
    """What the hosts file gives to a name, in its order; empty where there is no such file or entry (hosts(5))."""
    try:
        lines = files.text(hosts_file).splitlines()
    except OSError:
        return ()
    wanted, found = name.rstrip(".").lower(), []
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if wanted in (alias.rstrip(".").lower() for alias in names):
            found.append(address)
    return tuple(dict.fromkeys(found))


def configured_resolvers(resolver_file: Path) -> tuple[Resolver, ...]:
    """The name servers of resolv.conf(5), three at most; empty where there is no such file (Windows)."""
    try:
        lines = files.text(resolver_file).splitlines()
    except OSError:
        return ()
    words = [line.split() for line in lines]
    return tuple(read_resolver(w[1]) for w in words if len(w) > 1 and w[0] == "nameserver")[:MAX_RESOLVERS]


def read_resolver(text: str) -> Resolver:
    """A resolver as a person or resolv.conf writes it: `8.8.8.8`, `8.8.8.8:53`, `::1`, `[::1]:53`. No port means 53."""
    bare, _, port = text.rpartition(":")
    if text.startswith("[") and text.endswith("]"):
        return Resolver(text[1:-1])
    if port.isdigit() and (bare.endswith("]") or bare.count(":") == 0) and bare:
        return Resolver(bare.strip("[]"), int(port))
    return Resolver(text)


def _getaddrinfo(name: str) -> tuple[str, ...]:
    # As bytes, as libpq passes it: Python would load its IDNA tables to encode even an ASCII name.
    found = socket.getaddrinfo(name.encode("utf-8", "surrogateescape"), None, type=socket.SOCK_STREAM)
    addresses = [_with_zone(place) for _, _, _, _, place in found]
    return tuple(dict.fromkeys(addresses))


def _with_zone(place: tuple[object, ...]) -> str:
    address = str(place[0])
    zone = place[3] if len(place) == 4 else 0
    return f"{address}%{zone}" if zone and "%" not in address else address


def _failure(error: str, name: str) -> Failure:
    if error in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY"):
        return Failure.NAME_NOT_FOUND if _can_be_asked_for(name) else Failure.NAME_INVALID
    return Failure.NAME_TEMPORARY


def _can_be_asked_for(name: str) -> bool:
    """RFC 1035, 2.3.4: labels of 1 to 63 bytes, 253 in all; and nothing that no host name has."""
    labels = name.encode("utf-8", "surrogateescape").rstrip(b".").split(b".")
    stray = any(not (c.isalnum() or c in "-_.") for c in name)
    return not stray and all(1 <= len(label) <= 63 for label in labels) and sum(len(x) + 1 for x in labels) <= 254


# The preferred name first: on some platforms two names have one number.
_EAI = {
    number: name
    for name in (
        "EAI_SYSTEM",
        "EAI_FAMILY",
        "EAI_MEMORY",
        "EAI_ADDRFAMILY",
        "EAI_FAIL",
        "EAI_NODATA",
        "EAI_AGAIN",
        "EAI_NONAME",
    )
    if (number := getattr(socket, name, None)) is not None
}
