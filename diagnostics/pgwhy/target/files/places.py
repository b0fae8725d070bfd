"""Where in a settings file a connection to Postgres is: one rule for every kind of file.

Settings belong together that have the same parent and the same words in front (`DB_HOST` and `DB_USER`). Such a group
is a connection if it has a connection string of Postgres, or a host or a database and something that says Postgres.
What names another service is none, whatever its keys are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from pgwhy.target.files import references, telling
from pgwhy.target.files.entry import SPREAD, Entry
from pgwhy.target.files.groups import Group, groups, is_list, is_only_a_name
from pgwhy.target.files.kinds import Kind, begins
from pgwhy.target.files.references import Filled
from pgwhy.target.files.roles import URL, are_of_a_database, are_of_something_else, taken_apart
from pgwhy.target.parameters import LIBPQ, SECRET
from pgwhy.values import dataclass, replace


@dataclass(frozen=True, repr=False)
class Value:
    """One setting of a connection, and what it is once its variables are put in."""

    entry: Entry
    filled: Filled


@dataclass(frozen=True, repr=False)
class Place:
    """One connection that a file names. It holds secrets and does not live long."""

    name: str
    """`spring.datasource`, `production`, `DATABASE_URL`, `DB_*`."""
    url: Value | None
    fields: Mapping[str, Value] = field(default_factory=dict)
    """libpq's names → values."""
    foreign: Mapping[str, Entry] = field(default_factory=dict)
    """Other settings beside them: `pool`, `schema`."""

    @property
    def line(self) -> int:
        """Where it begins: the line of its string, or of its first setting."""
        return self.url.entry.line if self.url else min(value.entry.line for value in self.fields.values())


def found_in(document: Sequence[Entry], kind: Kind, known: Mapping[str, str]) -> Iterator[Place]:
    """The connections of one document, in its order.

    `known` are the variables of the environment and its like.
    """
    found = groups(document)
    logins = {group.parent: group.roles for group in found if not group.front and URL not in group.roles}
    kinds: dict[tuple[str, ...], list[str]] = {}
    below: dict[tuple[str, ...], dict[str, Entry]] = {}
    for entry in document:
        if _is_driver(entry.key):
            kinds.setdefault(entry.path[:-1], []).append(entry.value)
        if entry.path[-2:-1] and entry.path[-2].lower() in telling.BELOW and entry.key in LIBPQ - SECRET:
            below.setdefault(entry.path[:-2], {})[entry.key] = entry
    for group in found:
        login = logins.get(group.parent[:-1], {}) if group.parent else {}
        if group.parent and group.parent[0].startswith(
            "%"
        ):  # a profile of Quarkus: what it does not say is said for all
            login = {**logins.get(group.parent[1:-1], {}), **login}
        around = tuple(kinds.get(group.parent[:-1], ())) if group.parent else ()
        own = {**below.get(group.parent, {}), **group.others}
        surely = any(begins(path, pattern) for path in _paths(group) for pattern in kind.databases_in)
        whole = replace(
            group,
            others=own,
            of_databases=kind.of_databases or surely,
            surely=surely,
            says_which=kind.says_which,
            around=around,
        )
        place = _place(whole, kind.style, known, login)
        if place is not None and not (place.url and place.url.entry.value.strip() in kind.templates):
            yield place


def _paths(group: Group) -> list[tuple[str, ...]]:
    return [entry.path for entry in group.roles.values()]


def _place(group: Group, style: str, known: Mapping[str, str], login: Mapping[str, Entry]) -> Place | None:
    """`login` are the settings one level further out: Quarkus has the URL a level below the role and the password."""
    values = {role: _value(entry, style, known) for role, entry in group.roles.items()}
    around = (*group.parent, *group.front)
    if values and group.surely and SPREAD in group.others:  # what it brings along may be any of these
        values = {**{role: _value(group.others[SPREAD], style, known) for role in _MAY_BE_SPREAD}, **values}
    url = values.pop(URL, None)
    if url is not None and url.filled.value == "" and url.filled.defaulted:  # `process.env.DATABASE_URL || ""`
        url = replace(url, filled=Filled(None, url.filled.defaulted))
    if url is not None and url.filled.value is None and url.filled.missing and "host" in values:
        url = None  # a variable that is not set is no string, and the fields beside it count
    if url is not None and taken_apart(url.entry.key).role == "host" and values.keys() & {"user", "dbname", "port"}:
        values["host"], url = url, None  # what is in the field of the host is a host, and then it is a mistake
    if url is not None:
        if _is_a_url_of_postgres(url, around, group):
            outer = {role: _value(entry, style, known) for role, entry in login.items()}
            fields = {role: value for role, value in {**outer, **values}.items() if role in _BESIDE_A_URL}
            return Place(_name(group), url, fields)
        if telling.OTHER_URL.match(url.entry.value):
            return None
    if are_of_something_else(around) or _says_another(group):
        return None
    adapter = _adapter_says_postgres(group)
    if group.says_which and not adapter:
        return None
    if "host" in values and not adapter and telling.OTHER_URL.match(values["host"].entry.value):
        return None
    has = values.keys() & {"host", "dbname", "user", "password"}
    named = adapter or group.of_databases or are_of_a_database(around) or _names_a_database(values)
    if "host" in has and (len(has) > 1 or group.surely) and named and not _has_another_port(values):
        return Place(_name(group), None, values, _beside(group))
    if (adapter and _names_a_database(values)) or (group.surely and has):
        return Place(_name(group), None, values, _beside(group))
    return None


