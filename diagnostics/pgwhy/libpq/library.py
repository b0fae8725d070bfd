"""libpq by ctypes: the few functions that a login needs (PostgreSQL, chapter "libpq - C Library").

It is the libpq that psycopg brings along or was built with, and psycopg itself is not imported: that costs four times
as much as everything else that the child does before it can connect. libpq's functions have kept their signatures for
twenty years.
"""

from __future__ import annotations

import ctypes
import os

TYPE_CHECKING = False  # as typing's own, which costs 3 ms
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_POINTER, _TEXT, _INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "PQlibVersion": (_INT, ()),
    "PQconndefaults": (_POINTER, ()),
    "PQconninfoParse": (_POINTER, (_TEXT, ctypes.POINTER(_POINTER))),
    "PQconninfoFree": (None, (_POINTER,)),
    "PQfreemem": (None, (_POINTER,)),
    "PQconnectStart": (_POINTER, (_TEXT,)),
    "PQconnectPoll": (_INT, (_POINTER,)),
    "PQstatus": (_INT, (_POINTER,)),
    "PQsocket": (_INT, (_POINTER,)),
    "PQerrorMessage": (_TEXT, (_POINTER,)),
    "PQconnectionNeedsPassword": (_INT, (_POINTER,)),
    "PQconnectionUsedPassword": (_INT, (_POINTER,)),
    "PQsslInUse": (_INT, (_POINTER,)),
    "PQbackendPID": (_INT, (_POINTER,)),
    "PQnotifies": (_POINTER, (_POINTER,)),
    "PQfinish": (None, (_POINTER,)),
    "PQsetnonblocking": (_INT, (_POINTER, _INT)),
    "PQsendQuery": (_INT, (_POINTER, _TEXT)),
    "PQflush": (_INT, (_POINTER,)),
    "PQisBusy": (_INT, (_POINTER,)),
    "PQconsumeInput": (_INT, (_POINTER,)),
    "PQgetResult": (_POINTER, (_POINTER,)),
    "PQresultStatus": (_INT, (_POINTER,)),
    "PQresultErrorMessage": (_TEXT, (_POINTER,)),
    "PQntuples": (_INT, (_POINTER,)),
    "PQnfields": (_INT, (_POINTER,)),
    "PQgetisnull": (_INT, (_POINTER, _INT, _INT)),
    "PQgetlength": (_INT, (_POINTER, _INT, _INT)),
    "PQgetvalue": (_POINTER, (_POINTER, _INT, _INT)),
    "PQclear": (None, (_POINTER,)),
}
_TRACING: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "PQtrace": (None, (_POINTER, _POINTER)),
    "PQuntrace": (None, (_POINTER,)),
    "PQsetTraceFlags": (None, (_POINTER, _INT)),  # since libpq 14
}

# libpq-fe.h
CONNECTION_BAD = 1
POLLING_FAILED, POLLING_READING, POLLING_WRITING, POLLING_OK = 0, 1, 2, 3
PGRES_TUPLES_OK = 2
PGRES_COPIES = (3, 4, 8)
"""COPY_OUT, COPY_IN and COPY_BOTH."""
TRACE_SUPPRESS_TIMESTAMPS = 1


class NoLibrary(Exception):
    """There is no libpq here that can be loaded."""


class _Option(ctypes.Structure):
    """PQconninfoOption."""

    _fields_ = (
        ("keyword", _TEXT),
        ("envvar", _TEXT),
        ("compiled", _TEXT),
        ("val", _TEXT),
        ("label", _TEXT),
        ("dispchar", _TEXT),
        ("dispsize", _INT),
    )


def load(folders: Iterable[str]) -> Any:
    """libpq with its functions declared, found as psycopg finds it in these folders of packages.

    Raises `NoLibrary`.
    """
    for path in candidates(folders, os.environ.get("PSYCOPG_IMPL", "").lower()):
        try:
            library = ctypes.CDLL(path)
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        return library
    raise NoLibrary


def candidates(folders: Iterable[str], implementation: str) -> Iterator[str]:
    """Files that are libpq or bring it along: those of psycopg[c], of psycopg[binary], and the system's own.

    `implementation` is PSYCOPG_IMPL: `c`, `binary`, `python`, or empty for the first that there is.
    """
    folders = [folder or os.curdir for folder in folders]
    for package, name in (("psycopg_c", "c"), ("psycopg_binary", "binary")):
        if implementation in ("", name):
            for folder in folders:
                # Windows does not look for a function in what a library depends on, so libpq's own file is first.
                yield from _files(os.path.join(folder, package + ".libs"), "libpq", (".dll",))  # noqa: PTH118
                yield from _files(os.path.join(folder, package), "pq.", (".so", ".dylib"))  # noqa: PTH118
    if implementation in ("", "python"):
        yield from ("libpq.so.5", "libpq.5.dylib")
        from ctypes.util import find_library

        yield from filter(None, [find_library("libpq" if os.name == "nt" else "pq")])


def version(library: Any) -> int:
    """As libpq numbers it: 180000."""
    return int(library.PQlibVersion())


def keywords(library: Any) -> frozenset[bytes]:
    """The parameters that this libpq knows."""
    options = library.PQconndefaults()
    if not options:
        raise MemoryError
    found = set()
    at = options
    while (option := _Option.from_address(at)).keyword is not None:
        found.add(option.keyword)
        at += ctypes.sizeof(_Option)
    library.PQconninfoFree(options)
    return frozenset(found)


def conninfo_error(library: Any, text: bytes) -> bytes:
    """What libpq says when it reads a URI or a keyword DSN; empty if it can read it."""
    message = _POINTER()
    options = library.PQconninfoParse(text, ctypes.byref(message))
    if options:
        library.PQconninfoFree(options)
        return b""
    if not message.value:
        return b"out of memory"
    said = ctypes.string_at(message.value)
    library.PQfreemem(message)
    return said


def declare_tracing(library: Any) -> bool:
    """Whether this libpq writes a line for each message, and can leave the time out of it: 14 and later."""
    try:
        for name, (result, arguments) in _TRACING.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError:
        return False
    return True


def _files(folder: str, beginning: str, endings: tuple[str, ...]) -> list[str]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - pathlib costs more than the rest of this module
    except OSError:
        return []
    return [os.path.join(folder, n) for n in names if n.startswith(beginning) and n.endswith(endings)]  # noqa: PTH118
