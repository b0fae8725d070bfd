"""A client of the past: psycopg in pure Python on the libpq of Postgres 12 or 13, which sends no SNI."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from pgwhy.secret import Secret
from tests import parts


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
    client = parts.old_libpq(major)
    given = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "DATABASE_URL": url, **client.environment}
    if password is not None:
        given["PGPASSWORD"] = password.reveal()
    run = subprocess.run(client.line(url), env=given | environment, capture_output=True, text=True, timeout=30)
    return Ran(run.returncode, run.stdout.strip(), run.stderr.strip())
