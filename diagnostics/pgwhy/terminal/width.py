"""Text in columns of a terminal: how wide it is, wrapping it without breaking a word, shortening it."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """How many columns a terminal gives the text: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Lines of at most `width` columns, `first` before the first one and `rest` before the others.

    A word is never broken: one that is too long (a URL, a host name) is on a line of its own.
    """
    rest = " " * columns(first) if rest is None else rest
    lines, line, empty = [], first, True
    for word in text.split():
        if not empty and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line, empty = rest, True
        line += word if empty else " " + word
        empty = False
    return [*lines, line.rstrip()]


def shortened(text: str, width: int, ellipsis: str = "...") -> str:
    """The text in at most `width` columns, its end replaced where it does not fit."""
    if columns(text) <= width:
        return text
    kept, room = "", max(0, width - columns(ellipsis))
    for character in text:
        if columns(kept + character) > room:
            break
        kept += character
    return kept.rstrip() + ellipsis[:width]


def rows(text: str, width: int) -> int:
    """How many rows of a terminal the line takes: more than one where it is wider than the terminal."""
    return max(1, -(-columns(text) // width))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
