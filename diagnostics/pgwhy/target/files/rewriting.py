"""A new value in the place of an old one in a settings file: the rest of the file stays as it is, to the character.

A value that its program fills in from elsewhere is left alone, as its text in the file is not the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pgwhy.target.files.entry import Entry
from pgwhy.target.files.references import Filled


def place_of(text: str, entry: Entry, filled: Filled) -> tuple[int, int] | None:
    """The characters of a value, its quotes included; `None` where it cannot be told for certain."""
    if filled.value != entry.value:
        return None  # the file says where the value comes from, and not the value
    if entry.span is not None:
        return entry.span
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


def written(syntax: str, before: str, value: str) -> str | None:
    """A value as it is written in the place of `before`, with its quotes; `None` where this syntax has no way."""
    quote = before[:1] if len(before) > 1 and before[:1] == before[-1:] and before[:1] in "\"'" else ""
    return _WRITERS.get(syntax, _plain)(quote, value)


def replaced(text: str, changes: Mapping[tuple[int, int], str]) -> str:
    """The text with the characters at these places replaced."""
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _plain(quote: str, value: str) -> str | None:
    """Without escapes: what has a quote, a backslash or a line break in it has no way."""
    if any(character in value for character in f"{quote or ' #;'}\\\n\r"):
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


_WRITERS: dict[str, Callable[[str, str], str | None]] = {
    "json": _json,
    "yaml": _yaml,
    "properties": _properties,
    "dotenv": _dotenv,
}
"""Syntaxes whose values have escapes; the others are written as they are, where that is possible."""
