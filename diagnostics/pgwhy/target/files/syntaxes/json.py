"""JSON, with the comments and trailing commas that .NET and many editors' settings allow.

The values are read by Python's own scanner. (RFC 8259.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # the stubs leave it out; Python has it since 2.6

from pgwhy.target.files.entry import Entry, line_at
from pgwhy.target.forms.found import NotThere

DEEPEST = 60
"""Levels of objects and lists in each other; a file of settings has few."""


def read(text: str) -> list[list[Entry]]:
    """A number in a list is a name: `("users", "0", "host")`. Raises `NotThere`."""
    begin = 1 if text.startswith("\ufeff") else 0
    entries: list[Entry] = []
    try:
        end = _value(text, _skip(text, begin), (), entries)
    except (JSONDecodeError, IndexError, ValueError):
        raise NotThere("it is no JSON that can be read") from None
    if _skip(text, end) != len(text):
        raise NotThere("it is no JSON that can be read")
    return [entries]


def _value(text: str, position: int, path: tuple[str, ...], into: list[Entry]) -> int:
    character = text[position]
    if len(path) > DEEPEST:
        raise ValueError
    if character == '"':
        value, end = _string(text, position)
        into.append(Entry(path, value, line_at(text, position), (position, end)))
        return end
    if character in "{[":
        return _members(text, position, path, into)
    found = _WORD.match(text, position)
    if not found:
        raise ValueError
    if found[0] != "null":
        into.append(Entry(path, found[0], line_at(text, position), found.span()))
    return found.end()


def _members(text: str, position: int, path: tuple[str, ...], into: list[Entry]) -> int:
    is_object = text[position] == "{"
    closing = "}" if is_object else "]"
    position = _skip(text, position + 1)
    names = _numbers()
    while text[position] != closing:
        name = next(names)
        if is_object:
            if text[position] != '"':
                raise ValueError
            name, position = _string(text, position)
            position = _skip(text, position)
            if text[position] != ":":
                raise ValueError
            position = _skip(text, position + 1)
        position = _skip(text, _value(text, position, (*path, name), into))
        if text[position] == ",":
            position = _skip(text, position + 1)
        elif text[position] != closing:
            raise ValueError
    return position + 1


def _string(text: str, position: int) -> tuple[str, int]:
    """The text that begins at this quote, and where it ends."""
    value, end = scanstring(text, position + 1, False)
    return str(value), int(end)


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        yield str(number)
        number += 1


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORD = re.compile(r"true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
