"""A `.env` file: `NAME=value` lines as dotenv's many readers agree on them.

`export` in front, `#` comments, single, double or back quotes, values of several lines in quotes, `\\n` in double
quotes, `${NAME}` of a variable that the same file or the environment has. Values are not trimmed inside of quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Variable:
    """One variable of the file."""

    name: str
    value: str = field(repr=False)
    line: int
    """Where its name is, counted from 1."""


def parse(text: str, environment: Mapping[str, str]) -> dict[str, Variable]:
    """The variables by name, the last of a name counting. Lines that are none are left out."""
    found: dict[str, Variable] = {}
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    position = 0
    while match := _LINE.search(text, position):
        line = text.count("\n", 0, match.start("name")) + 1
        value = _value(match)
        if match["single"] is None:
            known = {name: variable.value for name, variable in found.items()}
            value = _REFERENCE.sub(lambda m: environment.get(m[1], known.get(m[1], m[0])), value)  # noqa: B023  # used at once
        found[match["name"]] = Variable(match["name"], value, line)
        position = match.end()
    return found


def render(variables: Mapping[str, str]) -> str:
    """Lines that every reader of `.env` reads alike; `carries` says of which values there are such."""
    return "".join(f"{name}={quoted(value)}\n" for name, value in variables.items())


def quoted(value: str) -> str:
    """A value as it is where that is allowed, else in single quotes, and in double ones where it holds a single one."""
    if re.fullmatch(r"[A-Za-z0-9_./:,@%+=~-]*", value):
        return value
    return f"'{value}'" if "'" not in value else f'"{value}"'


def carries(value: str) -> bool:
    """Readers differ about escapes, about a `${NAME}` in quotes, and about a quote inside of the same quotes."""
    if "\r" in value or "${" in value or value.endswith("\\"):
        return False
    if "'" not in value:
        return not re.search(r"\\[\\]", value)
    return not re.search(r"[\"\\$`]", value)


def _value(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(r'\\([nrt"\\$])', lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1], m[1]), match["double"])
    for quoted in ("single", "back"):
        if match[quoted] is not None:
            return match[quoted]
    return re.sub(r"\s+#.*$", "", match["bare"] or "").strip()


_LINE = lazy(
    r"^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*"
    r"(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>[^']*)'|`(?P<back>[^`]*)`|(?P<bare>[^\n]*))",
    re.MULTILINE | re.DOTALL,
)
_REFERENCE = lazy(r"(?<!\\)\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
