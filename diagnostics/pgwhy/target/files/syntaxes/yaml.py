"""YAML, read by PyYAML: mappings, lists, aliases, and the merge key `<<`. (YAML 1.1; yaml.org/type/merge.html.)

Rails and Helm fill in such files first. A line that holds nothing but one of their statements is passed over, and what
it decides about is an expression that nobody has computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from pgwhy.target.files.entry import Entry, Expression
from pgwhy.target.forms.found import NotThere, Template
from pgwhy.values import replace

_MERGE = "<<"
MOST_NODES = 50_000
DEEPEST = 50


def read(text: str) -> list[list[Entry]]:
    """A number in a list is a name: `("services", "app", "environment", "0")`. Raises `NotThere`."""
    shift = 1 if text.startswith("\ufeff") else 0
    plain, decided = _without_statements(text.removeprefix("\ufeff"))
    try:
        found = [list(_entries(node, (), shift)) for node in _nodes(plain) if node is not None]
    except NotThere:
        if "{{" in text or "<%" in text:
            raise Template("it is a template; give the file that is made of it") from None
        raise
    return [[replace(e, expression=Expression(None)) if e.line in decided else e for e in each] for each in found]


def _without_statements(text: str) -> tuple[str, frozenset[int]]:
    """The text with spaces in place of statements, and the lines, counted from 1, that these decide about."""
    if "<%" not in text and "{{" not in text:
        return text, frozenset()
    lines, decided, open_ = text.split("\n"), set(), 0
    for number, line in enumerate(lines, start=1):
        found = _STATEMENT.fullmatch(line)
        if found:
            lines[number - 1] = " " * len(line)
            word = found["word"] or ""
            if word == "end":
                open_ -= 1
            elif word and not word.startswith("els"):
                open_ += 1
        elif open_ > 0:
            decided.add(number)
    return "\n".join(lines), frozenset(decided)


_STATEMENT = re.compile(
    r"""\s*(?:<%-?(?!=)|\{\{-?)\s*
    (?:(?P<word>if|unless|case|begin|range|with|define|block|else|elsif|end|[\w.]+\.each\b(?=.*\bdo\b))\b.*
       |(?:\#|/\*|include\b|template\b|\$?\w+\s*:?=(?!=)|require).*)
    (?:%>|\}\})\s*""",
    re.VERBOSE,
)
"""A line with a statement alone, and the word that opens or closes a block: ERB (docs.ruby-lang.org, ERB) and Go's
templates (pkg.go.dev/text/template, Actions). A value that is filled in is none."""


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


def _nodes(text: str) -> list[Any]:
    """The root node of every document, with the marks that say where each value is. Raises `NotThere`, whose sentence
    quotes nothing of the file."""
    # Texts only. PyYAML has both loaders; libyaml's is ten times as fast, and its own limit of depth comes after ours.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _check(yaml.parse(text, Loader=loader))
        return list(yaml.compose_all(text, Loader=loader))
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
