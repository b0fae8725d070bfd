"""One value in a file of settings: its path of names, and where in the text it is."""

from __future__ import annotations

from dataclasses import field

from pgwhy.values import dataclass


@dataclass(frozen=True, repr=False)
class Entry:
    """A value of a settings file. It may be a secret, so its `repr` is that of an object."""

    path: tuple[str, ...]
    """The names that lead to it, the outermost first: `("spring", "datasource", "url")`, `("DATABASE_URL",)`."""
    value: str
    """Without its quotes and escapes."""
    line: int
    """The line of the value, counted from 1."""
    span: tuple[int, int] | None = field(default=None)
    """The characters of the value in the text, its quotes included; `None` where its syntax does not tell."""
    elsewhere: str = field(default="")
    """What holds the value instead, where the file says so: `the Secret shop-db`; empty where the value is here."""

    @property
    def key(self) -> str:
        """The last of its names."""
        return self.path[-1] if self.path else ""


def line_at(text: str, position: int) -> int:
    """The line of a position, counted from 1."""
    return text.count("\n", 0, position) + 1
