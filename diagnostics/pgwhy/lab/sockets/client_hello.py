"""What a TLS ClientHello offers, read before the handshake, because `ssl` does not refuse as rustls does. Pure.

Neon's proxy (rustls) ends a handshake in which the client offers ALPN and no protocol of the proxy is among it; OpenSSL
as Python drives it goes on without. asyncio closes where the handshake fails, and the alert is lost. Sources: RFC 8446
sections 4.1.2 and 6.2, RFC 7301.
"""

from __future__ import annotations

from collections.abc import Collection

_FATAL_ALERT = bytes((0x15, 3, 3, 0, 2, 2))
HANDSHAKE_FAILURE = _FATAL_ALERT + bytes((40,))
DECODE_ERROR = _FATAL_ALERT + bytes((50,))
NO_APPLICATION_PROTOCOL = _FATAL_ALERT + bytes((120,))
"""TLS records with the fatal alerts of these names."""
_TLS_HANDSHAKE_RECORD = b"\x16"
_TLS_1_2 = b"\x03\x03"
_RECORD_AND_MESSAGE_HEADERS = 5 + 4
_VERSION_AND_RANDOM = 2 + 32
_ALPN_EXTENSION = 16


def alert(hello: bytes, protocols: Collection[bytes]) -> bytes:
    """The record with which rustls answers these first bytes; empty where the handshake may go on."""
    if not hello.startswith(_TLS_HANDSHAKE_RECORD):
        return DECODE_ERROR
    version = hello[_RECORD_AND_MESSAGE_HEADERS : _RECORD_AND_MESSAGE_HEADERS + 2]
    if len(version) == 2 and version < _TLS_1_2:
        return HANDSHAKE_FAILURE
    offered = offered_protocols(hello)
    return NO_APPLICATION_PROTOCOL if offered and not set(offered) & set(protocols) else b""


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
