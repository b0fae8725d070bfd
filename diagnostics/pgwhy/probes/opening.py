"""How the probes open connections in the manner of the client spoken for: where to, and what its TLS says of itself."""

from __future__ import annotations

from pgwhy.network import https, wire
from pgwhy.network.stream import is_ip_literal, is_socket_path
from pgwhy.network.tls import Hello
from pgwhy.probes.probe import Run
from pgwhy.probes.tcp import Attempt, Tcp
from pgwhy.target.facts import TargetFacts

FIRST_LIBPQ_WITH_ALPN = 17


def place(seen: Run) -> Attempt | None:
    """The first address that accepts connections, in the client's order; `None` if none does."""
    return next((attempt for attempt in seen[Tcp].attempts or () if attempt.failure is None), None)


def is_socket(place: Attempt) -> bool:
    """Whether it is a Unix socket, over which nobody speaks TLS."""
    return is_socket_path(place.address)


def is_direct(seen: Run) -> bool:
    """Direct TLS, as PostgreSQL has it: from the first byte on, without SSLRequest."""
    return seen[TargetFacts].sslnegotiation == "direct" and not seen.client.way.over_443


def begins_with_tls(seen: Run) -> bool:
    """TLS from the first byte on, for whichever protocol is inside."""
    return is_direct(seen) or seen.client.way.over_443


def server_name(place: Attempt) -> str:
    """What SNI would carry for this host; empty for an IP address, which is never one (RFC 6066, 3)."""
    return "" if is_ip_literal(place.host) or is_socket_path(place.host) else place.host


def hello(seen: Run, name: str) -> Hello:
    """What the client's TLS says of itself, with `name` as SNI (empty: none)."""
    value = seen.target.value
    if seen.client.way.over_443:
        return Hello(server_name=name, alpn=https.ALPN)
    return Hello(
        server_name=name,
        alpn=wire.ALPN if is_direct(seen) or _offers_alpn(seen) else b"",
        min_version=value("ssl_min_protocol_version") or "TLSv1.2",
        max_version=value("ssl_max_protocol_version") or "",
        one_group=False,
    )


def _offers_alpn(seen: Run) -> bool:
    """libpq offers `postgresql` since 17, after SSLRequest as well; other clients only with direct TLS."""
    client = seen.client
    if client.id != "libpq":
        return False
    major = (client.version or "").partition(".")[0]
    return int(major) >= FIRST_LIBPQ_WITH_ALPN if major.isdigit() else client.is_libpq_here
