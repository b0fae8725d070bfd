"""The services of a Compose file: which of them is Postgres, how it is reached, and what it makes when it is new.

(docs.docker.com/reference/compose-file/services; the variables of the images are in docker-library/postgres and
bitnami/containers.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pgwhy.secret import Secret
from pgwhy.shipped.regex import lazy
from pgwhy.target.files import references
from pgwhy.target.files.entry import Entry
from pgwhy.target.services import Services

STYLE = "compose"


def services(
    file: str, document: Sequence[Entry], known: Mapping[str, str], asking: str = "", beside: Iterable[str] = ()
) -> Services | None:
    """The Postgres service of a file's entries; `None` if it has none, or several.

    `known` are the variables, `beside` the names of services in further files of the same project.
    """
    of: dict[str, list[Entry]] = {}
    for entry in document:
        if entry.path[0] == "services" and len(entry.path) > 2:
            of.setdefault(entry.path[1], []).append(entry)
    servers = [name for name, entries in of.items() if any(_is_postgres(entry) for entry in entries)]
    if len(servers) != 1:
        return None
    (server,) = servers
    variables = {
        entry.key: references.filled(entry.value, STYLE, known).value
        for entry in of[server]
        if entry.path[2] == "environment"
    }
    role = _first(variables, _ROLES, "postgres")
    password = next((variables[name] for name in _PASSWORDS if variables.get(name)), None)
    inside = _inside(of[server], variables)
    return Services(
        file,
        server,
        inside,
        _published(of[server], inside),
        role,
        _first(variables, _DATABASES, role),
        Secret(password) if password else None,
        any(entry.path[2] == "volumes" and _DATA.search(entry.value) for entry in of[server]),
        asking,
        frozenset({*of, *beside, *_aliases(document)}),
        not _is_elsewhere(document, asking),
    )


def _first(variables: Mapping[str, str | None], names: Sequence[str], otherwise: str) -> str:
    """The first of these that is set; empty where its value is not known here."""
    name = next((name for name in names if name in variables), None)
    return otherwise if name is None else variables[name] or ""


def _is_postgres(entry: Entry) -> bool:
    return entry.path[2:] == ("image",) and bool(_IMAGE.search(entry.value))


def _inside(entries: Sequence[Entry], variables: Mapping[str, str | None]) -> str:
    """5432, unless the service is told another port."""
    command = " ".join(entry.value for entry in entries if entry.path[2] == "command")
    told = _PORT_OPTION.search(command)
    return told[1] if told else variables.get("PGPORT") or variables.get("POSTGRESQL_PORT_NUMBER") or "5432"


def _published(entries: Sequence[Entry], inside: str) -> str:
    found = []
    for entry in entries:
        if entry.path[2] == "ports" and (short := _SHORT.fullmatch(entry.value)) and short["inside"] == inside:
            found.append(short["outside"])
        if entry.path[2] == "ports" and entry.key == "published":
            found.append(entry.value)
    return found[0] if len(found) == 1 else ""


def _aliases(document: Sequence[Entry]) -> Iterable[str]:
    for entry in document:
        if entry.path[0] != "services" or len(entry.path) < 3:
            continue
        if entry.path[2] in ("hostname", "container_name") or "aliases" in entry.path:
            yield entry.value
        elif entry.path[2] == "extra_hosts":
            yield re.split(r"[:=]", entry.value)[0] if entry.key.isdigit() else entry.key
        elif entry.path[2] in ("links", "external_links"):
            yield entry.value.rpartition(":")[2]


def _is_elsewhere(document: Sequence[Entry], asking: str) -> bool:
    """Another network, or a part of the project that is in no file that was read."""
    own = [entry.path[2] for entry in document if entry.path[:2] == ("services", asking) and len(entry.path) > 2]
    others = any(entry.path[0] == "include" or entry.path[-1] == "external" for entry in document)
    return others or "network_mode" in own or "extends" in own


_IMAGE = lazy(r"(?:^|/)(?:postgres(?:ql)?|postgis|timescaledb(?:-ha)?|pgvector|pgvecto-rs|citus|paradedb)(?:[:@]|$)")
_SHORT = lazy(r"(?:[\d.]+:|\[[^\]]*\]:)?(?P<outside>\d+):(?P<inside>\d+)(?:/tcp)?")
_PORT_OPTION = lazy(r"(?:-p\s*|--port[= ]|\bport=)(\d+)")
_DATA = lazy(r"/var/lib/postgresql|/bitnami/postgresql|/home/postgres/pgdata")
_ROLES = ("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER")
_DATABASES = ("POSTGRES_DB", "POSTGRESQL_DATABASE")
_PASSWORDS = ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD")
