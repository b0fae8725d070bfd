"""The kinds of settings files: `kinds.toml` has a table for each; here is what its keys mean, and how one is found."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from pgwhy.target.files.entry import Entry
from pgwhy.values import dataclass

FILE = Path(__file__).with_name("kinds.toml")


@dataclass(frozen=True)
class Kind:
    """One kind of settings file."""

    name: str
    title: str
    syntax: str
    """A module of `pgwhy.target.files.syntaxes`."""
    files: tuple[str, ...]
    """Patterns of its usual names, in small letters; one with a slash is matched against the end of the path."""
    holds: tuple[str, ...] = ()
    """Paths of names of which it must have one, with `*` for any, or `name=value`; empty: its file name is enough."""
    style: str = ""
    """How it names variables: a name of `references.STYLES`."""
    client: str | None = None
    """The client that reads it, by its id in `clients.toml`; `None` if that depends on the program."""
    chosen_by_variable: str = ""
    """The environment variable that says which of several connections is used (`RAILS_ENV`)."""
    usually: str = ""
    """The connection that is used where that variable is not set."""
    chosen_by_setting: str = ""
    """The name of the setting in the file that says it (dbt's `target`)."""
    of_databases: bool = False
    """Everything in it is about databases, so `host` and `url` need no word of Postgres beside them."""
    host_has_port: bool = False
    """Its host may have the port behind a colon."""
    encoded: str = ""
    """The name of the mapping whose values are in Base64."""
    source: str = ""
    """Where its format is described; empty for any file of a syntax."""


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order in which a file is tried for them."""
    with FILE.open("rb") as file:
        tables = tomllib.load(file)
    return tuple(_kind(name, table) for name, table in tables.items())


def _kind(name: str, table: dict[str, Any]) -> Kind:
    values: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in table.items()}
    return Kind(name, **values)


def kinds_for(name: str) -> list[Kind]:
    """The kinds that a file of this name may be."""
    path = PurePath(name.lower())
    return [kind for kind in kinds() if any(_fits(path, pattern) for pattern in kind.files)]


def is_usual(name: str) -> bool:
    """A file of this name is one of settings, whatever is in it: `application.yml`, and not any YAML file."""
    path = PurePath(name.lower())
    patterns = (pattern for kind in kinds() if kind.source for pattern in kind.files)
    return any(_fits(path, pattern) for pattern in patterns if pattern not in ("*.yml", "*.yaml"))


def holds(kind: Kind, documents: Sequence[Sequence[Entry]]) -> bool:
    """The file has what its kind must have."""
    return not kind.holds or any(
        _has(entry, pattern) for document in documents for entry in document for pattern in kind.holds
    )


def _has(entry: Entry, pattern: str) -> bool:
    key, equals, value = pattern.partition("=")
    if equals:
        return entry.path == (key,) and entry.value == value
    parts = pattern.split(".")
    names = [name for key in entry.path for name in key.split(".")]  # Spring reads `spring.datasource.url: x` too
    if len(parts) > len(names):
        return False
    return all(fnmatchcase(name, part) for name, part in zip(names, parts, strict=False))


def _fits(path: PurePath, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatchcase(path.as_posix(), f"*{pattern}")
    return fnmatchcase(path.name, pattern)