def _beside(group: Group) -> dict[str, Entry]:
    """libpq's parameters beside the fields, and what is surely no secret: `pool: 5`, `prepared_statements: false`."""
    if group.front or not group.parent:
        return {}  # in a file of variables, the others are those of the whole program
    return {
        key: entry
        for key, entry in group.others.items()
        if (key in LIBPQ and key not in SECRET) or telling.HARMLESS.fullmatch(entry.value)
    }


def _value(entry: Entry, style: str, known: Mapping[str, str]) -> Value:
    if entry.elsewhere:
        return Value(entry, Filled(None, computed=True))
    if entry.expression is not None:
        return Value(entry, references.computed(entry.expression, known))
    return Value(entry, references.filled(entry.value, style, known))


def _is_a_url_of_postgres(url: Value, around: tuple[str, ...], group: Group) -> bool:
    text = url.filled.value
    if text is not None and telling.SCHEME.match(text):
        return True
    if _says_another(group):
        return False
    if text is not None and telling.is_of_postgres(text):
        return True
    if are_of_something_else((*around, url.entry.key)):
        return False
    is_named_so = are_of_a_database((*around, url.entry.key)) or _adapter_says_postgres(group) or group.of_databases
    if text is None and telling.ANOTHER_IN_TEXT.search(url.entry.value):
        return False
    if text is None and url.entry.expression is not None and not is_named_so:
        return are_of_a_database(url.filled.missing)
    if text is None or not text.strip() or telling.PLACEHOLDER.fullmatch(text.strip()):
        return is_named_so
    return is_named_so and not telling.OTHER_URL.match(text.strip()) and bool(telling.BROKEN.search(text))


def _adapter_says_postgres(group: Group) -> bool:
    return any(telling.POSTGRES.search(value) for value in _drivers(group))


def _says_another(group: Group) -> bool:
    told = [value for value in _drivers(group) if value]
    return (
        bool(told)
        and not any(telling.POSTGRES.search(value) for value in told)
        and any(map(telling.OTHER.search, told))
    )


def _names_a_database(values: Mapping[str, Value]) -> bool:
    database = values.get("dbname")
    return database is not None and not is_only_a_name(database.entry)


def _drivers(group: Group) -> Iterator[str]:
    """What the settings say that name the kind of database: `adapter`, `DB_CONNECTION`, `driver-class-name`."""
    for key, entry in group.others.items():
        if _is_driver(key, group.front):
            yield entry.value
    yield from group.around


def _is_driver(key: str, front: tuple[str, ...] = ()) -> bool:
    parts = taken_apart(key).front
    return parts[: len(front)] == front and "".join(parts[len(front) :]) in telling.DRIVERS


def _has_another_port(values: Mapping[str, Value]) -> bool:
    """The port is that of another kind of server."""
    port = values.get("port")
    return port is not None and (port.filled.value or "") in telling.OTHER_PORTS


def _name(group: Group) -> str:
    own = group.roles.get(URL)
    if own is not None and (not group.parent or telling.is_of_postgres(own.value)) and len(group.roles) == 1:
        return ".".join((*group.parent, own.key)) if not is_list(group.parent) else ".".join(group.parent)
    front = "_".join(next(iter(group.roles.values())).key.split("_")[:-1]) if group.front else ""
    return ".".join((*group.parent, *([f"{front}_*"] if front else []))) or "the file"


def several(found: Iterable[Place]) -> tuple[Place, ...]:
    """The places without those that say the same as one before them."""
    kept: dict[tuple[object, ...], Place] = {}
    every = list(found)
    # What a program computes is most likely put together of what is beside it.
    known = [place for place in every if not _is_computed(place)]
    filled_in = [place for place in known or every if not _is_blank(place)]  # DATABASE_URL= beside DB_HOST=
    for place in filled_in or known or every:
        kept.setdefault(_what(place), place)
    return tuple(kept.values())


def _is_computed(place: Place) -> bool:
    values = (*place.fields.values(), *([place.url] if place.url else []))
    return all(value.filled.computed and not value.entry.elsewhere for value in values)


def _is_blank(place: Place) -> bool:
    return place.url is not None and not place.url.entry.value and not place.url.entry.elsewhere


def _what(place: Place) -> tuple[object, ...]:
    told = {name: value.filled.value or value.entry.value for name, value in place.fields.items()}
    return (place.url.filled.value or place.url.entry.value if place.url else None, *sorted(told.items()))


_MAY_BE_SPREAD = ("host", "user", "dbname")
_BESIDE_A_URL = ("user", "password")
"""What drivers take from beside a URL that does not have it."""
