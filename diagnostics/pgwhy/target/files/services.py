"""The services of a Compose file: which of them is Postgres, how it is reached, and what it makes when it is new.

(docs.docker.com/reference/compose-file/services; the variables of the images are in docker-library/postgres and
bitnami/containers.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pgwhy.secret import Secret
from pgwhy.shipped.regex import lazy
from pgwhy.target.files import references, telling
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
    servers = [name for name, entries in of.items() if is_postgres([(e.path[2:], e) for e in entries], known)]
    if len(servers) != 1:
        return None
    (server,) = servers
    variables = {
        entry.key: references.filled(entry.value, STYLE, known).value
        for entry in of[server]
        if entry.path[2] == "environment"
    }
    role = _first(variables, ROLES, "postgres")
    password = next((variables[name] for name in PASSWORDS if variables.get(name)), None)
    below = [(entry.path[2:], entry) for entry in of[server]]
    inside = inside_port(below, variables)
    outside = [outer for _, outer, inner in ports(below, STYLE, known) if inner == inside]
    return Services(
        file,
        server,
        inside,
        outside[0] if len(outside) == 1 else "",
        role,
        _first(variables, DATABASES, role),
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


Below = Sequence[tuple[tuple[str, ...], Entry]]
"""The settings of one service, each with its path inside of the service: `("environment", "POSTGRES_DB")`."""


def is_postgres(below: Below, known: Mapping[str, str]) -> bool:
    """Its image is one of Postgres, or it is built here and keeps Postgres' data."""
    image = next((entry.value for path, entry in below if path == ("image",)), None)
    if image is None:
        return any(path[0] == "volumes" and _DATA.search(entry.value) for path, entry in below)
    return bool(_IMAGE.search(references.filled(image, STYLE, known).value or image))


def is_another(below: Below) -> bool:
    """Its image is that of another kind of database."""
    return any(path == ("image",) and telling.OTHER.search(entry.value) for path, entry in below)


def inside_port(below: Below, variables: Mapping[str, str | None]) -> str:
    """5432, unless the service is told another port."""
    command = " ".join(entry.value for path, entry in below if path[0] == "command")
    told = _PORT_OPTION.search(command)
    return told[1] if told else variables.get("PGPORT") or variables.get("POSTGRESQL_PORT_NUMBER") or "5432"


def ports(below: Below, style: str, known: Mapping[str, str]) -> Iterator[tuple[Entry, str, str]]:
    """The ports that a service publishes: where that is said, the port of this machine, and the one inside.

    That of this machine is empty where a variable has it that is not known."""
    targets = {path[:2]: entry.value for path, entry in below if path[0] == "ports" and path[-1] == "target"}
    for path, entry in below:
        if path[0] != "ports":
            continue
        value = references.filled(entry.value, style, known).value
        if path[-1] == "published":
            yield entry, value or "", targets.get(path[:2], "")
        elif value is None and (last := _BEHIND_A_VARIABLE.fullmatch(entry.value)):
            yield entry, "", last["inside"]
        elif value is not None and (short := _SHORT.fullmatch(value)):
            yield entry, short["outside"], short["inside"]


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


_IMAGE = lazy(
    r"(?:^|/)(?:postgres(?:ql)?|postgis|timescaledb(?:-ha)?|pgvector|pgvecto-rs|citus|paradedb|pgautoupgrade|vchord-postgres|postgresql-repmgr)(?:[:@]|$)"
)
_SHORT = lazy(r"(?:[\d.]+:|\[[^\]]*\]:)?(?P<outside>\d+):(?P<inside>\d+)(?:/tcp)?")
_BEHIND_A_VARIABLE = lazy(r".*\$\{?\w+[^:]*:(?P<inside>\d+)(?:/tcp)?")
_PORT_OPTION = lazy(r"(?:-p\s*|--port[= ]|\bport=)(\d+)")
_DATA = lazy(r"/var/lib/postgresql|/bitnami/postgresql|/home/postgres/pgdata")
ROLES = ("POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER")
DATABASES = ("POSTGRES_DB", "POSTGRESQL_DATABASE")
PASSWORDS = ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD")
