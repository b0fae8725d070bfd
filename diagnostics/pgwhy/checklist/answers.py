"""What a team has said itself: boxes ticked and risks accepted, each with a name and a date. `pgwhy-checklist.toml`.

[ticked.retries]
by = "Ana"
on = 2026-11-25

[accepted.near]
owner  = "Ana"
until  = 2027-01-31
reason = "the database moves in January"
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from pgwhy.terminal.spelling import nearest
from pgwhy.values import dataclass


class BadAnswers(ValueError):
    """The file says something that cannot be used; the message is a sentence."""


@dataclass(frozen=True)
class Tick:
    """Somebody looked, and it holds."""

    by: str
    on: date


@dataclass(frozen=True)
class Risk:
    """Somebody answers for it that this does not hold."""

    owner: str
    until: date
    reason: str


@dataclass(frozen=True)
class Answers:
    """Item → what was said of it."""

    ticked: dict[str, Tick]
    accepted: dict[str, Risk]


NONE = Answers({}, {})


def read(text: str, known: Collection[str]) -> Answers:
    """The answers in a file's text. `known` are the ids of the items. Raises `BadAnswers`, with every mistake."""
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadAnswers(f"it is no TOML: {error}") from None
    problems = [f"[{name}] is not known; ticked and accepted are" for name in told if name not in _KEYS]
    for part, keys in _KEYS.items():
        problems += _problems(part, told.get(part, {}), keys, known)
    if problems:
        raise BadAnswers("; ".join(problems))
    return Answers(
        {id: Tick(**each) for id, each in told.get("ticked", {}).items()},
        {id: Risk(**each) for id, each in told.get("accepted", {}).items()},
    )


def _problems(part: str, table: Any, keys: dict[str, type], known: Collection[str]) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"{part} must be a table of items"
        return
    for id, said in table.items():
        if id not in known:
            near = nearest(id, known)
            yield f"[{part}.{id}]: no such item" + (f"; did you mean {near}?" if near else "")
        if not isinstance(said, dict):
            yield f"[{part}.{id}] must be a table with {', '.join(keys)}"
            continue
        for key in said.keys() | keys.keys():
            if key not in keys:
                yield f"[{part}.{id}]: {key} is not known"
            elif not isinstance(said.get(key), keys[key]) or not said[key]:
                kind = "a date such as 2027-01-31" if keys[key] is date else "a text"
                yield f"[{part}.{id}]: {key} must be {kind}"


_KEYS: dict[str, dict[str, type]] = {
    "ticked": {"by": str, "on": date},
    "accepted": {"owner": str, "until": date, "reason": str},
}
