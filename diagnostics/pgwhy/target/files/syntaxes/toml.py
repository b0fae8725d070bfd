"""TOML 1.0, read by Python's `tomllib`; the line is found by the last name of a value."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from pgwhy.target.files.entry import Entry, line_at
from pgwhy.target.forms.found import NotThere


def read(text: str) -> list[list[Entry]]:
    """Raises `NotThere`."""
    try:
        document = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        raise NotThere("it is no TOML that can be read") from None
    return [[Entry(path, value, _line(text, path[-1], value)) for path, value in _values(document, ())]]


def _values(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, dict):
        for name, each in node.items():
            yield from _values(each, (*path, name))
    elif isinstance(node, list):
        for number, each in enumerate(node):
            yield from _values(each, (*path, str(number)))
    elif path:
        yield path, {True: "true", False: "false"}.get(node, str(node)) if isinstance(node, bool) else str(node)


def _line(text: str, name: str, value: str) -> int:
    """The line that has both, else the first with the name; 1 if neither does."""
    pattern = re.compile(rf"^.*?[\"']?{re.escape(name)}[\"']?\s*=.*$", re.MULTILINE)
    lines = list(pattern.finditer(text))
    found = next((line for line in lines if value in line[0]), lines[0] if lines else None)
    return line_at(text, found.start()) if found else 1
