"""YAML for the files that hold a connection: `database.yml`, Compose, Kubernetes.

Written in double quotes (YAML 1.2, 7.3.1), read by PyYAML, which only these files need (`pip install 'pgwhy[stacks]'`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pgwhy.target.forms.found import NotThere

MOST_NODES = 50_000
DEEPEST = 50


def quoted(value: str) -> str:
    """A text in double quotes; what cannot be seen is escaped."""
    return '"' + "".join(_escaped(character) for character in value) + '"'


def documents(text: str) -> list[Any]:
    """Every document of the file. Raises `NotThere`; its sentence quotes nothing of the file."""
    return _read(text, "load_all")


def nodes(text: str) -> list[Any]:
    """The root node of every document, with the marks that say where each value is. Raises `NotThere`."""
    return _read(text, "compose_all")


def _read(text: str, how: str) -> list[Any]:
    try:
        import yaml
    except ModuleNotFoundError:
        raise NotThere("reading YAML needs PyYAML: pip install 'pgwhy[stacks]'") from None
    text = text.removeprefix("\ufeff")
    # Texts only. PyYAML has both loaders; libyaml's is ten times as fast, and its own limit of depth comes after ours.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _check(yaml.parse(text, Loader=loader))
        return list(getattr(yaml, how)(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise NotThere(f"it is no YAML that can be read{where}") from None
    except (ValueError, TypeError):  # a surrogate, which libyaml cannot be given; a list as a key
        raise NotThere("it is no YAML that can be read") from None


def _check(events: Iterable[Any]) -> None:
    """Raises `NotThere` before anything is built that has too many nodes, aliases counted as often as they are used
    (ten lists of ten aliases of each other have 10^10), or too many levels."""
    whole: dict[str, int] = {}  # anchor → nodes beneath it
    inside: list[tuple[str | None, int]] = []  # anchor of each open list or mapping, and the nodes before it
    count = 0
    for event in events:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            whole.clear()
        elif kind == "AliasEvent":
            if event.anchor not in whole:
                raise NotThere("an alias in it stands for itself, or for nothing")
            count += whole[event.anchor]
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            inside.append((event.anchor, count))
            count += 1
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            anchor, before = inside.pop()
            whole |= {anchor: count - before} if anchor else {}
        elif kind == "ScalarEvent":
            count += 1
            whole |= {event.anchor: 1} if event.anchor else {}
        if count > MOST_NODES or len(inside) > DEEPEST:
            raise NotThere("it has too much YAML in it, or lists too deep in each other, to be a file of settings")


def mappings(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every mapping in a document with the names that lead to it, outer ones first."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from mappings(value, (*path, str(key)))
    elif isinstance(node, list):
        for value in node:
            yield from mappings(value, path)


def line_of(text: str, name: str) -> int:
    """The first line on which this name is a key, or in a list of `NAME=value`; 1 if nowhere."""
    found = re.search(rf"^[ \t]*(?:- *)?[\"']?{re.escape(name)}[\"']?[ \t]*[:=]", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
