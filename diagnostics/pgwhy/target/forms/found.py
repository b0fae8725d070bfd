"""What a file, or a piece of code, says of a connection: a connection string in it, or fields of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from pgwhy.values import dataclass


class NotThere(ValueError):
    """The text names no connection in this dialect; the message is a sentence for the user, without a secret."""


class Template(NotThere):
    """The text is a template: what is made of it may name a connection."""


@dataclass(frozen=True, repr=False)
class Found:
    """One of both is given. It holds secrets and does not live long."""

    text: str | None = None
    """The connection string as written there, out of its quotes."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """libpq's names → values."""
    foreign: Mapping[str, str] = field(default_factory=dict)
    """Settings that libpq has no name for, as written."""
    name: str = ""
    """Its name there: `DATABASE_URL`, `url`, `connectionString`, `production`."""
    line: int = 1
    """Where its name is, counted from 1."""
