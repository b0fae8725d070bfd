"""One value in a file of settings: its path of names, and where in the text it is."""

from __future__ import annotations

from dataclasses import field

from pgwhy.values import dataclass

SPREAD = "..."
"""The name of what an object takes from another one, `{ ...base }`: none of its settings is known."""


@dataclass(frozen=True)
class Variable:
    """A part of a value that a program takes from its environment."""

    names: tuple[str, ...]
    """The first of these that is set counts (`A || B`)."""
    default: str | None = field(default=None, repr=False)
    """What counts where none of them is set; `None` if nothing does."""
    otherwise: tuple[str | Variable, ...] = field(default=(), repr=False)
    """The same, where it is put together of several pieces."""


@dataclass(frozen=True, repr=False)
class Expression:
    """A value that a program computes: `process.env.DB_HOST ?? "localhost"`, `f"postgresql://{user}@h/d"`."""

    parts: tuple[str | Variable, ...] | None
    """Its pieces in order; `None` where only running the program would tell."""


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
    """The characters of the value in the text, its quotes included; `None` where its syntax does not tell, and empty
    for what is nowhere in it."""
    expression: Expression | None = field(default=None)
    """What the value is where the file is a program and this no literal; `value` is then the text of the expression."""
    elsewhere: str = field(default="")
    """What holds the value instead, where the file says so: `the Secret shop-db`; empty where the value is here."""

    @property
    def key(self) -> str:
        """The last of its names."""
        return self.path[-1] if self.path else ""


def line_at(text: str, position: int) -> int:
    """The line of a position, counted from 1."""
    return text.count("\n", 0, position) + 1
