"""Targets by reference: what an agent may name, so that no connection string, and no password, enters its context."""

from __future__ import annotations

import re
from pathlib import Path

from pgwhy import target as targets
from pgwhy.machine import Machine
from pgwhy.target.model import Target

_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]{0,200}")


class NoReference(ValueError):
    """The target is none that an agent may name; the message is a sentence, and repeats nothing of it."""


def named(reference: str, machine: Machine, inside: str = "") -> Target:
    """The target of `env:NAME` or `@FILE`, where the file is below the machine's folder; empty: as a client finds it.

    `inside` is the name of one connection of a file that has several. Raises `NoReference`.
    """
    if reference and not _VARIABLE.fullmatch(reference):
        if not reference.startswith("@") or not reference.isprintable():
            raise NoReference(
                "target must be a reference: env:NAME (a variable of the server's environment) or @FILE. Do not pass a "
                "connection string or a password: put it into a variable or a file first."
            )
        _check_place(reference[1:], machine.folder)
    read = targets.read(reference or None, machine, None, inside or None)
    if listed := targets.choice(read):
        raise NoReference(listed)
    if targets.is_nothing(read):
        raise NoReference("nothing here names a connection: no DATABASE_URL, no .env, no PG* variables. Name a target.")
    return read


def _check_place(name: str, folder: Path) -> None:
    """Files elsewhere are not the project's: a model that was misled must not have them read."""
    path = name
    for candidate in (name, name.rpartition(":")[0]):  # `@file:NAME`
        if candidate and (folder / candidate).exists():
            path = candidate
            break
    root = folder.resolve()
    if not (root / path).resolve().is_relative_to(root):
        raise NoReference("@FILE must be below the folder in which `pgwhy mcp` was started.")
