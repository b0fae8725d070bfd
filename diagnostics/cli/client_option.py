"""The option `--client`, which several commands have."""

from __future__ import annotations

import click


def checked(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    """NAME[@VERSION] as it was given, once a version can be compared. Whether the client is known, its table says."""
    name, _, version = (given or "").partition("@")
    if version.strip() and not version.strip().lstrip("vV")[:1].isdigit():
        raise click.BadParameter(f"{version!r} is no version; write it with digits, as in {name}@3.2")
    return given
