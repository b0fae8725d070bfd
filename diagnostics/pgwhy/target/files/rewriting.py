"""New values in the place of old ones in a settings file: the rest of the file stays as it is, to the character.

A value that its program fills in from elsewhere is left alone, as its text in the file is not the value. The new text
is read again before it is handed out: nothing but these values may have changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pgwhy.secret import Secret
from pgwhy.target.files import named, references, syntaxes
from pgwhy.target.files.entry import Entry, line_at
from pgwhy.target.files.references import Filled
from pgwhy.target.forms.found import NotThere
from pgwhy.target.model import CannotChange
from pgwhy.values import dataclass


@dataclass(frozen=True, repr=False)
class SettingsFile:
    """A settings file, and where the values of one connection are in it. It holds secrets."""

    path: Path
    text: Secret
    syntax: str
    """A module of `pgwhy.target.files.syntaxes`."""
    style: str
    """A name of `references.STYLES`, or empty."""
    places: Mapping[str, tuple[int, int]]
    """`roles.URL` or libpq's names → the characters of the value in the text, its quotes included."""


@dataclass(frozen=True, repr=False)
class Replacement:
    """One value in the place of another. It holds secrets."""

    line: int
    """Where the old one begins, counted from 1."""
    name: str
    """What is before the value on its line, where that is its name alone (`DATABASE_URL=`); empty otherwise."""
    before: str
    """As it is written, its quotes included."""
    after: str


@dataclass(frozen=True, repr=False)
class Rewritten:
    """The new text of a settings file. It holds secrets."""

    file: SettingsFile
    text: str
    replacements: tuple[Replacement, ...]
    """In the order of the file."""


def place_of(text: str, entry: Entry, filled: Filled) -> tuple[int, int] | None:
    """The characters of a value, its quotes included; `None` where it cannot be told for certain."""
    if filled.value != entry.value:
        return None  # the file says where the value comes from, and not the value
    if entry.span is not None:
        return entry.span if entry.span[1] else None
    lines = text.splitlines(keepends=True)
    if not 1 <= entry.line <= len(lines) or not entry.value:
        return None
    line = lines[entry.line - 1]
    found = line.find(entry.value)
    if found < 0 or line.find(entry.value, found + 1) >= 0:
        return None
    start = sum(map(len, lines[: entry.line - 1])) + found
    end = start + len(entry.value)
    around = text[start - 1 : start], text[end : end + 1]
    return (start - 1, end + 1) if around[0] == around[1] and around[0] in ("'", '"') else (start, end)


def rewritten(file: SettingsFile, values: Mapping[str, str]) -> Rewritten:
    """The file with these values (by their roles) in it. Raises `CannotChange`, whose sentence has no secret."""
    old = text = file.text.reveal()
    replacements: list[Replacement] = []
    for role, value in sorted(values.items(), key=lambda item: file.places.get(item[0], (0, 0)), reverse=True):
        if role not in file.places:
            raise CannotChange(f"the file takes {role} from elsewhere, or has no place for it")
        start, end = file.places[role]
        escaped = references.escaped(value, file.style)
        new = None if escaped is None else _written(file.syntax, old[start:end], escaped)
        if new is None:
            raise CannotChange(f"{role} has characters that cannot be written in this place")
        text = text[:start] + new + text[end:]
        in_front = _NAME_ALONE.fullmatch(old, old.rfind("\n", 0, start) + 1, start)
        name = in_front[0] if in_front else ""
        replacements.append(Replacement(line_at(old, start), name, old[start:end], new))
    if not _differ_only_in(file, text, values.values()):
        raise CannotChange("the edit would change more of the file than its value")
    return Rewritten(file, text, tuple(reversed(replacements)))


_NAME_ALONE = re.compile(r"\s*(?:- |export )?[\"']?[\w.-]+[\"']?\s*[:=]?\s*")


def _differ_only_in(file: SettingsFile, text: str, values: Iterable[str]) -> bool:
    """Read as its program reads it, the new text has the same settings as the old one, but for these values."""
    try:
        before, after = (_settings(file.syntax, each) for each in (file.text.reveal(), text))
    except NotThere:
        return False
    if [path for path, _ in before] != [path for path, _ in after]:
        return False
    new = [value for (_, old), (_, value) in zip(before, after, strict=True) if old != value]
    return sorted(references.filled(each, file.style, {}).value or "" for each in new) == sorted(values)


def _settings(syntax: str, text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(e.path, e.value) for document in syntaxes.read(syntax, text) for e in named.flattened(document)]


def _written(syntax: str, before: str, value: str) -> str | None:
    """A value as it is written in the place of `before`, with its quotes; `None` where this syntax has no way."""
    quote = before[:1] if len(before) > 1 and before[:1] == before[-1:] and before[:1] in "\"'" else ""
    return _WRITERS.get(syntax, _plain)(quote, value)


def _plain(quote: str, value: str) -> str | None:
    """Without escapes: what has a quote, a backslash or a line break in it has no way."""
    if any(character in value for character in f"{quote or ' #;'}\\\n\r"):
        return None
    return f"{quote}{value}{quote}"


def _ini(quote: str, value: str) -> str | None:
    """As it is: only a `;` or `#` behind a space begins a comment."""
    if value != value.strip() or any(mark in value for mark in ("\n", "\r", " ;", " #", quote or "\n")):
        return None
    return f"{quote}{value}{quote}"


def _json(quote: str, value: str) -> str | None:
    import json

    return json.dumps(value, ensure_ascii=False)


def _yaml(quote: str, value: str) -> str | None:
    if quote == "'":
        return "'" + value.replace("'", "''") + "'" if value.isprintable() else None
    if quote == '"' or not re.fullmatch(r"[A-Za-z0-9_/.][A-Za-z0-9_./:@?&=%+;~!$-]*", value):
        from pgwhy.target.forms.yaml_text import quoted

        return quoted(value)
    return value


def _properties(quote: str, value: str) -> str | None:
    if not value.isprintable():
        return None
    return re.sub(r"^ ", r"\\ ", value.replace("\\", "\\\\"))


def _dotenv(quote: str, value: str) -> str | None:
    from pgwhy.target.forms import dotenv

    if quote and dotenv.carries(value) and quote not in value:
        return f"{quote}{value}{quote}"
    return dotenv.quoted(value) if dotenv.carries(value) else None


def _code(quote: str, value: str) -> str | None:
    """A literal of a program: a number or a text without anything that needs an escape."""
    if not quote:
        return value if re.fullmatch(r"\d+|true|false", value) else None
    return None if set(f"{quote}\\$\n\r") & set(value) else f"{quote}{value}{quote}"


_WRITERS: dict[str, Callable[[str, str], str | None]] = {
    "ini": _ini,
    "json": _json,
    "yaml": _yaml,
    "properties": _properties,
    "dotenv": _dotenv,
    **dict.fromkeys(("javascript", "python", "php", "source", "blocks", "elixir"), _code),
}
"""Syntaxes whose values have escapes; the others are written as they are, where that is possible."""
