"""The connections that the settings files of a folder name, or manifests of Kubernetes: each is `@FILE:NAME`.

The readers are those of `pgwhy @FILE`. A file that names no connection is passed over: a folder has others, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pgwhy.fleet.task import BadList, Entry
from pgwhy.foreign import files
from pgwhy.machine import Machine
from pgwhy.project import SKIPPED
from pgwhy.secret import Secret
from pgwhy.target.dialects import recognised
from pgwhy.target.forms.found import NotThere
from pgwhy.target.problem import ProblemCode
from pgwhy.target.reading.completion import as_text
from pgwhy.target.reading.in_file import form_of, from_form
from pgwhy.target.reading.in_settings import contents

LARGEST = 1_000_000
"""Bytes of a file that is looked at: no settings are longer."""
KUBERNETES = "kubernetes"
"""The kinds of `target.files` that are manifests begin so."""


def entries(path: Path, machine: Machine, *, only_kubernetes: bool) -> Iterator[Entry]:
    """Each connection of a file, or of every file below a folder. Raises `BadList` where there is none at all."""
    folder = path if path.is_dir() else path.parent
    number = 0
    for file in _below(path) if path.is_dir() else [path]:
        for inside in _connections(file, machine, only_kubernetes=only_kubernetes):
            number += 1
            shown = file.relative_to(folder).as_posix()
            reference = f"@{file.absolute()}" + (f":{inside}" if inside else "")
            yield Entry(number, Secret(reference), f"{shown}:{inside}" if inside else shown)
    if not number:
        what = "manifest" if only_kubernetes else "file"
        raise BadList(f"no {what} in {path} names a connection to Postgres")


def _below(folder: Path) -> Iterator[Path]:
    for where, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if name not in SKIPPED and not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if not name.startswith(".") or name.startswith(".env"))


def _connections(file: Path, machine: Machine, *, only_kubernetes: bool) -> Iterator[str]:
    """The names of a file's connections; `""` where it has one that needs no name."""
    try:
        text = as_text(files.content(file, LARGEST))
    except OSError:
        return
    name = str(file.absolute())
    try:
        read = contents(name, text, machine)
    except NotThere:
        return
    if read is not None and read.started:
        return  # a server of this machine, which the settings of a program beside it name
    if read is not None and read.places and (not only_kubernetes or read.kind.name.startswith(KUBERNETES)):
        several = len(read.places) > 1
        yield from (place.name if several else "" for place in read.places)
    elif not only_kubernetes and _is_one(name, text, machine):
        yield ""


def _is_one(name: str, text: str, machine: Machine) -> bool:
    """It is a connection string and nothing else, or a program's source that has one."""
    if len(text.split("\n", 2)) <= 2 and recognised(text.strip()) is not None:
        return True
    form = form_of(name)
    if form is None:
        return False
    target = from_form(form, text, name, machine)
    return "host" in target.settings and not any(p.code is ProblemCode.SEVERAL_TARGETS for p in target.problems)
