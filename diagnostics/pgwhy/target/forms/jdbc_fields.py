"""The fields of a form for a JDBC connection, as DBeaver, DataGrip and CLion have them: one a line, `Label: value`.

Role and password have fields of their own there; what is no field is a driver property, under pgJDBC's name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pgwhy.target.dialects import jdbc

LABELS = {"host": "Host", "port": "Port", "dbname": "Database", "user": "User", "password": "Password"}


def render(values: Mapping[str, str]) -> str:
    """The fields first, then the driver properties."""
    fields = [(label, values[name]) for name, label in LABELS.items() if name in values]
    properties = [jdbc.own(name, value) for name, value in values.items() if name not in LABELS]
    return "".join(f"{label + ':':<18}{value}\n" for label, value in [*fields, *properties])


def values_in(text: str) -> dict[str, str]:
    """What the lines with a known label say."""
    names = {label: name for name, label in LABELS.items()}
    found: dict[str, str] = {}
    for label, value in re.findall(r"^(\w+):[ ]+(.*)$", text, re.MULTILINE):
        if label in names:
            found[names[label]] = value
        elif label in jdbc.NAMES:
            found[jdbc.NAMES[label]] = jdbc.meaning(jdbc.NAMES[label], value)
    return found


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What pgJDBC lacks, several hosts (they need a URL), and what no line of a form can hold."""
    yield from jdbc.lacks(values)
    for name, value in values.items():
        several = name in ("host", "port") and "," in value
        if several or not value or value != value.strip() or len(value.splitlines()) > 1:
            yield name
