"""The options `--client` and `--timeout`, which several commands have."""

from __future__ import annotations

import math
from typing import Any

import click

LONGEST_S = 86400


class Seconds(click.FloatRange):
    """A number of seconds, of a day at most; `nan` and `inf` are none."""

    def __init__(self, min: float) -> None:
        super().__init__(min=min, max=LONGEST_S)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return number


def checked(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """NAME[@VERSION] as it was given, once a version can be compared. Whether the client is known, its table says."""
    name, _, version = (given or "").partition("@")
    if version.strip() and not version.strip().lstrip("vV")[:1].isdigit():
        raise click.BadParameter(f"{version!r} is no version; write it with digits, as in {name}@3.2")
    return given
