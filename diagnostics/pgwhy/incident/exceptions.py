"""An exception as the text that a program would have printed of it: itself and what it was raised from."""

from __future__ import annotations

import os
from collections.abc import Iterator

MOST = 20
"""Exceptions of one chain that are read; a chain can be made endless."""
_DRIVERS = {"psycopg": "psycopg", "psycopg2": "psycopg2", "asyncpg": "asyncpg", "pg8000": "pg8000"}
"""Module → the client's name."""


def text_of(error: BaseException) -> str:
    """One paragraph for each exception, the root first, as a traceback has them; with the SQLSTATE where it has one.

    A wrapper that keeps the driver's exception (SQLAlchemy's `orig`) is left out: it repeats it, and adds the statement
    with its parameters.
    """
    told = [_line(each) for each in _chain(error) if not isinstance(getattr(each, "orig", None), BaseException)]
    return "\n\n".join(dict.fromkeys(reversed(told)))


def driver_of(error: BaseException) -> str | None:
    """The client whose code raised it, or let it through: a refused connection is nobody's own exception.

    `None` if no known driver had a part in it.
    """
    for each in _chain(error):
        if name := _DRIVERS.get(type(each).__module__.partition(".")[0]):
            return name
        frame = each.__traceback__
        while frame is not None:
            if name := _DRIVERS.get(str(frame.tb_frame.f_globals.get("__name__", "")).partition(".")[0]):
                return name
            frame = frame.tb_next
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """It and what it came from: `orig`, members of a group, the cause, the context unless that was suppressed."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < MOST:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        context = None if each.__suppress_context__ else each.__context__
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        sources = (getattr(each, "orig", None), *members, each.__cause__ or context)
        waiting += [source for source in sources if isinstance(source, BaseException)]


def _line(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    code = f" (SQLSTATE {state})" if isinstance(state, str) else ""
    text = f"{name}: {error}{code}".rstrip()
    number = error.errno if isinstance(error, OSError) else None
    words = os.strerror(number) if number is not None and number > 0 else ""  # asyncio puts its own in their place
    return text if not words or words in text else f"{text}: {words}"
