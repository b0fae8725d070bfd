"""An inventory of Ansible: INI, YAML, or the JSON that `ansible-inventory --list` prints, which has everything.

A host is a target if a variable of it begins as a setting of Postgres does (`pg_port`, `postgres_host`,
`postgresql_db`) or has the whole target (`database_url`), or if it is in the group that was asked for. Connected to is
`ansible_host`, where nothing else is said.
Source: docs.ansible.com/ansible/latest/inventory_guide/intro_inventory.html
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from pgwhy.fleet.lists.tables import of_record
from pgwhy.fleet.task import BadList, Entry
from pgwhy.foreign import files
from pgwhy.values import dataclass

LARGEST = 20_000_000
MOST_HOSTS = 1_000_000
PREFIXES = ("postgresql_", "postgres_", "pgwhy_", "pg_", "pg")
"""What a variable begins with that is a setting of Postgres; the rest is libpq's name."""
_WHOLE = re.compile(r"(?:database|db|pg|postgres|postgresql|pgwhy)_?(?:url|uri|dsn|target)", re.IGNORECASE)


@dataclass
class Inventory:
    """Hosts with their variables, and the groups that they are in."""

    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of groups."""
    members: dict[str, set[str]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)

    def of(self, host: str) -> dict[str, Any]:
        """The variables of a host: those of a child group count more than its parent's, its own most."""
        found: dict[str, Any] = dict(self.variables.get("all", {}))
        for group in sorted(self.groups_of(host), key=lambda group: (-self._height(group), group)):
            found |= self.variables.get(group, {})
        return found | self.hosts[host]

    def groups_of(self, host: str) -> set[str]:
        """The groups that it is in, through their children as well; without `all`."""
        found = {group for group, hosts in self.members.items() if host in hosts}
        while more := {parent for parent, own in self.children.items() if found & set(own)} - found:
            found |= more
        return found - {"all"}

    def _height(self, group: str, above: frozenset[str] = frozenset()) -> int:
        """Levels of groups below this one."""
        below = [child for child in self.children.get(group, ()) if child not in above]
        return 1 + max((self._height(child, above | {group}) for child in below), default=0)


def entries(path: Path, group: str = "") -> Iterator[Entry]:
    """A target for each host. Raises `BadList`; `group`: only, and all, of its hosts."""
    try:
        text = files.text(path, LARGEST)
    except OSError as problem:
        raise BadList(f"{path} cannot be read: {problem.strerror}") from None
    inventory = read(text, path.suffix.lower())
    number = 0
    for host in inventory.hosts:
        groups = inventory.groups_of(host)
        record = _record(host, inventory.of(host))
        if group in groups or (not group and record is not None):
            number += 1
            yield _entry(number, host, record or {"host": host}, groups)
    if not number:
        why = f"no host of {path} is in the group {group}" if group else f"no host of {path} has a variable of Postgres"
        raise BadList(why + ("" if group else ", such as pg_port; name their group with --group"))


def _record(host: str, variables: Mapping[str, Any]) -> dict[str, Any] | None:
    """Its settings; `None` where none is one of Postgres."""
    whole = next((value for name, value in variables.items() if _WHOLE.fullmatch(name)), None)
    if isinstance(whole, str):
        return {"target": whole}
    settings = {
        name.lower().removeprefix(prefix): value
        for name, value in variables.items()
        for prefix in PREFIXES
        if name.lower().startswith(prefix) and not isinstance(value, (dict, list))
    }
    known = {key: value for key, value in settings.items() if key in _SETTINGS}
    if not known:
        return None
    return {"host": variables.get("ansible_host") or host, **known}


_SETTINGS = frozenset(("host", "hostname", "port", "user", "username", "role", "db", "database", "dbname", "password"))
_SETTINGS |= {"sslmode", "sslrootcert", "hostaddr"}


def _entry(number: int, host: str, record: Mapping[str, Any], groups: set[str]) -> Entry:
    computed = next((name for name, value in record.items() if isinstance(value, str) and "{{" in value), "")
    labels = {"group": ",".join(sorted(groups))} if groups else {}
    if computed:
        return Entry(number, name=host, labels=labels, error=f"({host}) has a {computed} that only Ansible can compute")
    found = of_record(number, record)
    return Entry(number, found.text, host, labels, found.error)


