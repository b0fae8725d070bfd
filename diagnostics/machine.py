"""This machine as an argument: environment, home, folder, platform and clock, so that every test can give its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from diagnostics.values import dataclass


@dataclass(frozen=True)
class Machine:
    """What pgwhy reads of the machine that it runs on."""

    environment: Mapping[str, str]
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
        return self.home / ".postgresql" if self.home else None


def _folder() -> Path:
    """The working directory. Where it was deleted under us, a path below which there is nothing."""
    try:
        return Path.cwd()
    except OSError:
        return Path(os.devnull)
