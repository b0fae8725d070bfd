"""The codes that stand in an error text, as POSIX, Postgres and the drivers call them.

A code says the same in every language and from every driver, so rules ask for it before they ask for words. Numbers of
the system become names: 111 on Linux, 61 on macOS and 10061 on Windows are all ECONNREFUSED. What the C library,
Windows or Go say in place of a number ("Connection refused") is read as its code, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pgwhy.error_text import sqlstates
from pgwhy.shipped.regex import lazy

Place = tuple[int, str]
"""Where in the text, and the code."""


def codes(text: str) -> tuple[str, ...]:
    """Every code in the order of the text, each once."""
    return tuple(dict.fromkeys(code for _, code in places(text)))


@lru_cache(maxsize=16)
def places(text: str) -> tuple[Place, ...]:
    """Every code with its place, in the order of the text."""
    folded = text.lower()
    if len(folded) != len(text):  # a few capitals become two characters, and places would no longer agree
        folded = text.translate(_ASCII_LOWER)
    return tuple(sorted((*_symbols(text), *_numbers(text, folded), *_words(folded), *sqlstates.places(text))))


def _symbols(text: str) -> Iterator[Place]:
    for found in _SYMBOL.finditer(text):
        symbol = found[0].removeprefix("WSA")
        if symbol in _ALIASES:
            yield found.start(), _ALIASES[symbol]
        elif symbol == "ENOTFOUND" and text.startswith(") tenant", found.end()):
            continue  # Supavisor's word for a tenant that it does not know; no name was looked up
        elif symbol in _KNOWN or symbol.startswith(_FAMILIES) or _NUMBERED.fullmatch(symbol):
            yield found.start(), symbol
        elif (
            symbol.startswith("E") and text[found.start() - 1 : found.start()] == "(" and text[found.end() :][:1] == ")"
        ):
            yield found.start(), symbol  # Supavisor names each of its errors so: (EMAXCONNSESSION)
    for found in _ATOM.finditer(text):
        symbol = found[1].upper()
        if symbol in _ALIASES or symbol in _KNOWN:
            yield found.start(), _ALIASES.get(symbol, symbol)


def _numbers(text: str, folded: str) -> Iterator[Place]:
    if any(word in folded for word in _NUMBER_WORDS):
        for found in _NUMBER.finditer(text):
            number = int(found[1] or found[2] or found[3])
            before = folded[max(0, found.start() - 40) : found.end()]
            if "gaierror" in before and number in _DARWIN_NAMES:
                yield found.start(), _DARWIN_NAMES[number]
            elif "socketexception" in before and number in _DOTNET_NAMES:
                yield found.start(), _DOTNET_NAMES[number]
            elif name := _SYSTEM.get(number) or _SYSTEM.get(-number):
                yield found.start(), name
    for found in _WINDOWS.finditer(text):
        if name := _SYSTEM.get(int(found[1])):
            yield found.start(), name
    for hexadecimal, name in _DOTNET_HEX.items():
        if (place := text.find(hexadecimal)) >= 0:
            yield place, name


def _words(folded: str) -> Iterator[Place]:
    for words, code in _WORDS.items():
        if (place := folded.find(words)) >= 0:
            yield place, code


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_SYMBOL = lazy(
    r"\b(?:(?:[A-Z]{2,12}|SSLV3|TLSV1|TLSV13)(?:_[A-Z0-9]{1,16}){1,7}|E[A-Z]{3,23}|WSA[A-Z_]{4,20}|P[12]\d{3}|PGRST\d{3})\b"
)
_ATOM = lazy(r":(nxdomain|e[a-z]{3,12})\b")
"""Erlang's errors: `:econnrefused`, `:nxdomain`."""
_NUMBERED = lazy(r"P[12]\d{3}|PGRST\d{3}")
"""Prisma's and PostgREST's errors."""
_FAMILIES = (
    "EAI_",
    "ERR_",
    "UND_ERR_",
    "CERT_",
    "CERTIFICATE_",
    "UNABLE_TO_",
    "DEPTH_ZERO_",
    "SELF_SIGNED_",
    "TLSV1_",
    "TLSV13_",
    "SSLV3_",
    "CONNECT_TIMEOUT",
    "CONNECTION_",
    "WRONG_VERSION_NUMBER",
    "UNSUPPORTED_PROTOCOL",
    "HANDSHAKE_FAILURE",
    "NO_SHARED_CIPHER",
    "UNEXPECTED_EOF_WHILE_READING",
    "SASL_SIGNATURE_MISMATCH",
)
"""How the names of Node's, undici's, OpenSSL's and postgres.js' errors begin."""
_ALIASES = {
    "NXDOMAIN": "EAI_NONAME",
    "HOST_NOT_FOUND": "EAI_NONAME",
    "TRY_AGAIN": "EAI_AGAIN",
    "NO_DATA": "EAI_NODATA",
    "NO_RECOVERY": "EAI_FAIL",
}
"""Erlang's and Winsock's names of what getaddrinfo says."""

