"""Lines of pieces with a style: laid out as plain text, painted at the very end."""

from __future__ import annotations

from enum import StrEnum

from pgwhy.terminal.links import linked
from pgwhy.values import dataclass


class Style(StrEnum):
    """What a piece of a line means; its value is the SGR code (ECMA-48, 8.3.117)."""

    PLAIN = ""
    GOOD = "32"
    BAD = "1;31"
    CARE = "33"
    STRONG = "1"
    QUIET = "2"
    PASTE = "36"


@dataclass(frozen=True)
class Line:
    """One line of a page."""

    pieces: tuple[tuple[str, Style], ...]
    address: str = ""
    """Where a link on the whole line leads; empty if it is none."""

    @property
    def text(self) -> str:
        """The line without styles."""
        return "".join(text for text, _ in self.pieces)

    def painted(self) -> str:
        """The line with terminal escapes."""
        return "".join(f"\x1b[{style.value}m{text}\x1b[0m" if style and text else text for text, style in self.pieces)

    def shown(self, colour: bool, links: bool = False) -> str:
        """The line for a terminal that shows colours, and links (`links.py`)."""
        text = self.painted() if colour else self.text
        return linked(text, self.address) if links and self.address else text


def line(text: str = "", style: Style = Style.PLAIN) -> Line:
    """A line in one style; the spaces before and after its text stay plain."""
    body = text.strip()
    if not body or not style:
        return Line(((text.rstrip(), Style.PLAIN),))
    start = text.index(body)
    return Line(((text[:start], Style.PLAIN), (body, style)))


def begins(lead: str, style: Style, rest: str) -> Line:
    """A line whose beginning is styled, spaces around it left plain."""
    body = lead.strip()
    start = lead.index(body) if body else 0
    return Line(
        (
            (lead[:start], Style.PLAIN),
            (body, style),
            ((lead[start + len(body) :] + rest).rstrip() if body else rest.rstrip(), Style.PLAIN),
        )
    )


def in_ascii(text: str) -> str:
    """The text for a terminal that cannot do better: typographic characters spelled out, others escaped."""
    return text.translate(_SPELLED_OUT).encode("ascii", "backslashreplace").decode("ascii")


_SPELLED_OUT = str.maketrans(
    {"…": "...", "→": "->", "←": "<-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "·": "-", "•": "*"}
    | {"≥": ">=", "≤": "<=", "×": "x", "\u00a0": " ", "✓": "ok", "✗": "x"}
)
