"""A client of the past: psycopg in pure Python on the libpq of Postgres 12 or 13, which sends no SNI."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

from diagnostics.target.model import Secret
from tests import parts

_PROGRAM = """
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


@dataclass(frozen=True)
class Ran:
    """How a client's process ended."""

    status: int
    stdout: str
    stderr: str


def run_old_client(major: int, url: str, password: Secret | None = None, **environment: str) -> Ran:
    """Connect and ask who we are; skips where that libpq is not there.

    The whole `url` goes by environment, so that its password is no process argument. `password`, if given, is
    PGPASSWORD.
    """
    libraries = parts.old_libpq(major)
    given = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "PSYCOPG_IMPL": "python",
        "LD_LIBRARY_PATH": str(libraries),
        "EXPECTED_LIBPQ": str(major),
        "DATABASE_URL": url,
    }
    if password is not None:
        given["PGPASSWORD"] = password.reveal()
    command = [sys.executable, "-c", _PROGRAM]
    run = subprocess.run(command, env=given | environment, capture_output=True, text=True, timeout=30)
    return Ran(run.returncode, run.stdout.strip(), run.stderr.strip())
