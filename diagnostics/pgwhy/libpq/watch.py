"""Count the password exchanges of a login by what libpq is about to send, and end the login at its limit.

libpq writes a line for each message to the stream that PQtrace was given: for one of its own before the message is
flushed, for one of the server's before it is acted upon. Ours is a stream of functions (fopencookie of glibc and musl),
so a line is read inside of the call that writes it: nothing races, TLS does not matter, and the line, which holds the
password message, never leaves this process's memory. What is over the limit ends the process there and then, with the
message unsent.

libpq 18 names every message, both ways. libpq 14 to 17 write no more of a password message than its length, and nothing
of what the server says at a login; there the second message of a SCRAM exchange is known by the length of the first
one, and the iterations of SCRAM are not seen. Before 14, and where there is no fopencookie (macOS, Windows), exchanges
are counted between two calls of PQconnectPoll, by PQconnectionUsedPassword: a server that asks several times in one
packet is answered several times.
"""

from __future__ import annotations

import ctypes

from .library import TRACE_SUPPRESS_TIMESTAMPS, declare_tracing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MAX_LINE = 8192
"""What is kept of a line; names, lengths and a server's iterations are at its beginning."""
_SCRAM_BEGINS = (54, 80)
"""The lengths that libpq's SASLInitialResponse has: SCRAM-SHA-256 and SCRAM-SHA-256-PLUS with its nonce of 18 bytes."""
_LINE_BUFFERED = 1  # _IOLBF

_WRITE = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class _Functions(ctypes.Structure):
    """cookie_io_functions_t."""

    _fields_ = (
        ("read", ctypes.c_void_p),
        ("write", _WRITE),
        ("seek", ctypes.c_void_p),
        ("close", ctypes.c_void_p),
    )


class Watch:
    """What one login sent. `exchange` is called before each exchange with its number, `iterations` with SCRAM's count
    before the proof is computed. Neither returns where that is one too many."""

    def __init__(self, exchange: Callable[[int], None], iterations: Callable[[int], None]) -> None:
        self._exchange = exchange
        self._iterations = iterations
        self._line = b""
        self._scram_begun = False
        self.exchanges = 0

    def used(self) -> None:
        """One more, seen between two calls."""
        self.exchanges += 1
        self._exchange(self.exchanges)

    def write(self, data: bytes) -> None:
        """A piece of the trace."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._see(self._line + line)
            self._line = b""
        self._line = (self._line + rest)[:_MAX_LINE]

    def _see(self, line: bytes) -> None:
        parts = line.split(b"\t", 3)
        if len(parts) < 3:
            return
        sender, length, name = parts[0], parts[1], parts[2]
        if sender == b"F":
            # A line break in a server's text can only make it more.
            if name in (b"PasswordMessage", b"SASLInitialResponse"):
                self.used()
            elif name.startswith(b"Unknown message: 70"):
                self._unnamed(int(length) if length.isdigit() else 0)
            else:
                self._scram_begun = False
        elif sender == b"B" and name == b"AuthenticationSASLContinue" and len(parts) > 3:
            count = iterations_in(parts[3])
            if count is not None:
                self._iterations(count)

    def _unnamed(self, length: int) -> None:
        goes_on, self._scram_begun = self._scram_begun, length in _SCRAM_BEGINS
        if not goes_on:
            self.used()


def iterations_in(text: bytes) -> int | None:
    """The `i=` of a server-first-message (RFC 5802) as libpq traces it, quoted; `None` where libpq refuses it.

    libpq reads it with strtol, which takes spaces and a sign.
    """
    for attribute in text.strip(b" \t'").split(b","):
        if attribute.startswith(b"i="):
            value = attribute[2:]
            for space in (b"\\x09", b"\\x0a", b"\\x0b", b"\\x0c", b"\\x0d"):
                value = value.replace(space, b" ")
            value = value.strip(b" ")
            digits = value[1:] if value[:1] in (b"+", b"-") else value
            if not digits.isdigit() or len(digits) > 1000:
                return None
            return -int(digits) if value[:1] == b"-" else int(digits)
    return None


class Tracer:
    """The stream that libpq writes its trace to: one for the life of the process. `on` says whether it could be had."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self.watch: Watch | None = None
        self._stream = _stream(self._write) if declare_tracing(library) else None
        self.on = self._stream is not None

    def begin(self, connection: Any, watch: Watch) -> None:
        """Watch a connection, as libpq opens it again and again for one login."""
        self.watch = watch
        if self._stream is not None:
            self._library.PQtrace(connection, self._stream[0])
            self._library.PQsetTraceFlags(connection, TRACE_SUPPRESS_TIMESTAMPS)

    def end(self, connection: Any) -> None:
        if self._stream is not None:
            self._library.PQuntrace(connection)
        self.watch = None

    def _write(self, _cookie: Any, data: int, size: int) -> int:
        if self.watch is not None:
            self.watch.write(ctypes.string_at(data, size))
        return size


def _stream(write: Callable[[Any, int, int], int]) -> tuple[Any, Any] | None:
    """A FILE that hands what is written to it to a function, and what keeps it alive; `None` where there is none."""
    try:
        libc = ctypes.CDLL(None)
        opening, buffering = libc.fopencookie, libc.setvbuf
    except (OSError, TypeError, AttributeError):
        return None
    opening.restype, opening.argtypes = ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_char_p, _Functions)
    buffering.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)
    functions = _Functions(None, _WRITE(write), None, None)
    stream = opening(None, b"w", functions)
    if not stream or buffering(stream, None, _LINE_BUFFERED, _MAX_LINE):
        return None
    return stream, functions
