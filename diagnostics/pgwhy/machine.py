"""This machine as an argument: environment, home, folder, platform and clock, so that every test can give its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, overload

from pgwhy.values import dataclass

T = TypeVar("T")


class Environment(Mapping[str, str]):
    """Environment variables that do not show their values: not in `repr`, in an error, in `asdict` or in a pickle.

    They hold passwords. `environment[name]` and `dict(environment)` are the ways to them.
    """

    __slots__ = ("_variables",)

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = dict(variables)

    def __getitem__(self, name: str) -> str:
        return self._variables[name]

    # What a mapping inherits for these two raises and catches for each name that is not there, as most are.

    def __contains__(self, name: object) -> bool:
        return name in self._variables

    @overload
    def get(self, name: str, /) -> str | None: ...
    @overload
    def get(self, name: str, /, default: str | T) -> str | T: ...
    def get(self, name: str, /, default: str | T | None = None) -> str | T | None:
        return self._variables.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __repr__(self) -> str:
        return f"Environment({len(self)} variables)"

    def __copy__(self) -> Environment:
        return self

    def __deepcopy__(self, memo: object) -> Environment:
        return self  # `dataclasses.asdict` copies what it does not know

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("an environment is not written anywhere")


@dataclass(frozen=True)
class Machine:
    """What pgwhy reads of the machine that it runs on."""

    environment: Mapping[str, str]
    """Kept as an `Environment`, whatever mapping it is given as."""
    home: Path | None
    """`None` where the user has none (a service account, a container without HOME)."""
    folder: Path
    """The working directory: where `.env` is looked for."""
    platform: str
    """As `sys.platform` has it: `linux`, `darwin`, `win32`."""
    now: datetime
    """The start of the run, with its time zone."""
    hosts_file: Path = Path("/etc/hosts")
    resolver_file: Path = Path("/etc/resolv.conf")

    def __post_init__(self) -> None:
        if not isinstance(self.environment, Environment):
            object.__setattr__(self, "environment", Environment(self.environment))

    @classmethod
    def here(cls) -> Machine:
        """The machine that this process runs on."""
        try:
            home: Path | None = Path.home()
        except RuntimeError:
            home = None
        windows_hosts = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "drivers" / "etc" / "hosts"
        return cls(
            environment=dict(os.environ),
            home=home,
            folder=_folder(),
            platform=sys.platform,
            now=datetime.now(UTC),
            hosts_file=windows_hosts if sys.platform == "win32" else Path("/etc/hosts"),
        )

    @property
    def postgres_folder(self) -> Path | None:
        """Where libpq keeps root.crt, postgresql.crt and its like: `~/.postgresql`, `%APPDATA%\\postgresql`."""
        if self.platform == "win32":
            roaming = self.environment.get("APPDATA")
            return Path(roaming) / "postgresql" if roaming else None
        return self.home_file(".postgresql")

    def home_file(self, name: str) -> Path | None:
        """Where such a file would be in the home folder; `None` where the user has none."""
        return _below(self.home, name) if self.home else None

    def postgres_file(self, name: str) -> Path | None:
        """The same in the folder of libpq's files."""
        folder = self.postgres_folder
        return _below(folder, name) if folder else None


@lru_cache(maxsize=32)
def _below(folder: Path, name: str) -> Path:
    """Kept, as each target of a fleet has the same home: to join two paths takes longer than to look at a file."""
    return folder / name


def _folder() -> Path:
    """The working directory. Where it was deleted under us, a path below which there is nothing."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.devnull)


def available_cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
