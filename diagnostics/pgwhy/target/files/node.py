"""The objects of Node's libraries as settings with libpq's names: `ssl`, `connectionTimeoutMillis`, `dialectOptions`.

What each library calls them is in `pgwhy.target.forms.node`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgwhy.shipped.regex import lazy
from pgwhy.target.files.entry import Entry, Expression, Variable
from pgwhy.target.forms.javascript import unquoted
from pgwhy.target.forms.node import LIBRARIES
from pgwhy.values import replace


def with_libpq_names(entries: Sequence[Entry], library: str) -> list[Entry]:
    """The entries with these settings a level higher and under libpq's names."""
    names = {tuple(key.split(".")): name for name, key in LIBRARIES[library].names.items() if name not in _PLAIN}
    checks = {entry.path[:-1]: entry for entry in entries if entry.key == "rejectUnauthorized"}
    out: list[Entry] = []
    told: set[tuple[str, ...]] = set()
    for entry in entries:
        if entry.key == "use_env_variable":  # Sequelize's command line
            variable = Expression((Variable((entry.value,)),))
            out.append(replace(entry, path=(*entry.path[:-1], "url"), span=None, expression=variable))
            continue
        if entry.key and entry.key == LIBRARIES[library].within:  # an object or, instead of it, a connection string
            out.append(replace(entry, path=(*entry.path, "url")))
            continue
        around, name, rest = _named(entry.path, names)
        if name == "sslmode":
            place = (*around, "sslmode")
            if rest == ("ca",) and (file := _FILE.search(entry.value)):
                out.append(replace(entry, path=(*around, "sslrootcert"), value=unquoted(file[1]), expression=None))
            if place not in told and (mode := _mode(entry, rest, checks)):
                told.add(place)
                out.append(Entry(place, mode, entry.line))
        elif name and not rest:
            out += _setting(entry, (*around, name))
        else:
            out.append(entry)
    return out


def _named(path: tuple[str, ...], names: dict[tuple[str, ...], str]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """What is around a setting, libpq's name of it, and what is below it."""
    for key, name in names.items():
        for end in range(len(key), min(len(path), len(key) + 1) + 1):
            start = len(path) - end
            if path[start : start + len(key)] == key and start:
                return path[:start], name, path[start + len(key) :]
    return path, "", ()


def _mode(entry: Entry, rest: tuple[str, ...], checks: dict[tuple[str, ...], Entry]) -> str:
    """The sslmode that `ssl` means; empty where it is computed. Node checks the certificate unless told not to."""
    if not rest:
        if entry.expression is not None:
            return ""
        return {"true": "verify-full", "false": "disable"}.get(entry.value, entry.value)
    check = checks.get(entry.path[:-1])
    if check is not None and check.expression is not None:
        return ""
    return "require" if check is not None and check.value == "false" else "verify-full"


def _setting(entry: Entry, path: tuple[str, ...]) -> Iterator[Entry]:
    if path[-1] != "connect_timeout" or entry.key == "connect_timeout":
        yield replace(entry, path=path)
    elif entry.expression is None and entry.value.isdecimal():
        # Its characters are milliseconds, so they are no place for a value of libpq's.
        yield Entry(path, str(int(entry.value) // 1000), entry.line)


_PLAIN = ("host", "port", "user", "password", "dbname", "sslrootcert")
_FILE = lazy(r"readFileSync\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")
