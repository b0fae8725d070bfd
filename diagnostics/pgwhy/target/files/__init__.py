"""Settings files of frameworks, tools and platforms: which kind a file is, and every connection that it names.

`connections` reads a file by its structure and runs nothing of it. A kind is a table of `kinds.toml`, a syntax a module
of `syntaxes`, and one rule (`places.py`) finds the connections in all of them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from pgwhy.target.files import named, references, servers, syntaxes
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.kinds import Kind, called, has, holds, kinds_for
from pgwhy.target.files.node import with_libpq_names
from pgwhy.target.files.places import Place, found_in, several
from pgwhy.target.forms.found import NotThere
from pgwhy.target.forms.variables import NAMES
from pgwhy.values import replace


def recognise(name: str, text: str, kind: str = "") -> tuple[Kind, list[list[Entry]]] | None:
    """The kind of a file by its name and what is in it, with what was read; `None` if it is none that is known.

    `kind` is its name where it is known. Raises `NotThere` where every syntax that its name allows refuses it.
    """
    if kind:
        return called(kind), syntaxes.read(called(kind).syntax, text)
    documents: dict[str, list[list[Entry]]] = {}
    refused: NotThere | None = None
    for each in kinds_for(name):
        if each.syntax not in documents:
            try:
                documents[each.syntax] = syntaxes.read(each.syntax, text)
            except NotThere as why:
                refused = refused or why
                documents[each.syntax] = []
        read = documents[each.syntax]
        if read and holds(each, text, read):
            return each, read
    if refused and not any(documents.values()):
        raise refused
    return None


def connections(kind: Kind, documents: Sequence[Sequence[Entry]], environment: Mapping[str, str]) -> tuple[Place, ...]:
    """Every connection of a file, in its order, each once. Variables come from `environment` and from the file."""
    found: list[Place] = []
    for document in documents:
        entries = named.flattened(_decoded(document, kind))
        if kind.within:
            entries = [entry for entry in entries if any(has(entry, pattern) for pattern in kind.within)]
        entries = [entry for entry in entries if not any(has(entry, pattern) for pattern in kind.ignores)]
        entries = [replace(entry, path=_own(entry.path, kind)) for entry in entries]
        if kind.library:
            entries = with_libpq_names(entries, kind.library)
        other = servers.others(entries) if kind.has_services else frozenset()
        places = sorted(found_in(entries, kind, _known(entries, kind.style, environment)), key=lambda place: place.line)
        places = [place for place in places if _host(place) not in other]
        if kind.has_services and any(not _of_a_build(place) for place in places):
            places = [place for place in places if not _of_a_build(place)]
        profile = next((e.value for e in entries if ".".join(e.path) in kind.profile), "")
        found += (replace(place, name=f"{profile}.{place.name}" if profile else place.name) for place in places)
    return _told_apart(several(found))


def _of_a_build(place: Place) -> bool:
    """It is an argument of a service's build, which no running container has."""
    value = place.url or next(iter(place.fields.values()))
    return value.entry.path[2:3] == ("build",)


def _host(place: Place) -> str | None:
    """The host of its own field."""
    return place.fields["host"].filled.value if "host" in place.fields else None


def started(kind: Kind, documents: Sequence[Sequence[Entry]], environment: Mapping[str, str]) -> tuple[Place, ...]:
    """The servers of Postgres that the file starts and this machine reaches."""
    flat = [named.flattened(document) for document in documents]
    return _told_apart([place for document in flat for place in servers.servers(document, kind, environment)])


def _told_apart(found: Sequence[Place]) -> tuple[Place, ...]:
    """The places with names that differ: by the key of the string, or else by its line."""
    names = [place.name for place in found]
    keys = [f"{place.name}.{place.url.entry.key}" if place.url else place.name for place in found]
    told = [key if names.count(name) > 1 else name for name, key in zip(names, keys, strict=True)]
    lines = [place.line for place in found]
    return tuple(
        replace(place, name=f"{name}:{line}" if told.count(name) > 1 else name)
        for place, name, line in zip(found, told, lines, strict=True)
    )


def _known(entries: Sequence[Entry], style: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of the environment, and the settings of the file by their names, as far as they are known."""
    known = dict(environment)
    for _ in range(_DEEPEST):
        filled = {
            name: references.filled(entry.value, style, known).value
            for entry in entries
            if entry.expression is None
            for name in (".".join(entry.path), *([entry.key] if style in references.BY_KEY else []))
        }
        new = {**{name: value for name, value in filled.items() if value is not None}, **environment}
        if new == known:
            break
        known = new
    return known


def _own(path: tuple[str, ...], kind: Kind) -> tuple[str, ...]:
    """The path with the kind's own names in place of those that mean something else there."""
    around = tuple(name for name in path[:-1] if name not in kind.inside)
    return (*around, *(kind.names.get(name, name) for name in path[-1:]))


def only(found: Sequence[Place], wanted: str) -> Place | None:
    """The only place of this name, or else the only one whose name ends so or has it among its parts."""
    wanted = wanted.casefold()
    parts = [(place, place.name.casefold()) for place in found]
    for fits in (
        [place for place, name in parts if name == wanted],
        [place for place, name in parts if name.rpartition(".")[2] == wanted],
        [place for place, name in parts if wanted in name.split(".")],
    ):
        if len(fits) == 1:
            return fits[0]
    return None


def usual(found: Sequence[Place]) -> Place | None:
    """The one that most programs would use, of several under one parent (`DATABASE_URL`); `None` if nothing says so."""
    parents = {place.name.rpartition(".")[0] for place in found}
    named = [place for place in found if place.name.rpartition(".")[2] in _USUAL]
    if len(parents) > 1 or not named:
        return None
    return min(named, key=lambda place: _USUAL.index(place.name.rpartition(".")[2]))


def _decoded(document: Sequence[Entry], kind: Kind) -> list[Entry]:
    """The values of a Secret's `data` are in Base64; what is not is taken as it is, which Kubernetes refuses."""
    if not kind.encoded or not any(entry.path == ("kind",) and entry.value == "Secret" for entry in document):
        return list(document)
    return [replace(entry, value=_text(entry.value)) if entry.path[0] == kind.encoded else entry for entry in document]


_USUAL = (*NAMES, "url")
_DEEPEST = 5
"""Settings that take from settings that take from others."""


def _text(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return value
