"""Where in a settings file a connection to Postgres is: one rule for every kind of file.

Settings belong together that have the same parent and the same words in front (`DB_HOST` and `DB_USER`). Such a group
is a connection if it has a connection string of Postgres, or a host or a database and something that says Postgres.
What names another service is none, whatever its keys are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from pgwhy.target.files import references, telling
from pgwhy.target.files.entry import SPREAD, Entry
from pgwhy.target.files.kinds import Kind, begins
from pgwhy.target.files.references import Filled
from pgwhy.target.files.roles import URL, are_of_a_database, are_of_something_else, taken_apart
from pgwhy.target.parameters import LIBPQ, SECRET
from pgwhy.values import dataclass


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
    groups = _with_logins(list(_groups(document)))
    logins = {group.parent: group.roles for group in groups if not group.front and URL not in group.roles}
    kinds: dict[tuple[str, ...], list[str]] = {}
    below: dict[tuple[str, ...], dict[str, Entry]] = {}
    for entry in document:
        if _is_driver(entry.key):
            kinds.setdefault(entry.path[:-1], []).append(entry.value)
        if entry.path[-2:-1] and entry.path[-2].lower() in telling.BELOW and entry.key in LIBPQ - SECRET:
            below.setdefault(entry.path[:-2], {})[entry.key] = entry
    for group in groups:
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


def _with_logins(groups: list[_Group]) -> list[_Group]:
    """Each with the role and the password that it has in a mapping of their own: `auth: { username: shop }`."""
    below = {
        group.parent: group
        for group in groups
        if not group.front and group.roles.keys() <= _OF_A_LOGIN and group.parent and group.parent[-1].lower() in _LOGIN
    }
    out: list[_Group] = []
    for group in groups:
        mine = {} if group.front else {p: each for p, each in below.items() if p[:-1] == group.parent}
        if len(mine) == 1 and "host" in group.roles:
            (inner,) = mine.values()
            group = replace(group, roles={**inner.roles, **group.roles})  # the same one, with more
        out.append(group)
    return out


_OF_A_LOGIN = frozenset(("user", "password", "dbname"))
_LOGIN = ("auth", "user", "credentials", "login")


def _paths(group: _Group) -> list[tuple[str, ...]]:
    return [entry.path for entry in group.roles.values()]


@dataclass(frozen=True, repr=False)
class _Group:
    parent: tuple[str, ...]
    front: tuple[str, ...]
    roles: Mapping[str, Entry]
    others: Mapping[str, Entry]
    """The keys of the same parent that have no role, as written."""
    of_databases: bool = False
    surely: bool = False
    """It is in a place where nothing but a connection can be, so a host alone is one."""
    says_which: bool = False
    """What says nothing of the kind of database is none."""
    around: tuple[str, ...] = ()
    """What says the kind of database one level further out: `client` of Knex, `db-kind` of Quarkus."""


def _groups(document: Sequence[Entry]) -> Iterator[_Group]:
    by_parent: dict[tuple[str, ...], list[Entry]] = {}
    for entry in document:
        by_parent.setdefault(entry.path[:-1], []).append(entry)
    for parent, entries in by_parent.items():
        fronts: dict[tuple[str, ...], dict[str, Entry]] = {}
        others: dict[str, Entry] = {}
        alone: list[_Group] = []
        for entry in entries:
            name = taken_apart(entry.key)
            if name.role is None and parent and _is_list(parent) and telling.is_of_postgres(entry.value):
                name = taken_apart(URL)
            if name.role is None:
                # A string of Postgres is a connection whatever its key is: `ConnectionStrings.Shop`.
                if telling.is_of_postgres(entry.value):
                    alone.append(_Group(parent, name.front, {URL: entry}, others))
                others[entry.key] = entry
            elif name.role == URL or telling.is_of_postgres(entry.value):
                roles = fronts.setdefault(name.front, {})
                if URL in roles:
                    alone.append(_Group(parent, name.front, {URL: entry}, others))
                else:
                    roles[URL] = entry
            else:
                roles = fronts.setdefault(name.front, {})
                # `database` says it better than `name` does.
                if name.role not in roles or taken_apart(roles[name.role].key).end == "name":
                    roles[name.role] = entry
        _join(fronts)
        yield from alone
        for front, roles in fronts.items():
            yield _Group(parent, front, roles, others)


def _join(fronts: dict[tuple[str, ...], dict[str, Entry]]) -> None:
    """Beside `host` and `user`, a `database_name` or a `maintenanceDB` is of the same connection."""
    for front in [front for front, roles in fronts.items() if len(front) > 1 and roles.keys() == {"dbname"}]:
        outer = fronts.get(front[:-1])  # DB_DATABASE_NAME, beside DB_HOST
        if outer and "dbname" not in outer and are_of_a_database(front[-1:]):
            outer.update(fronts.pop(front))
    _join_halves(fronts)
    main = fronts.get(())
    if not main:
        return
    for front in [front for front in fronts if len(front) == 1 and are_of_a_database(front)]:
        if URL in fronts[front]:
            continue
        if "dbname" in main and "dbname" in fronts[front] and _is_only_a_name(main["dbname"]):
            del main["dbname"]
        if not fronts[front].keys() & main.keys():
            main.update(fronts.pop(front))


def _join_halves(fronts: dict[tuple[str, ...], dict[str, Entry]]) -> None:
    """`DB_HOST` and `DB_PORT`, beside the `POSTGRES_USER` and `POSTGRES_DB` of the server's image: one connection."""
    about = {front: roles for front, roles in fronts.items() if front and are_of_a_database(front) and URL not in roles}
    addresses = [front for front, roles in about.items() if "host" in roles and not roles.keys() & {"user", "dbname"}]
    logins = [front for front, roles in about.items() if "host" not in roles and roles.keys() & {"user", "dbname"}]
    if len(addresses) == len(logins) == 1:
        address, login = addresses[0], logins[0]
        fronts[address] = {**fronts.pop(login), **fronts[address]}


def _place(group: _Group, style: str, known: Mapping[str, str], login: Mapping[str, Entry]) -> Place | None:
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


def _beside(group: _Group) -> dict[str, Entry]:
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


def _is_a_url_of_postgres(url: Value, around: tuple[str, ...], group: _Group) -> bool:
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


def _adapter_says_postgres(group: _Group) -> bool:
    return any(telling.POSTGRES.search(value) for value in _drivers(group))


def _says_another(group: _Group) -> bool:
    told = [value for value in _drivers(group) if value]
    return (
        bool(told)
        and not any(telling.POSTGRES.search(value) for value in told)
        and any(map(telling.OTHER.search, told))
    )


def _names_a_database(values: Mapping[str, Value]) -> bool:
    database = values.get("dbname")
    return database is not None and not _is_only_a_name(database.entry)


def _is_only_a_name(entry: Entry) -> bool:
    """Its key is `name`, which anything can have."""
    return taken_apart(entry.key).end == "name"


def _drivers(group: _Group) -> Iterator[str]:
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


def _name(group: _Group) -> str:
    own = group.roles.get(URL)
    if own is not None and (not group.parent or telling.is_of_postgres(own.value)) and len(group.roles) == 1:
        return ".".join((*group.parent, own.key)) if not _is_list(group.parent) else ".".join(group.parent)
    front = "_".join(next(iter(group.roles.values())).key.split("_")[:-1]) if group.front else ""
    return ".".join((*group.parent, *([f"{front}_*"] if front else []))) or "the file"


def _is_list(parent: tuple[str, ...]) -> bool:
    return parent[-1].isdigit() if parent else False


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
