"""YAML, read by PyYAML: mappings, lists, aliases, and the merge key `<<`. (YAML 1.1; yaml.org/type/merge.html.)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwhy.target.files.entry import Entry
from pgwhy.target.forms import yaml_text
from pgwhy.target.forms.found import NotThere

_MERGE = "<<"


def read(text: str) -> list[list[Entry]]:
    """A number in a list is a name: `("services", "app", "environment", "0")`. Raises `NotThere`."""
    shift = 1 if text.startswith("\ufeff") else 0
    return [list(_entries(node, (), shift)) for node in yaml_text.nodes(text) if node is not None]


def _entries(node: Any, path: tuple[str, ...], shift: int) -> Iterator[Entry]:
    kind = type(node).__name__
    if kind == "MappingNode":
        for name, value in _members(node).items():
            yield from _entries(value, (*path, name), shift)
    elif kind == "SequenceNode":
        for number, value in enumerate(node.value):
            yield from _entries(value, (*path, str(number)), shift)
    elif path:
        span = (node.start_mark.index + shift, node.end_mark.index + shift)
        yield Entry(path, node.value, node.start_mark.line + 1, span)


def _members(node: Any) -> dict[str, Any]:
    """The pairs of a mapping; its own beat what `<<` brings along."""
    inherited: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == _MERGE:
            for each in value.value if type(value).__name__ == "SequenceNode" else (value,):
                if type(each).__name__ == "MappingNode":
                    inherited = {**_members(each), **inherited}
        elif isinstance(key.value, str):
            own[key.value] = value
        else:
            raise NotThere("it has a list or a mapping as a key, which no file of settings has")
    return {**inherited, **own}
