"""Which of the connections of a settings file is meant: the one that is named, or what the file or its program says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pgwhy.machine import Machine
from pgwhy.target import files
from pgwhy.target.files import references
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.kinds import Kind
from pgwhy.target.files.places import Place
from pgwhy.target.model import Target
from pgwhy.target.problem import ProblemCode
from pgwhy.target.reading.file_parts import variables
from pgwhy.values import dataclass


@dataclass(frozen=True, repr=False)
class Contents:
    """A settings file that was read. It holds secrets and does not live long."""

    name: str
    """What to call it."""
    text: str
    kind: Kind
    documents: Sequence[Sequence[Entry]]
    places: tuple[Place, ...]
    started: bool = False
    """`places` are servers that the file starts: it names no connection of a program."""


def meant(read: Contents, machine: Machine, inside: str | None, target_of: Callable[[Place], Target]) -> Place | None:
    """The one that is meant; `None` where several differ and nothing chooses among them. `inside` is its name."""
    place = _chosen(read, machine, inside)
    return _any_of_the_same(read, target_of) if place is None and inside is None else place


def is_chosen(target: Target) -> bool:
    """It is one of a file's connections, and not the list of them."""
    return all(problem.code is not ProblemCode.SEVERAL_TARGETS for problem in target.problems)


def several(read: Contents, inside: str | None) -> str:
    """The sentence that lists them."""
    names = [place.name for place in read.places]
    listed = ", ".join(names[:_MOST_NAMES]) + (" ..." if len(names) > _MOST_NAMES else "")
    if inside is not None:
        return f"{read.name} has no connection of that name; it has: {listed}"
    return f"{read.name} names {len(names)} connections: {listed}. Choose one: pgwhy @{read.name} --in {names[0]}"


def _chosen(read: Contents, machine: Machine, inside: str | None) -> Place | None:
    """The one that is meant; `None` where several differ and nothing chooses among them."""
    if inside is not None:
        return files.only(read.places, inside)
    if len(read.places) == 1:
        return read.places[0]
    if read.kind.chosen_by_setting:
        return _by_setting(read, machine)
    profile = machine.environment.get(read.kind.chosen_by_variable) or read.kind.usually
    return (files.only(read.places, profile) if profile else None) or files.usual(read.places)


def _by_setting(read: Contents, machine: Machine) -> Place | None:
    """The one that its group's setting names (dbt: a profile's `target`); `None` where several groups have one.

    The file's own paths are counted: of connections that say the same, `places` has the first alone.
    """
    kind, known = read.kind, variables(machine)
    entries = [entry for document in read.documents for entry in document]
    wanted = {
        entry.path[:-1]: references.filled(entry.value, kind.style, known).value
        for entry in entries
        if entry.key == kind.chosen_by_setting
    }
    named = {
        entry.path[:-1]
        for entry in entries
        if len(entry.path) > 3 and entry.path[-2] == wanted.get(entry.path[:-3], kind.usually)
    }
    return files.only(read.places, ".".join(named.pop())) if len(named) == 1 else None


def _any_of_the_same(read: Contents, target_of: Callable[[Place], Target]) -> Place | None:
    """The first, where all of them go to one database as one role; `None` where they differ, or one is not known."""
    found = {_goes_to(target_of(place)) for place in read.places}
    if len(found) > 1 or None in found:
        return None
    return min(read.places, key=lambda place: not service_of(place))  # one of a service, before a part for several


def _goes_to(target: Target) -> tuple[object, ...] | None:
    if target.problems:
        return None
    return target.hosts, target.value("user"), target.value("dbname"), target.password and target.password.reveal()


def service_of(place: Place) -> str:
    """The service whose setting a connection is; empty where it is of none."""
    value = place.url or next(iter(place.fields.values()))
    return value.entry.path[1] if value.entry.path[0] == "services" else ""


_MOST_NAMES = 12
