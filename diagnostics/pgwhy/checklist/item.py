"""The items of the checklist as `items.toml` says them; a mistake in that file is a mistake of ours."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from pgwhy.rulebook.conditions import Block, block
from pgwhy.values import dataclass


class Weight(StrEnum):
    """What it means that an item does not hold."""

    BLOCKS = "blocks"
    """Nobody should go live without it."""
    GOOD = "good"
    """Good to have."""


@dataclass(frozen=True)
class Item:
    """Something that must hold."""

    id: str
    title: str
    weight: Weight
    who: str
    """Who does it."""
    how: str
    """What to do where it does not hold, or what to look at where no probe can."""
    reference: str
    applies: Block | None = None
    """Where its answer is no, the item is left out."""
    holds: Block | None = None
    """`None`: no probe can tell, a person ticks it."""
    rules: tuple[str, ...] = ()
    """Rules whose finding means that it does not hold."""


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """In the order in which they are shown."""
    told = tomllib.loads(Path(__file__).with_name("items.toml").read_text("utf-8"))
    return tuple(_item(each) for each in told["item"])


def _item(told: dict[str, Any]) -> Item:
    typed: dict[str, Any] = {"weight": Weight(told["weight"]), "rules": tuple(told.get("rules", ()))}
    typed |= {name: block(told[name]) for name in ("applies", "holds") if name in told}
    return Item(**{**told, **typed})
