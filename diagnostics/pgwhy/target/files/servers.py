"""A Postgres that a file starts itself, as the connection of a person beside it: `localhost` and its published port.

Most Compose files name no connection at all: they start the database of a program that runs outside of them. The role,
the database and the password are those that the server makes when its data are new. (hub.docker.com/_/postgres;
docs.docker.com/reference/compose-file/services; docs.github.com/actions, "Creating PostgreSQL service containers".)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pgwhy.target.files import references
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.kinds import Kind
from pgwhy.target.files.places import Place, Value
from pgwhy.target.files.references import Filled
from pgwhy.target.files.services import (
    DATABASES,
    PASSWORDS,
    ROLES,
    Below,
    inside_port,
    is_another,
    is_postgres,
    ports,
)


def servers(document: Sequence[Entry], kind: Kind, known: Mapping[str, str]) -> list[Place]:
    """A connection to each Postgres of a document that publishes its port. `document` has its items flattened."""
    every = [_place(around, below, kind, known) for around, below in _of_postgres(document, known)]
    return [place for place in every if place is not None]


def only(document: Sequence[Entry], known: Mapping[str, str]) -> str:
    """The name of the only Postgres of a document; empty if it has none, or several."""
    found = [around[-1] for around, _ in _of_postgres(document, known)]
    return found[0] if len(found) == 1 else ""


def others(document: Sequence[Entry]) -> frozenset[str]:
    """The services that are databases of another kind."""
    return frozenset(around[-1] for around, below in _services(document).items() if is_another(below))


def _of_postgres(document: Sequence[Entry], known: Mapping[str, str]) -> Iterator[tuple[tuple[str, ...], Below]]:
    for around, below in _services(document).items():
        if is_postgres(below, known):
            yield around, below


def _services(document: Sequence[Entry]) -> dict[tuple[str, ...], list[tuple[tuple[str, ...], Entry]]]:
    """The settings of each service by its path: `("services", "db")`, `("jobs", "test", "services", "db")`."""
    found: dict[tuple[str, ...], list[tuple[tuple[str, ...], Entry]]] = {}
    for entry in document:
        at = next((at for at in (0, 2) if entry.path[at : at + 1] == ("services",)), None)
        if at is not None and len(entry.path) > at + 2:
            found.setdefault(entry.path[: at + 2], []).append((entry.path[at + 2 :], entry))
    return found


def _place(around: tuple[str, ...], below: Below, kind: Kind, known: Mapping[str, str]) -> Place | None:
    variables = {path[1]: entry for path, entry in below if path[0] in ("environment", "env") and len(path) == 2}
    filled = {name: references.filled(entry.value, kind.style, known) for name, entry in variables.items()}
    inside = inside_port(below, {name: value.value for name, value in filled.items()})
    published = [(entry, outer) for entry, outer, inner in ports(below, kind.style, known) if inner == inside]
    if not published:
        return None
    entry, port = published[0]
    role = next((name for name in ROLES if name in variables), None)
    told = {
        "user": role,
        "dbname": next((name for name in DATABASES if name in variables), role),
        "password": next((name for name in PASSWORDS if name in variables), None),
    }
    values = {role: Value(variables[name], filled[name]) for role, name in told.items() if name}
    for name in ("user", "dbname"):  # what the image makes where it is told nothing
        values.setdefault(name, Value(_said(around, name, "postgres", below[0][1].line), Filled("postgres")))
    secret = next((variables[f"{name}_FILE"] for name in PASSWORDS if f"{name}_FILE" in variables), None)
    if secret and "password" not in values:
        elsewhere = Entry(secret.path, "", secret.line, elsewhere="the file of a secret")
        values["password"] = Value(elsewhere, Filled(None, computed=True))
    address = {
        "host": Value(_said(around, "ports", "localhost", entry.line), Filled("localhost")),
        "port": Value(_said(around, "ports", port, entry.line), Filled(port))
        if port
        else Value(entry, references.filled(entry.value, kind.style, known)),
    }
    return Place(around[-1], None, {**address, **values})


def _said(around: tuple[str, ...], name: str, value: str, line: int) -> Entry:
    """What no value of the file is, so that nothing can be written in its place."""
    return Entry((*around, name), value, line, span=(0, 0))
