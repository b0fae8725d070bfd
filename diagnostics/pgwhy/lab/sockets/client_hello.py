"""What a TLS ClientHello offers by ALPN, read before the handshake, because `ssl` cannot refuse for it. Pure.

Neon's proxy (rustls) ends a handshake in which the client offers ALPN and `postgresql` is not among it; OpenSSL as
Python drives it goes on without. Sources: RFC 8446 section 4.1.2, RFC 7301.
"""

from __future__ import annotations

NO_APPLICATION_PROTOCOL = bytes((0x15, 3, 3, 0, 2, 2, 120))
"""A TLS record with the fatal alert of that name."""

_RECORD_AND_MESSAGE_HEADERS = 5 + 4
_VERSION_AND_RANDOM = 2 + 32
_ALPN_EXTENSION = 16


def offered_protocols(hello: bytes) -> tuple[bytes, ...]:
    """The protocols offered, best first; empty where ALPN is not used, or the bytes are cut off or no ClientHello."""
    position = _RECORD_AND_MESSAGE_HEADERS + _VERSION_AND_RANDOM
    for length_bytes in (1, 2, 1):  # session id, cipher suites, compression methods
        position += length_bytes + _number(hello, position, length_bytes)
    end = position + 2 + _number(hello, position, 2)
    position += 2
    while position < min(end, len(hello)):
        kind, length = _number(hello, position, 2), _number(hello, position + 2, 2)
        if kind == _ALPN_EXTENSION:
            return _names(hello[position + 6 : position + 4 + length])
        position += 4 + length
    return ()


def _names(data: bytes) -> tuple[bytes, ...]:
    names = []
    while data:
        names.append(data[1 : 1 + data[0]])
        data = data[1 + data[0] :]
    return tuple(names)


def _number(data: bytes, position: int, size: int) -> int:
    return int.from_bytes(data[position : position + size], "big")
