"""A connection in a Compose file, or beside one: what the file says of the Postgres service that is meant."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pgwhy.machine import Machine
from pgwhy.target import files
from pgwhy.target.files import named
from pgwhy.target.files.entry import Entry
from pgwhy.target.files.kinds import called, is_of
from pgwhy.target.files.services import services
from pgwhy.target.forms.found import NotThere
from pgwhy.target.model import Target
from pgwhy.target.problem import Problem, ProblemCode
from pgwhy.target.reading.completion import read_text
from pgwhy.target.reading.file_parts import variables
from pgwhy.target.services import THIS_MACHINE, Services, may_be_beside
from pgwhy.values import replace


def with_services(target: Target, name: str, document: list[Entry], asking: str, machine: Machine) -> Target:
    """The target with its Compose file's Postgres service, and with what cannot be right in its host and port."""
    found = services(name, document, variables(machine), asking, _of_other_files(name, machine))
    return _with(target, found) if found else target


def beside(target: Target, machine: Machine) -> Services | None:
    """The Postgres service of the Compose file in the working folder, where the target's port leads to it."""
    if not may_be_beside(target):
        return None
    for name, document in _compose_files(machine.folder):  # usually there is none
        found = services(name, document, variables(machine))
        if found and found.published == str(target.hosts[0].port):
            return found
    return None


def _with(target: Target, found: Services) -> Target:
    again = target.again
    return replace(
        target,
        services=found,
        problems=(*target.problems, *_problems(target, found)),
        again=(lambda text: _with(again(text), found)) if again else None,
    )


def _problems(target: Target, found: Services) -> Iterator[Problem]:
    hosts = target.hosts
    if len(hosts) != 1 or found.asking == found.server or not found.own_network:
        return
    host, port = hosts[0].name, str(hosts[0].port)
    if host in THIS_MACHINE:
        what = f"{host} is the container of {found.asking} itself; Postgres is in the service {found.server}"
        yield Problem(ProblemCode.COMPOSE_LOCALHOST, what, "service-address")
    elif host and "." not in host and not host.startswith(("/", "@")) and host not in found.names:
        what = f"{found.file} has no service {host}; its Postgres service is called {found.server}"
        yield Problem(ProblemCode.COMPOSE_SERVICE, what, "service-address")
    elif host == found.server and port == found.published and port != found.inside:
        what = f"{port} is published for the host; between containers {found.server} listens on {found.inside}"
        yield Problem(ProblemCode.COMPOSE_PORT, what, "service-address")


def _of_other_files(name: str, machine: Machine) -> Iterator[str]:
    folder = (machine.folder / name).parent
    for _, document in _compose_files(folder):
        yield from (entry.path[1] for entry in document if entry.path[0] == "services" and len(entry.path) > 2)


def _compose_files(folder: Path) -> Iterator[tuple[str, list[Entry]]]:
    try:
        about = folder.stat()
        names = _of_compose(str(folder), (about.st_dev, about.st_ino, about.st_mtime_ns, int(time.monotonic())))
    except OSError:
        return
    for path in (folder / name for name in names):
        try:
            read = files.recognise(path.name, read_text(path), "compose")
        except (OSError, NotThere):
            continue
        for document in read[1] if read else ():
            yield path.name, named.flattened(document)


@lru_cache(maxsize=16)
def _of_compose(folder: str, state: tuple[int, ...]) -> tuple[str, ...]:
    """Kept for a second, as each of many targets looks through the same folder. Raises `OSError`."""
    kind = called("compose")
    return tuple(sorted(name for name in os.listdir(folder) if is_of(kind, name))[:_MOST])  # noqa: PTH208


_MOST = 20
