"""The targets that a command examines again and again, and what is asked about each of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from pgwhy.fleet import lists
from pgwhy.fleet.lists import BadList
from pgwhy.fleet.task import Asked, Entry, Task
from pgwhy.machine import Machine
from pgwhy.monitoring.visits import named
from pgwhy.secret import Secret


def tasks_of(texts: tuple[str, ...], file: Path | None, machine: Machine) -> list[Task]:
    """Those of the command line and those of a file. Raises `click.UsageError` where there is none, or for a line of
    the file that is none.
    """
    entries = [Entry(number, Secret(text)) for number, text in enumerate(texts, 1)]
    if file is not None:
        entries += entries_of(file, machine)
    if not entries:
        raise click.UsageError("name a TARGET, or a file of targets with --targets FILE")
    if any(entry.text.reveal() == "-" for entry in entries):
        raise click.UsageError("standard input can be read only once: name a variable (env:NAME) or a file (@FILE)")
    return list(named(iter(entries), machine))


def entries_of(file: Path, machine: Machine) -> list[Entry]:
    """The targets of a list. Raises `click.UsageError`: what is watched for days has no line that cannot be read."""
    try:
        entries = list(lists.entries(file, lists.form_of(file), machine))
    except BadList as problem:
        raise click.UsageError(f"{file}: {problem}") from None
    except OSError as problem:
        raise click.UsageError(f"{file}: {problem.strerror}") from None
    for entry in entries:
        if entry.error:
            raise click.UsageError(f"{file}: line {entry.line} {entry.error}")
    return entries


def asked_of(chosen: Mapping[str, Any]) -> Asked:
    """What the options ask. Raises `click.BadParameter`, before anything is opened."""
    if chosen["client"]:
        from pgwhy.client import UnknownClient, resolve

        try:
            resolve(chosen["client"], None, None)
        except UnknownClient as unknown:
            raise click.BadParameter(str(unknown), param_hint="--client") from None
    return Asked(
        login=chosen["login"],
        timeout_s=chosen["timeout"],
        client=chosen["client"],
        rules=tuple(str(folder.absolute()) for folder in chosen["folders"]),
        place=chosen["place"],
    )
