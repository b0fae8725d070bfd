"""Settings files of frameworks, tools and platforms: which kind a file is, and every connection that it names.

`connections` reads a file by its structure and runs nothing of it. A kind is a table of `kinds.toml`, a syntax a module
of `syntaxes`, and one rule (`places.py`) finds the connections in all of them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pgwhy.target.files import named, syntaxes
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.kinds import Kind, holds, kinds_for
from pgwhy.target.files.places import Place, found_in, several
from pgwhy.target.forms.found import NotThere
from pgwhy.target.forms.variables import NAMES


def recognise(name: str, text: str) -> tuple[Kind, list[list[Entry]]] | None:
    """The kind of a file by its name and what is in it, with what was read; `None` if it is none that is known.

    Raises `NotThere` where every syntax that its name allows refuses it.
    """
    documents: dict[str, list[list[Entry]]] = {}
    refused: NotThere | None = None
    for kind in kinds_for(name):
        if kind.syntax not in documents:
            try:
                documents[kind.syntax] = syntaxes.read(kind.syntax, text)
            except NotThere as why:
                refused = refused or why
                documents[kind.syntax] = []
        read = documents[kind.syntax]
        if read and holds(kind, read):
            return kind, read
    if refused and not any(documents.values()):
        raise refused
    return None


def connections(kind: Kind, documents: Sequence[Sequence[Entry]], environment: Mapping[str, str]) -> tuple[Place, ...]:
    """Every connection of a file, in its order, each once. Variables come from `environment` and from the file."""
    found: list[Place] = []
    for document in documents:
        entries = named.flattened(_decoded(document, kind))
        known = {**{".".join(entry.path): entry.value for entry in entries}, **environment}
        found += found_in(entries, kind.style, known, kind.of_databases)
    return several(found)


def usual(found: Sequence[Place]) -> Place | None:
    """The one that most programs would use, of several under one parent (`DATABASE_URL`); `None` if nothing says so."""
    parents = {place.name.rpartition(".")[0] for place in found}
    named = [place for place in found if place.name.rpartition(".")[2] in NAMES]
    if len(parents) > 1 or not named:
        return None
    return min(named, key=lambda place: NAMES.index(place.name.rpartition(".")[2]))


def _decoded(document: Sequence[Entry], kind: Kind) -> list[Entry]:
    """The values of a Secret's `data` are in Base64; what is not is taken as it is, which Kubernetes refuses."""
    if not kind.encoded or not any(entry.path == ("kind",) and entry.value == "Secret" for entry in document):
        return list(document)
    return [replace(entry, value=_text(entry.value)) if entry.path[0] == kind.encoded else entry for entry in document]


def _text(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return value
