"""libpq's connection service file (PostgreSQL, "The Connection Service File")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.target.parameters import LIBPQ
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Service:
    """What one section of a service file sets."""

    path: Path
    values: dict[str, tuple[str, int]] = field(repr=False)
    """libpq's name → value and line; the first line of a name counts. May hold secrets."""
    line: int
    """The line of the section's name."""
    refused: str = ""
    """Why libpq rejects the section; empty if it does not."""


def find(name: str, machine: Machine, explicit: str | None = None) -> Service | str:
    """The section of this name; a sentence where there is none. `explicit` is the text's own `servicefile`, if any.

    `PGSERVICEFILE` else `~/.pg_service.conf`, then `pg_service.conf` in `PGSYSCONFDIR`. Where libpq was built to look
    without that variable differs from build to build; the usual folders are tried.
    """
    looked = []
    for path in _paths(machine, explicit):
        try:
            text = files.content(path).decode("utf-8", "surrogateescape")
        except OSError as problem:
            looked.append(f"{path} ({problem.strerror})" if isinstance(problem, files.Refused) else str(path))
            continue
        looked.append(str(path))
        section = _section(path, text, name)
        if section:
            return section
    return f"no service file has a section [{name}]; looked at {', '.join(looked)}"


def render(values: Mapping[str, str], name: str = "pgwhy") -> str:
    """A section that says these values, each on a line of its own as written."""
    return "".join([f"[{name}]\n", *(f"{key}={value}\n" for key, value in values.items())])


def values_in(text: str) -> dict[str, str]:
    """What the first section of a file sets; empty if it has none or libpq refuses it."""
    begun = re.search(r"^[ \t]*\[([^\]\n]*)\]", text, re.MULTILINE)
    section = _section(Path(), text, begun[1]) if begun else None
    return {} if section is None or section.refused else {key: value for key, (value, _) in section.values.items()}


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """libpq knows no quotes here: a line break, or white space at the end, has no place."""
    for name, value in values.items():
        if name not in LIBPQ or name == "service" or "\n" in value or value != value.rstrip(" \t\n\v\f\r"):
            yield name


def _paths(machine: Machine, explicit: str | None) -> Iterator[Path]:
    named = explicit or machine.environment.get("PGSERVICEFILE")
    # Windows: libpq's home is %APPDATA%\postgresql (pqGetHomeDirectory).
    home = machine.postgres_folder if machine.platform == "win32" else machine.home
    if named:
        yield machine.folder / named
    elif home:
        yield home / ".pg_service.conf"
    folder = machine.environment.get("PGSYSCONFDIR")
    if folder:
        yield machine.folder / folder / "pg_service.conf"
    elif machine.platform != "win32":
        yield from (Path(usual) / "pg_service.conf" for usual in ("/etc/postgresql-common", "/etc"))


def _section(path: Path, text: str, name: str) -> Service | None:
    values: dict[str, tuple[str, int]] = {}
    begun = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip(" \t\n\v\f\r")
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            if begun:
                break
            begun = number if line.startswith(f"[{name}]") else 0
        elif begun:
            key, equals, value = line.partition("=")
            if not equals or key not in LIBPQ or key == "service":
                return Service(path, values, begun, f"line {number} of {path} is no parameter that libpq takes there")
            values.setdefault(key, (value, number))
    return Service(path, values, begun) if begun else None
