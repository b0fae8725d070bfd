"""Checking `clients.toml` strictly: every problem at once, each with its table, its key and the near word.

For people who edit the table. A run reads what was shipped (`client/table.py`) and pays for none of this. Which habits
there are, and of which kind, is read from `Client`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from pgwhy import client
from pgwhy.client.habits import Client
from pgwhy.client.table import SIGNATURE
from pgwhy.rulebook.compiled import RuleError, RuleProblem
from pgwhy.rulebook.rule_lines import Lines
from pgwhy.terminal.spelling import did_you_mean

FILE = Path(client.__file__).with_name("clients.toml")
Problems = Iterator[tuple[str, str]]
"""Key and sentence."""

_OF_A_RUN = {"id", "version", "named", "guessed"}
"""Fields of `Client` that a run fills in: no entry has them."""
_HABITS: Mapping[str, Any] = {name: kind for name, kind in get_type_hints(Client).items() if name not in _OF_A_RUN}
_TEXTS = tuple[str, ...]
_ENTRY = {**_HABITS, "aliases": _TEXTS, "versioned_apart": _TEXTS, "unknown": _TEXTS, "version": list}
_VERSION = {**_HABITS, "below": str}
_SIGNATURE = {"contains": _TEXTS, "lacks": _TEXTS, "client": str, "habits": dict}
_KINDS = {
    str: "a text",
    bool: "true or false",
    float: "a number",
    list: "a list of tables",
    dict: "a table",
}


def check(path: Path = FILE) -> None:
    """Raises `RuleError` with everything that is wrong with the table of clients."""
    import tomllib  # authoring alone

    text = path.read_text("utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError([RuleProblem(path, "", f"not TOML: {error}")]) from None
    where = Lines(text)
    if found := [RuleProblem(path, key, says, where.line(key)) for key, says in _problems(data)]:
        raise RuleError(found)


def _problems(data: Mapping[str, Any]) -> Problems:
    signatures = data.get(SIGNATURE, [])
    entries = {name: entry for name, entry in data.items() if name != SIGNATURE}
    names: dict[str, str] = {}
    for name, entry in entries.items():
        yield from _table(name, entry, _ENTRY, ("title", "source"))
        if isinstance(entry, dict):
            yield from _entry(name, entry, entries)
            for word in (name, *_texts(entry, "aliases")):
                if word != word.casefold():
                    yield name, f'"{word}" is written in small letters'
                if names.setdefault(word, name) != name:
                    yield f"{name}.aliases", f'"{word}" is the name of {names[word]} already'
    if not isinstance(signatures, list):
        yield SIGNATURE, "is a list of tables"
        return
    for number, signature in enumerate(signatures, 1):
        yield from _signature(f"{SIGNATURE}[{number}]", signature, entries)


def _entry(name: str, entry: Mapping[str, Any], entries: Mapping[str, Any]) -> Problems:
    if isinstance(source := entry.get("source"), str) and not source.startswith("https://"):
        yield f"{name}.source", "is the address of a page: https://..."
    driver = entry.get("driver")
    if isinstance(driver, str) and driver not in entries:
        yield f"{name}.driver", f'no client "{driver}"{did_you_mean(driver, entries)}'
    for word in _texts(entry, "unknown"):
        if word not in _HABITS:
            yield f"{name}.unknown", f'no habit "{word}"{did_you_mean(word, _HABITS)}'
        elif isinstance(driver, str) and isinstance(entries.get(driver), dict) and word not in entries[driver]:
            yield f"{name}.unknown", f"{driver} says nothing of {word}"
        elif driver is None:
            yield f"{name}.unknown", "is for an entry with a driver"
    for word in _texts(entry, "versioned_apart"):
        if word not in (name, *_texts(entry, "aliases")):
            near = did_you_mean(word, _texts(entry, "aliases"))
            yield f"{name}.versioned_apart", f'"{word}" is not among the aliases{near}'
    versions = entry.get("version", [])
    for number, block in enumerate(versions if isinstance(versions, list) else [], 1):
        key = f"{name}.version[{number}]"
        yield from _table(key, block, _VERSION, ("below",))
        below = block.get("below") if isinstance(block, dict) else None
        if isinstance(below, str) and not below[:1].isdigit():
            yield f"{key}.below", "is a version, with digits: 3.2"


def _signature(key: str, signature: Any, entries: Collection[str]) -> Problems:
    yield from _table(key, signature, _SIGNATURE, ("contains", "client"))
    if not isinstance(signature, dict):
        return
    name = signature.get("client")
    if isinstance(name, str) and name not in (*entries, "unknown"):
        yield f"{key}.client", f'no client "{name}"{did_you_mean(name, entries)}'
    for part in ("contains", "lacks"):
        for word in _texts(signature, part):
            if word != word.casefold():
                yield f"{key}.{part}", f'"{word}" is written in small letters: it is looked for in such a text'
    if isinstance(signature.get("habits"), dict):
        yield from _table(f"{key}.habits", signature["habits"], _HABITS, ())


def _table(key: str, data: Any, known: Mapping[str, Any], needed: Iterable[str]) -> Problems:
    if not isinstance(data, dict):
        yield key, "is a table"
        return
    for name, value in data.items():
        if name in known:
            yield from _fits(f"{key}.{name}", value, known[name])
        else:
            yield f"{key}.{name}", f"unknown key{did_you_mean(name, known)}"
    for name in needed:
        if name not in data:
            yield f"{key}.{name}", "missing"


def _fits(key: str, value: Any, kind: Any) -> Problems:
    if NoneType in get_args(kind):
        (kind,) = (part for part in get_args(kind) if part is not NoneType)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            yield key, "is a list"
            return
        for item in value:
            yield from _fits(key, item, get_args(kind)[0])
    elif issubclass(kind, StrEnum):
        if value not in list(kind):
            yield key, f'"{value}" is not among {", ".join(kind)}{did_you_mean(value, kind)}'
    elif not isinstance(value, (int, float) if kind is float else kind) or (kind is float and isinstance(value, bool)):
        yield key, f"is {_KINDS[kind]}"
    elif value == "":
        yield key, "is empty: leave the key out"


def _texts(table: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts, as far as it is one: what else is there is told by its kind."""
    value = table.get(key, [])
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
