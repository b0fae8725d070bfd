"""The settings of a file that belong together: those of one parent, with the same words in front of their roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pgwhy.target.files import telling
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.roles import URL, are_of_a_database, taken_apart
from pgwhy.values import dataclass, replace


@dataclass(frozen=True, repr=False)
class Group:
    """Settings of one parent and one front, by their roles."""

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


def _plain_groups(document: Sequence[Entry]) -> Iterator[Group]:
    by_parent: dict[tuple[str, ...], list[Entry]] = {}
    for entry in document:
        by_parent.setdefault(entry.path[:-1], []).append(entry)
    for parent, entries in by_parent.items():
        fronts: dict[tuple[str, ...], dict[str, Entry]] = {}
        others: dict[str, Entry] = {}
        alone: list[Group] = []
        for entry in entries:
            name = taken_apart(entry.key)
            if name.role is None and parent and is_list(parent) and telling.is_of_postgres(entry.value):
                name = taken_apart(URL)
            if name.role is None:
                # A string of Postgres is a connection whatever its key is: `ConnectionStrings.Shop`.
                if telling.is_of_postgres(entry.value):
                    alone.append(Group(parent, name.front, {URL: entry}, others))
                others[entry.key] = entry
            elif name.role == URL or telling.is_of_postgres(entry.value):
                roles = fronts.setdefault(name.front, {})
                if URL in roles:
                    alone.append(Group(parent, name.front, {URL: entry}, others))
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
            yield Group(parent, front, roles, others)


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
        if "dbname" in main and "dbname" in fronts[front] and is_only_a_name(main["dbname"]):
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


def groups(document: Sequence[Entry]) -> list[Group]:
    """Every group of a document, in its order."""
    return _with_logins(list(_plain_groups(document)))


def _with_logins(groups: list[Group]) -> list[Group]:
    """Each with the role and the password that it has in a mapping of their own: `auth: { username: shop }`."""
    below = {
        group.parent: group
        for group in groups
        if not group.front and group.roles.keys() <= _OF_A_LOGIN and group.parent and group.parent[-1].lower() in _LOGIN
    }
    out: list[Group] = []
    for group in groups:
        mine = {} if group.front else {p: each for p, each in below.items() if p[:-1] == group.parent}
        if len(mine) == 1 and "host" in group.roles:
            (inner,) = mine.values()
            group = replace(group, roles={**inner.roles, **group.roles})  # the same one, with more
        out.append(group)
    return out


_OF_A_LOGIN = frozenset(("user", "password", "dbname"))
_LOGIN = ("auth", "user", "credentials", "login")


def is_only_a_name(entry: Entry) -> bool:
    """Its key is `name`, which anything can have."""
    return taken_apart(entry.key).end == "name"


def is_list(parent: tuple[str, ...]) -> bool:
    """The parent is an item of a list."""
    return parent[-1].isdigit() if parent else False
