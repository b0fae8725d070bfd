"""Which Postgres drivers a project uses, and in which versions: its manifests and lock files, read and never run.

A lock file says the very version and goes before a manifest, which says what is allowed. Where several say something
else (a monorepo), each version counts, as each is somebody's client.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pgwhy.client import Client, resolve
from pgwhy.foreign import files
from pgwhy.project.manifests import Package, Unreadable, reader_of
from pgwhy.values import dataclass, replace

MAX_BYTES = 20_000_000
"""A larger file is no manifest that somebody wrote; the lock files of large projects have a few million bytes."""
MAX_FILES = 2000
"""Manifests that are read; a project with more says so in `Scan.left_out`."""
SKIPPED = frozenset(
    ("node_modules", "vendor", "site-packages", "target", "build", "dist", "__pycache__", "venv", "bin", "obj")
)
"""Folders of what was installed or built, not of what the project asks for; so are those that begin with a dot."""


@dataclass(frozen=True)
class Driver:
    """A Postgres driver that the project uses."""

    package: str
    version: str
    """Empty where no file says."""
    exact: bool
    """A lock file or a pin says so; false: the lowest version that is allowed."""
    files: tuple[str, ...]
    """Where it is, below the project's folder."""
    client: Client
    """What pgwhy knows of it; without a version where the package's own says nothing of what it can do."""
    certain: bool = True
    """Any version that the files allow does the same; false: `client` is the oldest of them, and a newer differs."""
    note: str = ""

    @property
    def title(self) -> str:
        """`psycopg2-binary 2.9.1`, `pg 8.11.3 or later`, `postgrex`."""
        version = self.version + ("" if self.exact or not self.version else " or later")
        return f"{self.package} {version}".strip()


@dataclass(frozen=True)
class Scan:
    """What the files of a project say."""

    drivers: tuple[Driver, ...]
    files: int
    """Manifests and lock files that were read."""
    left_out: tuple[str, ...] = ()
    """Files that could not be read, each with the reason."""


def scan(folder: Path) -> Scan:
    """Read every manifest below a folder. `NotADirectoryError` if there is none; what cannot be read is named."""
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder")
    named: dict[Package, list[str]] = {}
    left_out: list[str] = []
    count = 0
    for path in _manifests(folder):
        shown = path.relative_to(folder).as_posix()
        if count == MAX_FILES:
            left_out.append(f"{shown} and what comes after it: {MAX_FILES} files were read")
            break
        count += 1
        try:
            for package in _packages(path):
                places = named.setdefault(package, [])
                if shown not in places:
                    places.append(shown)
        except (OSError, Unreadable) as problem:
            left_out.append(f"{shown} {f'({problem.strerror})' if isinstance(problem, OSError) else problem}")
    return Scan(tuple(_drivers(named)), count, tuple(left_out))


def _manifests(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        yield from (Path(where, name) for name in sorted(names) if reader_of(name))


def _packages(path: Path) -> Iterator[Package]:
    """Those of its packages that are drivers."""
    reader = reader_of(path.name)
    if reader is None:
        return
    text = files.text(path, MAX_BYTES)
    yield from (package for package in reader(text) if package.name in _table().get(package.registry, {}))


def _drivers(named: dict[Package, list[str]]) -> Iterator[Driver]:
    """Each exact version; what a manifest allows only where nothing says the version beside it or above it."""
    locked = {(package.registry, package.name) for package in named if package.exact}
    for package, places in sorted(named.items(), key=lambda item: (item[0].registry, item[0].name, item[0].version)):
        about = _table()[package.registry][package.name]
        if not package.exact and (package.registry, package.name) in locked:
            continue
        if any(other.registry == package.registry and other.name == about.get("unless") for other in named):
            continue
        known = package.version if about.get("versioned", True) else ""
        newest = resolve(about["client"], None, None)
        if not about.get("versioned", True):
            newest = replace(newest, sends_sni=None, channel_binding=None)  # as its libpq does, which no file names
        client = resolve(f"{about['client']}@{known}", None, None) if known else newest
        certain = package.exact or not known or replace(client, version=None) == newest
        yield Driver(
            package.name, package.version, package.exact, tuple(places), client, certain, about.get("note", "")
        )


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("packages.toml").read_text("utf-8"))
