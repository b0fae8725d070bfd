"""Java's `.properties`: `name=value`, `name: value` or `name value`, lines that go on behind a `\\`, and its escapes.

The dots of a name are levels, as Spring, Quarkus, Micronaut and Flyway read them. (The format is in the Java API,
`java.util.Properties.load`.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwhy.target.files.entry import Entry, line_at


def read(text: str) -> list[list[Entry]]:
    """The last of a name counts. `#---` separates documents (Spring Boot, "Working With Multi-Document Files")."""
    documents: list[list[Entry]] = []
    start = 0
    for end in (*(found.start() for found in _SEPARATOR.finditer(text)), len(text)):
        found = {entry.path: entry for entry in _entries(text, start, end)}
        documents.append(list(found.values()))
        start = end
    return documents


def _entries(text: str, start: int, end: int) -> Iterator[Entry]:
    for line in _LINE.finditer(text, start, end):
        if line["name"] is None:
            continue
        name, value = _plain(line["name"]), _plain(line["value"])
        yield Entry(tuple(name.split(".")), value, line_at(text, line.start("value")), line.span("value"))


def _plain(raw: str) -> str:
    return _ESCAPE.sub(lambda found: _unescaped(found[1]), raw)


def _unescaped(code: str) -> str:
    if code[0] in "\r\n":
        return ""  # a line that goes on; the white space in front of the next one was matched with it
    if code[0] == "u" and len(code) > 1:
        return chr(int(code[1:], 16))
    return {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}.get(code, code)


_SEPARATOR = re.compile(r"^[#!]---[ \t]*$", re.MULTILINE)
_LINE = re.compile(
    r"^[ \t\f]*(?:[#!].*|(?P<name>(?:\\(?:\r\n|.|\n)|[^\\\s=:])+)[ \t\f]*[=:]?[ \t\f]*"
    r"(?P<value>(?:\\(?:\r\n|\n|.)|[^\\\r\n])*))",
    re.MULTILINE,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|(?:\r\n|\n|\r)[ \t\f]*|.)", re.DOTALL)
