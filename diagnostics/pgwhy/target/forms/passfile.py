"""libpq's password file: `host:port:database:user:password` lines (PostgreSQL, "The Password File")."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass

_SOCKET_FOLDERS = ("/tmp", "/var/run/postgresql", "/run/postgresql")  # noqa: S108  # names of places, not files of ours


@dataclass(frozen=True)
class Entry:
    """The first line that fits."""

    password: str = field(repr=False)
    path: Path
    line: int


def where(machine: Machine, passfile: str | None) -> Path | None:
    """The password file that libpq would use: the one asked for, else the default one; `None` without a home."""
    if passfile:
        return machine.folder / passfile
    if machine.platform == "win32":
        return machine.postgres_file("pgpass.conf")
    return machine.home_file(".pgpass")


def others_may_read(path: Path, machine: Machine) -> bool:
    """libpq ignores the file for that. Windows protects the folder, so nothing is checked there."""
    try:
        return _is_ignored(path, machine)
    except OSError:
        return False


def _is_ignored(path: Path, machine: Machine) -> bool:
    return machine.platform != "win32" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def find(path: Path, machine: Machine, host: str, port: int, dbname: str, user: str) -> Entry | None:
    """The password for a connection; `None` if no line fits or libpq would not read the file.

    `host` is the host as written, else hostaddr; empty, or the default socket folder, is looked up as `localhost`.
    """
    if not dbname or not user:
        return None
    try:
        if _is_ignored(path, machine):
            return None
        text = files.content(path).decode("utf-8", "surrogateescape")  # with its byte order mark, as libpq reads it
    except OSError:
        return None
    if not host or host in _SOCKET_FOLDERS:
        host = "localhost"
    for number, line in enumerate(text.split("\n"), 1):
        fields = _FIELDS.match(line.rstrip("\r")) if not line.startswith("#") else None
        if fields is None:
            continue
        wanted = (host, str(port), dbname, user)
        if all(w == "*" or _plain(w) == value for w, value in zip(fields.groups()[:4], wanted, strict=True)):
            return Entry(_plain(fields[5]), path, number)
    return None


_NAMES = ("host", "port", "dbname", "user", "password")


def render(values: Mapping[str, str]) -> str:
    """The line for these values; `*`, which fits everything, for what they do not say."""
    return ":".join(re.sub(r"([\\\\:*#])", r"\\\1", values[n]) if n in values else "*" for n in _NAMES) + "\n"


def values_in(text: str) -> dict[str, str]:
    """What the first line that is one says."""
    lines = (_FIELDS.match(line) for line in text.split("\n") if not line.startswith("#"))
    fields = next((match.groups() for match in lines if match), ())
    return {name: _plain(field) for name, field in zip(_NAMES, fields, strict=False) if field != "*"}


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """Five fields and no more, one host a line. libpq drops a carriage return at the end of a line."""
    for name, value in values.items():
        broken = "\n" in value or "\r" in value
        if name not in _NAMES or broken or (name in ("host", "port") and "," in value):
            yield name
    if not values.get("password"):
        yield "password"


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


_FIELD = r"((?:[^:\\]|\\.)*)"
# A password may end with a lone backslash, and a further field is ignored.
_FIELDS = lazy(":".join([_FIELD] * 4) + r":((?:[^:\\]|\\.|\\\Z)*)")
