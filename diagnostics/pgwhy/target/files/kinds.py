"""The kinds of settings files: `kinds.toml` has a table for each; here is what its keys mean, and how one is found."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field
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
    also: tuple[str, ...] = ()
    """Patterns that fit many other files, too: such a file is not looked for, it is named by its user."""
    holds: tuple[str, ...] = ()
    """Paths of names of which it must have one, with `*` for any, or `name=value`; empty: its file name is enough."""
    style: str = ""
    """How it names variables: a name of `references.STYLES`."""
    client: str | None = None
    """The client that reads it, by its id in `clients.toml`; `None` if that depends on the program."""
    not_by_client: tuple[str, ...] = ()
    """Paths of names whose strings another program than `client` reads (Quarkus' reactive driver)."""
    chosen_by_variable: str = ""
    """The environment variable that says which of several connections is used (`RAILS_ENV`)."""
    usually: str = ""
    """The connection that is used where nothing says which."""
    chosen_by_setting: str = ""
    """The name of the setting that says it, beside the group of connections (dbt's `target`)."""
    of_databases: bool = False
    """Everything in it is about databases, so `host` and `url` need no word of Postgres beside them."""
    databases_in: tuple[str, ...] = ()
    """Paths of names below which nothing but a connection can be."""
    host_has_port: bool = False
    """Its host may have the port behind a colon."""
    says: tuple[str, ...] = ()
    """Words of which its text must have one; empty: none is needed."""
    within: tuple[str, ...] = ()
    """Paths of names below which alone a connection counts; empty: anywhere."""
    library: str = ""
    """The library of Node whose names it has, a key of `pgwhy.target.forms.node.LIBRARIES`; empty: none."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of its own that mean something else in other files → libpq's (Airflow's `schema` is the database)."""
    parameters: tuple[str, ...] = ()
    """Parameters in its connection strings that are its program's own, and go to no server."""
    inside: tuple[str, ...] = ()
    """Mappings whose settings belong to the level above (Grafana's `jsonData`)."""
    ignores: tuple[str, ...] = ()
    """Paths of names below which nothing is a connection (the volumes of Compose)."""
    says_which: bool = False
    """It says of each connection which kind of database it is, so what says nothing is none."""
    starts_servers: bool = False
    """What it starts is a connection, too, where it names no other (`servers.py`)."""
    has_services: bool = False
    """It starts the services of `services.py`, in a network of their own."""
    templates: tuple[str, ...] = ()
    """Connection strings that say that the program sets another one."""
    profile: tuple[str, ...] = ()
    """The settings that say for which profile a document is (`spring.config.activate.on-profile`)."""
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
    return [kind for kind in kinds() if any(_fits(path, pattern) for pattern in (*kind.files, *kind.also))]


def called(name: str) -> Kind:
    """The kind of this name. Raises `KeyError`."""
    return _by_name()[name]


def is_of(kind: Kind, name: str) -> bool:
    """A file of this name is usually of this kind."""
    path = PurePath(name.lower())
    return any(_fits(path, pattern) for pattern in kind.files)


def is_usual(name: str) -> bool:
    """A file of this name is one of settings, whatever is in it: `application.yml`, and not any YAML file."""
    path = PurePath(name.lower())
    return any(_fits(path, pattern) for kind in kinds() if kind.source for pattern in kind.files)


def holds(kind: Kind, text: str, documents: Sequence[Sequence[Entry]]) -> bool:
    """The file has what its kind must have."""
    if kind.says and not any(word in text for word in kind.says):
        return False
    return not kind.holds or any(
        has(entry, pattern) for document in documents for entry in document for pattern in kind.holds
    )


def has(entry: Entry, pattern: str) -> bool:
    """Its path begins as the pattern says, or it is the `name=value` of the pattern."""
    key, equals, value = pattern.partition("=")
    if equals:
        return entry.path == (key,) and entry.value == value
    return begins(entry.path, pattern)


def begins(path: tuple[str, ...], pattern: str) -> bool:
    """The path begins with these names, `*` for any."""
    parts = pattern.split(".")
    names = [name for key in path for name in key.split(".")]  # Spring reads `spring.datasource.url: x` too
    if len(parts) > len(names):
        return False
    return all(fnmatchcase(name, part) for name, part in zip(names, parts, strict=False))


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds()}


def _fits(path: PurePath, pattern: str) -> bool:
    if "/" in pattern:
        return fnmatchcase(path.as_posix(), f"*{pattern}")
    return fnmatchcase(path.name, pattern)
