"""The services of a Compose file: which of them is Postgres, how it is reached, and what it makes when it is new.

(docs.docker.com/reference/compose-file/services; the variables of the images are in docker-library/postgres and
bitnami/containers.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from pgwhy.secret import Secret
from pgwhy.shipped.regex import lazy
from pgwhy.target.files import references
from pgwhy.target.files.entry import Entry
from pgwhy.values import dataclass

STYLE = "compose"


class PasswordBeside(StrEnum):
    """Whether the password of a connection is the one that its Postgres service is given."""

    SAME = "same"
    DIFFERENT = "different"
    DOLLAR = "dollar"
    """They differ in nothing but `$$`, which Compose reads as one `$`."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, repr=False)
class Services:
    """The one Postgres service of a Compose file. It holds a secret."""

    file: str
    server: str
    """The name of the service, which is its host name for the others."""
    inside: str
    """The port on which it listens, for the others."""
    published: str
    """The port of this machine that leads to it; empty if none does, or several do."""
    role: str
    """The role that it makes when its data are new; empty if that is not known."""
    database: str
    """The database that it makes then; empty if that is not known."""
    password: Secret | None
    keeps_data: bool
    """A volume keeps its data, and with them the roles and passwords of the first start."""
    asking: str = field(default="")
    """The service whose setting the connection is; empty if it is of another file."""
    names: frozenset[str] = field(default=frozenset())
    """Every host name that a service, an alias or an entry of `extra_hosts` has."""
    own_network: bool = field(default=True)
    """The asking service is in the network of the file, and nothing outside of the file is in it."""

    def of_password(self, password: Secret | None) -> PasswordBeside:
        """Whether this password is the one in the file."""
        if password is None or self.password is None:
            return PasswordBeside.UNKNOWN
        given, told = password.reveal(), self.password.reveal()
        if given == told:
            return PasswordBeside.SAME
        same = given.replace("$$", "$") == told.replace("$$", "$")
        return PasswordBeside.DOLLAR if same else PasswordBeside.DIFFERENT


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