# The number is that of errno, of getaddrinfo or of Winsock, where the text says so.
_NUMBER_WORDS = ("errno", "os error", "os {", "winerror", "exception (", "socket error", "system error", "error code")
_NUMBER = lazy(
    r"(?:\berrno|os error|winerror|socket error|system error|(?<!native )error code)"
    r"(?: is| was)?[\s:=#\[(\"']{0,4}(-?\d{1,6})\b"
    r"|SocketException \((?:\d{1,8}, )?(-?\d{1,6})\)"
    r"|\bOs \{ code: (-?\d{1,6}),",
    re.IGNORECASE,
)
# libpq on Windows: (0x0000274D/10061); PgBouncer: result=11001
_WINDOWS = lazy(r"[/(\[=](1(?:00\d\d|100[1-4]))(?![\d.:])")
_SYSTEM = {
    1: "EPERM",
    2: "ENOENT",
    11: "EAGAIN",
    13: "EACCES",
    22: "EINVAL",
    24: "EMFILE",
    32: "EPIPE",
    # Linux
    97: "EAFNOSUPPORT",
    98: "EADDRINUSE",
    99: "EADDRNOTAVAIL",
    100: "ENETDOWN",
    101: "ENETUNREACH",
    103: "ECONNABORTED",
    104: "ECONNRESET",
    107: "ENOTCONN",
    110: "ETIMEDOUT",
    111: "ECONNREFUSED",
    112: "EHOSTDOWN",
    113: "EHOSTUNREACH",
    # macOS and the BSDs; on Linux these numbers have nothing to do with sockets
    49: "EADDRNOTAVAIL",
    50: "ENETDOWN",
    51: "ENETUNREACH",
    53: "ECONNABORTED",
    54: "ECONNRESET",
    57: "ENOTCONN",
    60: "ETIMEDOUT",
    61: "ECONNREFUSED",
    64: "EHOSTDOWN",
    65: "EHOSTUNREACH",
    # Winsock
    10013: "EACCES",
    10035: "EAGAIN",
    10047: "EAFNOSUPPORT",
    10048: "EADDRINUSE",
    10049: "EADDRNOTAVAIL",
    10050: "ENETDOWN",
    10051: "ENETUNREACH",
    10053: "ECONNABORTED",
    10054: "ECONNRESET",
    10055: "ENOBUFS",
    10057: "ENOTCONN",
    10060: "ETIMEDOUT",
    10061: "ECONNREFUSED",
    10064: "EHOSTDOWN",
    10065: "EHOSTUNREACH",
    11001: "EAI_NONAME",
    11002: "EAI_AGAIN",
    11003: "EAI_FAIL",
    11004: "EAI_NODATA",
}
_KNOWN = frozenset(_SYSTEM.values()) | {
    "EBADF",
    "EINPROGRESS",
    "EISCONN",
    "ENETRESET",
    "ENOSPC",
    "ENOTFOUND",
    "ENOTSOCK",
    "EPROTO",
    "EREFUSED",
    "ESERVFAIL",
    "ESOCKETTIMEDOUT",
    "ETIMEOUT",
}

# .NET on Linux and macOS numbers failed look-ups in its own way, and prints some of them as hexadecimals.
_DOTNET_NAMES = {11: "EAI_AGAIN", -131073: "EAI_NONAME", -131074: "EAI_AGAIN"}
_DOTNET_HEX = {"0xFFFDFFFF": "EAI_NONAME", "0xFFFDFFFE": "EAI_AGAIN"}
# getaddrinfo's own numbers: negative with glibc and musl, positive on macOS, where they would look like an errno.
_SYSTEM |= {-2: "EAI_NONAME", -3: "EAI_AGAIN", -4: "EAI_FAIL", -5: "EAI_NODATA"}
_DARWIN_NAMES = {2: "EAI_AGAIN", 4: "EAI_FAIL", 7: "EAI_NODATA", 8: "EAI_NONAME"}

_WORDS = {
    "connection refused": "ECONNREFUSED",
    "actively refused it": "ECONNREFUSED",
    "connection timed out": "ETIMEDOUT",
    "operation timed out": "ETIMEDOUT",
    "connect timed out": "ETIMEDOUT",
    "did not properly respond after a period of time": "ETIMEDOUT",
    "no route to host": "EHOSTUNREACH",
    "host is unreachable": "EHOSTUNREACH",
    "unreachable host": "EHOSTUNREACH",
    "network is unreachable": "ENETUNREACH",
    "unreachable network": "ENETUNREACH",
    "connection reset by peer": "ECONNRESET",
    "forcibly closed by the remote host": "ECONNRESET",
    "broken pipe": "EPIPE",
    "software caused connection abort": "ECONNABORTED",
    "aborted by the software in your host machine": "ECONNABORTED",
    "cannot assign requested address": "EADDRNOTAVAIL",
    "can't assign requested address": "EADDRNOTAVAIL",
    "requested address is not valid in its context": "EADDRNOTAVAIL",
    "forbidden by its access permissions": "EACCES",
    "host is down": "EHOSTDOWN",
    "network is down": "ENETDOWN",
    "too many open files": "EMFILE",
    "no such file or directory": "ENOENT",
    "resource temporarily unavailable": "EAGAIN",
    "address family not supported": "EAFNOSUPPORT",
    "name or service not known": "EAI_NONAME",
    "nodename nor servname provided": "EAI_NONAME",
    "name does not resolve": "EAI_NONAME",
    "bad address '": "EAI_NONAME",
    "no such host": "EAI_NONAME",
    ": nxdomain": "EAI_NONAME",
    "unknownhostexception": "EAI_NONAME",
    "temporary failure in name resolution": "EAI_AGAIN",
    "temporary error during hostname resolution": "EAI_AGAIN",
    "no address associated with hostname": "EAI_NODATA",
    "but no data of the requested type was found": "EAI_NODATA",
    "non-recoverable failure in name resolution": "EAI_FAIL",
    "non-recoverable error occurred during a database lookup": "EAI_FAIL",
}
"""What strerror, gai_strerror, Windows, Go and BusyBox say in place of the number, in small letters."""
