"""One target of a fleet on its way to its run, and what is asked about all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from pgwhy.secret import Secret
from pgwhy.values import dataclass

REFERENCES = ("env:", "@")
"""What a TARGET begins with that names a place, and holds nothing secret itself."""


class BadList(Exception):
    """A list of targets that cannot be read as a whole; the message is a sentence."""


@dataclass(frozen=True)
class Entry:
    """One target as a list names it. A line that cannot be read is one too, with its `error`."""

    line: int
    """Where it is in the list, counted from 1: a line, a record, a file of a folder."""
    text: Secret = field(default_factory=lambda: Secret(""))
    """TARGET as `pgwhy check` takes it: a string in any dialect, `@file:NAME`, `env:NAME`."""
    name: str = ""
    """What the user calls it; empty where the list does not say."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What else the list says of it: `{"env": "prod"}`."""
    error: str = ""
    """Why there is no target, in words that go on behind `line 7`: `is not JSON`."""


@dataclass(frozen=True)
class Task:
    """A target with a name that can be shown, and the keys of the limits that it counts for."""

    number: int
    """Of all that are given out, counted from 0."""
    text: Secret
    name: str
    """Without secrets: the user's own, or `host:port/database`."""
    labels: Mapping[str, str]
    line: int
    host: str = ""
    """The first host, in small letters; empty where it is not known here."""
    provider: str = "none"
    """The service that the host belongs to (`target.provider`)."""
    error: str = ""
    """As `Entry.error`: there is nothing to run."""
    place: str = ""
    """The worker that has to do it, by the executor's own name; empty: any of them."""

    def revealed(self) -> dict[str, Any]:
        """For the pipe of a process of our own, and for nowhere else."""
        return {**vars(self), "text": self.text.reveal(), "labels": dict(self.labels)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Task:
        """What `revealed` made plain."""
        return cls(**{**data, "text": Secret(data["text"])})


@dataclass(frozen=True)
class Asked:
    """What is asked about every target."""

    login: bool = False
    verify: bool = False
    """Try the fixes."""
    timeout_s: float = 10.0
    client: str | None = None
    """`NAME[@VERSION]` for all of them; `None`: as each text says."""
    rules: tuple[str, ...] = ()
    """Folders of further rules, on the machine that runs."""
    whole: bool = False
    """Add the whole report to each answer."""
    place: str = ""
    """What this place is called in the answers; empty: the name of the machine that runs."""

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**vars(self), "rules": list(self.rules)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Asked:
        """What `plain` made plain."""
        return cls(**{**data, "rules": tuple(data["rules"])})


def is_reference(text: str) -> bool:
    """The text names a variable or a file, and is harmless itself."""
    return text.startswith(REFERENCES) and "://" not in text
