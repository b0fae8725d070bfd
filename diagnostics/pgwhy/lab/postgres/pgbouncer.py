"""A real PgBouncer of our own on loopback, before a Postgres of ours, gone without a trace."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psycopg

from pgwhy.lab.network.namespace import search_path
from pgwhy.lab.postgres.guard import guarded
from pgwhy.lab.postgres.installation import NOBODY, PostgresError, as_ordinary_user
from pgwhy.lab.postgres.server import short_folder
from pgwhy.secret import Secret

_START_LIMIT_S = 10.0
_STOP_LIMIT_S = 5.0


class PgBouncer:
    """A context manager; starting takes about 0.1 s.

    `settings` are those of its section [pgbouncer]; `databases` map a name to what PgBouncer connects to. It knows the
    `roles` by their passwords, and asks for them by SCRAM.
    """

    def __init__(
        self, databases: Mapping[str, str], roles: Mapping[str, Secret], settings: Mapping[str, str] | None = None
    ) -> None:
        self.port = 0
        self.databases = dict(databases)
        self.roles = dict(roles)
        self.settings = dict(settings or {})
        self.folder = Path()
        self._guard: subprocess.Popen[bytes] | None = None
        self._held: list[psycopg.Connection] = []

    def __enter__(self) -> PgBouncer:
        program = shutil.which("pgbouncer", path=search_path())
        if program is None:
            raise PostgresError("there is no pgbouncer on this machine (Debian: apt install pgbouncer)")
        self.folder = short_folder()
        try:
            self._write()
            self._start(program)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for connection in self._held:
            connection.close()
        if self._guard is not None:
            assert self._guard.stdin is not None
            self._guard.stdin.close()
            try:
                self._guard.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._guard.kill()
                self._guard.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def hold(self, user: str, database: str) -> None:
        """A further client, with a transaction open until the end."""
        connection = self._connect(user, database)
        connection.execute("select 1")
        self._held.append(connection)

    def refused(self, user: str, database: str) -> None:
        """Try in vain to log in to that database: PgBouncer lets the next clients wait (`server_login_retry`)."""
        with contextlib.suppress(psycopg.OperationalError):
            self._connect(user, database).close()

    def log(self) -> str:
        """What it has written so far."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _connect(self, user: str, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            password=self.roles[user].reveal(),
            dbname=database,
            sslmode="prefer",
            options="",
        )

    def _write(self) -> None:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = trial.getsockname()[1]
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": str(self.folder / "users"),
            "pool_mode": "transaction",
        } | self.settings
        users = [f'"{_doubled(name)}" "{_doubled(secret.reveal())}"' for name, secret in self.roles.items()]
        lines = ["[databases]", *(f"{name} = {goal}" for name, goal in self.databases.items())]
        lines += ["[pgbouncer]", *(f"{name} = {value}" for name, value in settings.items())]
        for name, text in (("users", users), ("pgbouncer.ini", lines)):
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_text("\n".join(text) + "\n", encoding="utf-8")
            if as_ordinary_user()[:1] == ("setpriv",):
                shutil.chown(path, NOBODY, NOBODY)
        if as_ordinary_user()[:1] == ("setpriv",):
            shutil.chown(self.folder, NOBODY, NOBODY)

    def _start(self, program: str) -> None:
        command = [*as_ordinary_user(), program, str(self.folder / "pgbouncer.ini")]
        with (self.folder / "log").open("wb") as log:
            self._guard = subprocess.Popen(
                guarded(command, self.folder),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        limit = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < limit and self._guard.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
                return
            time.sleep(0.02)
        raise PostgresError(f"PgBouncer did not start: {self.log().strip()[-500:]}")


def _doubled(text: str) -> str:
    return text.replace('"', '""')