def read(text: str, ending: str) -> Inventory:
    """The inventory of a text, by its file's ending and its first character. Raises `BadList`."""
    if text.lstrip().startswith("{"):
        return _of_json(text)
    if ending in (".yml", ".yaml") or text.lstrip().startswith("---"):
        return _of_yaml(text)
    return _of_ini(text)


def _of_json(text: str) -> Inventory:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadList("the inventory is no JSON that can be read") from None
    inventory = Inventory()
    hosts = data.get("_meta", {}).get("hostvars", {}) if isinstance(data, dict) else {}
    for name, group in data.items() if isinstance(data, dict) else ():
        if not isinstance(group, dict) or name == "_meta":
            continue
        inventory.members[name] = {host for host in group.get("hosts", ()) if isinstance(host, str)}
        inventory.children[name] = [child for child in group.get("children", ()) if isinstance(child, str)]
        inventory.variables[name] = dict(group.get("vars") or {})
        for host in group.get("hosts", ()):
            inventory.hosts.setdefault(host, {})
    for host, variables in hosts.items():
        inventory.hosts[host] = dict(variables) if isinstance(variables, dict) else {}
    return inventory


def _of_yaml(text: str) -> Inventory:
    import yaml

    class Loader(yaml.SafeLoader):
        """A value under `!vault` is a secret that only Ansible can open: it counts as absent."""

    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    try:
        data = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadList("the inventory is no YAML that can be read") from None
    inventory = Inventory()
    waiting = list(data.items()) if isinstance(data, dict) else []
    seen: set[tuple[str, int]] = set()
    while waiting:
        name, group = waiting.pop()
        if not isinstance(group, dict) or (name, id(group)) in seen:
            continue
        seen.add((name, id(group)))
        for pattern, variables in (group.get("hosts") or {}).items():
            for host in _ranged(str(pattern)):
                inventory.hosts.setdefault(host, {}).update(variables or {})
                inventory.members.setdefault(name, set()).add(host)
        inventory.variables.setdefault(name, {}).update(group.get("vars") or {})
        inner = group.get("children") or {}
        inventory.children.setdefault(name, []).extend(map(str, inner))
        waiting += [(str(child), of) for child, of in inner.items()]
    return inventory


def _of_ini(text: str) -> Inventory:
    inventory, group, part = Inventory(), "ungrouped", ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        if found := _SECTION.fullmatch(line):
            group, part = found["group"], found["part"] or ""
        elif part == "vars":
            name, _, value = line.partition("=")
            inventory.variables.setdefault(group, {})[name.strip()] = _unquoted(value.strip())
        elif part == "children":
            inventory.children.setdefault(group, []).append(line.split()[0])
        else:
            try:
                pattern, *given = shlex.split(line, comments=True)
            except ValueError:
                raise BadList(f"line {number} of the inventory has a quotation mark without its other half") from None
            values = dict(each.split("=", 1) for each in given if "=" in each)
            for host in _ranged(pattern):
                inventory.hosts.setdefault(host, {}).update(values)
                inventory.members.setdefault(group, set()).add(host)
    return inventory


_SECTION = re.compile(r"\[(?P<group>[^\[\]:]+)(?::(?P<part>vars|children))?\]\s*(?:[#;].*)?")
_RANGE = re.compile(r"\[(?P<first>\d+|[a-z])(?::(?P<last>\d+|[a-z]))(?::(?P<step>\d+))?\]", re.IGNORECASE)


def _ranged(pattern: str) -> Iterator[str]:
    """`db[01:03].example.com` → three hosts. Raises `BadList` for a range without an end in sight."""
    found = _RANGE.search(pattern)
    if found is None:
        yield pattern
        return
    first, last, step = found["first"], found["last"], int(found["step"] or 1) or 1
    if first.isdigit() and last.isdigit():
        if int(last) - int(first) > MOST_HOSTS:
            raise BadList(f"the range {found[0]} of the inventory is too long")
        inner = [str(each).zfill(len(first)) for each in range(int(first), int(last) + 1, step)]
    else:
        inner = [chr(each) for each in range(ord(first), ord(last) + 1, step)]
    for each in inner:
        yield from _ranged(pattern[: found.start()] + each + pattern[found.end() :])


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
