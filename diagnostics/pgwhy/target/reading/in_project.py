"""Nothing was given, and neither the environment nor `.env` names a server: the settings files of the project around.

Looked at are the working folder and, inside a repository, its parents up to the repository's root, each with the
folders in which frameworks keep their settings. Only files with a usual name are read, and nothing of them is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pgwhy.machine import Machine
from pgwhy.target.files.kinds import is_usual
from pgwhy.target.forms.found import NotThere
from pgwhy.target.model import Target
from pgwhy.target.problem import ProblemCode
from pgwhy.target.reading.completion import read_text
from pgwhy.target.reading.in_settings import chosen, contents
from pgwhy.values import dataclass

FOLDERS = ("", "config", "prisma", "src/main/resources")
"""Where frameworks keep their settings: Rails, Prisma, Spring and its like."""
_SAMPLES = ("example", "sample", "template", "dist", "defaults", "test")
"""Parts of names of files that no program loads as they are."""
_MOST_LEVELS = 5
_MOST_FILES = 500


@dataclass(frozen=True, repr=False)
class Seen:
    """A settings file of the project that names a connection."""

    name: str
    """Its path from the working folder, as `pgwhy @NAME` takes it."""
    connections: tuple[str, ...]
    """The names of its connections, for `--in`; empty where it has only one."""
    target: Target | None
    """The connection where it has only one."""
    started: bool = False
    """It is a server that the file starts."""

    @property
    def command(self) -> str:
        """The command that uses it."""
        import shlex  # for a list of several only

        return f"pgwhy {shlex.quote('@' + self.name)}" + (f" --in {self.connections[0]}" if self.connections else "")


def settings_files(machine: Machine) -> list[Seen]:
    """The settings files around that name a connection, the nearest first."""
    seen: list[Seen] = []
    for level, folder in enumerate(_folders(machine.folder)):
        for path in _candidates(folder):
            name = "../" * level + path.relative_to(folder).as_posix()
            if found := _seen(name, path, machine):
                seen.append(found)
    # A server that is started here is most likely the one that a program's own settings name.
    return [each for each in seen if not each.started] or seen


def _folders(start: Path) -> list[Path]:
    """The working folder, and its parents up to the root of the repository that it is in."""
    around = [start, *start.parents][: _MOST_LEVELS + 1]
    root = next((number for number, folder in enumerate(around) if (folder / ".git").exists()), 0)
    return around[: root + 1]


def _candidates(folder: Path) -> Iterator[Path]:
    for below in FOLDERS:
        try:
            paths = sorted(path for path, _ in zip((folder / below).iterdir(), range(_MOST_FILES), strict=False))
        except OSError:
            continue
        yield from (path for path in paths if _has_a_usual_name(path))


def _has_a_usual_name(path: Path) -> bool:
    name = path.name.lower()
    if name == ".env" or any(part in _SAMPLES for part in name.replace("-", ".").split(".")):
        return False  # `.env` was looked at before
    return is_usual(path.as_posix())


def _seen(name: str, path: Path, machine: Machine) -> Seen | None:
    try:
        text = read_text(path)
        read = contents(name, text, machine)
    except (OSError, NotThere):
        return None
    if read is None or not read.places:
        return None
    target = chosen(read, machine)
    if any(problem.code is ProblemCode.SEVERAL_TARGETS for problem in target.problems):
        return Seen(name, tuple(place.name for place in read.places), None, read.started)
    return Seen(name, (), target, read.started)
