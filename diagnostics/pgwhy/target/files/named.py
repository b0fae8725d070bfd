"""Names and values that a file writes as list items: `- NAME=value`, `- name: NAME` with `value: text`.

Compose has both forms of `environment`, Kubernetes and Render have pairs, Heroku's app.json has a `value` below the
name, and Spring, JPA and MyBatis write `<property name="url" value="..."/>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pgwhy.shipped.regex import lazy
from pgwhy.target.files.entry import Entry, Expression, Variable
from pgwhy.values import replace

_ASSIGNMENT = lazy(r"(?P<name>[A-Za-z_][A-Za-z0-9_.]*)=(?P<value>.*)", re.DOTALL)
_NAMES = ("name", "key", "Name", "Key")
_VALUES = ("value", "Value")


def flattened(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with such items as settings of the list's parent: `(..., "environment", "DATABASE_URL")`."""
    entries = list(entries)
    names = {entry.path[:-1]: entry.value for entry in entries if entry.key in _NAMES and _is_item(entry.path[:-1])}
    out: list[Entry] = []
    for entry in entries:
        around = entry.path[:-1]
        if entry.key in _VALUES and around in names:
            out.append(replace(entry, path=(*around[:-1], names[around])))
        elif entry.key == "value" and around[-2:-1] == ("property",):
            out.append(replace(entry, path=(*around[:-2], around[-1])))
        elif "valueFrom" in around and (item := around[: around.index("valueFrom")]) in names:
            if entry.key == "name":
                kind = "ConfigMap" if "configMapKeyRef" in around else "Secret"
                out.append(Entry((*item[:-1], names[item]), "", entry.line, elsewhere=f"the {kind} {entry.value}"))
        elif "fromDatabase" in around and (item := around[: around.index("fromDatabase")]) in names:  # Render
            if entry.key == "name":
                elsewhere = f"the database {entry.value}"
                out.append(Entry((*item[:-1], names[item]), "", entry.line, elsewhere=elsewhere))
        elif entry.key in _VALUES and len(around) > 1 and _CONSTANT.fullmatch(around[-1]):
            out.append(replace(entry, path=around))
        elif entry.key == "from_env" and around:  # Hasura
            out.append(replace(entry, path=around, span=None, expression=Expression((Variable((entry.value,)),))))
        elif _is_item(entry.path) and (found := _ASSIGNMENT.fullmatch(entry.value)):
            # Its characters are those of the whole item: where the value alone is, its line tells.
            out.append(Entry((*around, found["name"]), found["value"], entry.line))
        else:
            out.append(entry)
    return out


def _is_item(path: tuple[str, ...]) -> bool:
    return bool(path) and path[-1].isdigit()


_CONSTANT = lazy(r"[A-Z][A-Z0-9_]+")
