"""The closed list of ways in which a stage can fail, and the one table that maps the platform's errors to it."""

from __future__ import annotations

import errno
from enum import StrEnum


class Failure(StrEnum):
    """How an attempt ended when it did not succeed. What that *means* is a rule's business."""

    REFUSED = "refused"
    """The host answered that nothing listens there (ECONNREFUSED)."""
    TIMED_OUT = "timed-out"
    """No answer within the limit of this attempt."""
    RESET = "reset"
    """The peer, or something between, tore the connection down (ECONNRESET, EPIPE)."""
    CLOSED = "closed"
    """The peer ended the connection in an orderly way before it said what was due."""
    NETWORK_UNREACHABLE = "network-unreachable"
    """This machine has no route (ENETUNREACH; EINVAL: into a black hole), or no address of that family (EADDRNOTAVAIL,
    EAFNOSUPPORT)."""
    HOST_UNREACHABLE = "host-unreachable"
    """A router said that the host cannot be reached (EHOSTUNREACH, EHOSTDOWN)."""
    PROHIBITED = "prohibited"
    """A local or remote filter said no (EACCES, EPERM)."""
    SOCKET_MISSING = "socket-missing"
    """The path of the Unix socket does not exist (ENOENT, ENOTDIR)."""
    NAME_NOT_FOUND = "name-not-found"
    """The name does not exist, or has no address (EAI_NONAME, EAI_NODATA)."""
    NAME_TEMPORARY = "name-temporary"
    """The resolver could not answer this time (EAI_AGAIN), which hides SERVFAIL, REFUSED and silence."""
    NAME_INVALID = "name-invalid"
    """The name can not be put into a DNS query at all (an empty or overlong label, a stray character)."""
    PROTOCOL = "protocol"
    """What came is not what the protocol allows at this place."""
    TLS_ALERT = "tls-alert"
    """The peer ended the handshake with a TLS alert."""
    TLS_LOCAL = "tls-local"
    """Our own side ended the handshake (no common version, broken parameters)."""
    OTHER = "other"
    """An error without an entry in the table; its text is kept beside it."""


_BY_ERRNO = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ETIMEDOUT: Failure.TIMED_OUT,
    errno.ECONNRESET: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ENETUNREACH: Failure.NETWORK_UNREACHABLE,
    errno.EADDRNOTAVAIL: Failure.NETWORK_UNREACHABLE,
    errno.EAFNOSUPPORT: Failure.NETWORK_UNREACHABLE,
    errno.ENETDOWN: Failure.NETWORK_UNREACHABLE,
    # What connect() gives on Linux for a blackhole route, and for a link-local address without its zone (ip-route(8)).
    errno.EINVAL: Failure.NETWORK_UNREACHABLE,
    errno.EHOSTUNREACH: Failure.HOST_UNREACHABLE,
    errno.EACCES: Failure.PROHIBITED,
    errno.EPERM: Failure.PROHIBITED,
    errno.ENOENT: Failure.SOCKET_MISSING,
    errno.ENOTDIR: Failure.SOCKET_MISSING,
    # Winsock's numbers, which Python leaves as they are in OSError.winerror/errno.
    10061: Failure.REFUSED,
    10060: Failure.TIMED_OUT,
    10054: Failure.RESET,
    10053: Failure.RESET,
    10051: Failure.NETWORK_UNREACHABLE,
    10049: Failure.NETWORK_UNREACHABLE,
    10047: Failure.NETWORK_UNREACHABLE,
    10065: Failure.HOST_UNREACHABLE,
    10013: Failure.PROHIBITED,
    # EHOSTDOWN has no name in errno on every platform: 112 on Linux, 64 on macOS, 10064 on Windows.
    112: Failure.HOST_UNREACHABLE,
    10064: Failure.HOST_UNREACHABLE,
}


def from_os_error(error: OSError) -> Failure:
    """The `Failure` of an `OSError` of a socket call; `Failure.OTHER` for a number that the table does not have."""
    if isinstance(error, TimeoutError):
        return Failure.TIMED_OUT
    number = error.errno if error.errno is not None else -1
    return _BY_ERRNO.get(number, Failure.OTHER)
