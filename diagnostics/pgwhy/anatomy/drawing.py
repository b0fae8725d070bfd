"""The drawing of a connection string: each part bracketed and numbered, and below, one line for each number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgwhy.anatomy.parts import Part
from pgwhy.terminal.style import Line, Style, in_ascii, line
from pgwhy.terminal.width import columns, wrap
from pgwhy.values import dataclass

NARROWEST = 24
"""Columns below which a drawing has no sense: then only the legend is printed."""


@dataclass(frozen=True)
class _Row:
    """The parts that stand on one line of the drawing, named ones with their number."""

    parts: tuple[tuple[Part, int], ...]


def drawing(parts: Sequence[Part], width: int, unicode: bool) -> list[Line]:
    """The string over as many rows as it takes, then the legend."""
    lines: list[Line] = []
    for row in _rows(parts, width) if width >= NARROWEST else ():
        lines += [*_drawn(row, unicode), line()]
    return lines + [one for part, number in _numbered(parts) if number for one in _legend(part, number, width, unicode)]


def _drawn(row: _Row, unicode: bool) -> list[Line]:
    dash, tee = ("─", "┬") if unicode else ("-", "+")
    text = brackets = numbers = ""
    for part, number in row.parts:
        shown, size = _shown(part.text, unicode), columns(_shown(part.text, unicode))
        text += shown
        middle = (size - 1) // 2
        brackets += dash * middle + tee + dash * (size - middle - 1) if number else " " * size
        if number:
            place = max(columns(brackets) - size + middle, columns(numbers) + bool(numbers))
            numbers += " " * (place - columns(numbers)) + str(number)
    return [line(f"  {text}", Style.STRONG), line(f"  {brackets}", Style.QUIET), line(f"  {numbers}", Style.QUIET)]


def _legend(part: Part, number: int, width: int, unicode: bool) -> Iterator[Line]:
    said = part.meaning + (f" (from {part.source})" if part.source else "")
    lead = f"{number:>4}  {_shown(part.name, unicode):<16} "
    yield from (line(one) for one in wrap(_shown(said, unicode), width, lead, " " * min(columns(lead), width // 2)))


def _rows(parts: Sequence[Part], width: int) -> Iterator[_Row]:
    """A row ends before the part that no longer fits; punctuation stays with what is before it."""
    row: list[tuple[Part, int]] = []
    taken = 2
    for part, number in _numbered(parts):
        size = columns(part.text)
        if row and number and taken + size + 1 > width:
            yield _Row(tuple(row))
            row, taken = [], 2
        row.append((part, number))
        taken += size
    yield _Row(tuple(row))


def _numbered(parts: Sequence[Part]) -> Iterator[tuple[Part, int]]:
    number = 0
    for part in parts:
        number += bool(part.name)
        yield part, number if part.name else 0


def _shown(text: str, unicode: bool) -> str:
    return text if unicode else in_ascii(text)
