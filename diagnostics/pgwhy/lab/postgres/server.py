"""A real Postgres server of our own, on loopback, gone without a trace.

On Unix a shell guards the server (`guard`), so that whatever ends us (Ctrl-C, a closed terminal, SIGKILL) ends it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from pgwhy.lab.postgres.guard import guarded
from pgwhy.lab.postgres.installation import NOBODY, Installation, PostgresError, as_ordinary_user, find_installation
from pgwhy.secret import Secret

SUPERUSER = "postgres"
LOOPBACK_HBA = (
    "local all all trust",
    "host all all 127.0.0.1/32 scram-sha-256",
    "host all all ::1/128 scram-sha-256",
)
"""The Unix socket lies in a folder that only its owner can enter, so `trust` there is for this user alone."""

initialised: Path | None = None
"""A folder that keeps one new cluster of each installation, which the servers copy: who starts many of them sets it, as
PostgreSQL's own tests do with INITDB_TEMPLATE. `None`: each server makes its own."""

_START_LIMIT_S = 30.0
_STOP_LIMIT_S = 10.0
_PORT_TRIES = 5

_END = "while kill -INT $server; do sleep 0.1; done"
"""Postgres' fast shutdown; sent again because the server is deaf to it in its first moments."""


def short_folder() -> Path:
    """A folder of our own. A Unix socket's path must stay under 104 bytes on macOS, so a long TMPDIR is not used."""
    in_default = tempfile.gettempdir()
    base = "/tmp" if sys.platform != "win32" and len(in_default) > 60 else None
    return Path(tempfile.mkdtemp(prefix="pgwhy-", dir=base))


class Postgres:
    """A server with its own folder, ephemeral port and Unix socket. A context manager; starting takes about 0.7 s.

    `roles` are created with LOGIN and their passwords, `databases` with the first role as owner. `hba` is the whole
    of pg_hba.conf. With `certificate` and `key` (PEM files) the server offers TLS. `settings` go to postgresql.conf.
    `sql` are commands, a line each, for the superuser before the start. A `standby` starts in recovery, and waits for
    more from a primary that there is not.
    `folder` is an empty folder to live in, and is removed with everything in it; `None`: a temporary one.
    """

    def __init__(
        self,
        installation: Installation | None = None,
        *,
        roles: Mapping[str, Secret] | None = None,
        databases: Iterable[str] = (),
        hba: Iterable[str] = LOOPBACK_HBA,
        certificate: Path | None = None,
        key: Path | None = None,
        settings: Mapping[str, str] | None = None,
        sql: Iterable[str] = (),
        standby: bool = False,
        folder: Path | None = None,
    ) -> None:
        self.installation = installation or find_installation()
        self.roles = dict(roles or {})
        self.databases = tuple(databases)
        self.hba = tuple(hba)
        self.certificate = certificate
        self.key = key
        self.settings = dict(settings or {})
        self.sql = tuple(sql)
        self.standby = standby
        self.port = 0
        self.folder = folder or Path()
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def socket_folder(self) -> Path | None:
        """What libpq takes as `host` for the Unix socket; `None` on Windows."""
        return None if sys.platform == "win32" else self.folder

    def start(self) -> None:
        """Make the cluster with its roles and databases, and start it. Raises `PostgresError`."""
        if self.folder == Path():
            self.folder = short_folder()
        try:
            self._initialise()
            self._populate()
            if self.standby:
                (self.folder / "data" / "standby.signal").touch()
            for _ in range(_PORT_TRIES):
                self.port = _free_port()
                if self._launch():
                    return
            raise PostgresError(f"the server found no free port: {_last_lines(self.log())}")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server and remove its folder. Safe to call twice."""
        guard, self._guard = self._guard, None
        if guard is not None:
            assert guard.stdin is not None
            guard.stdin.close()
            if sys.platform == "win32":
                guard.terminate()
            try:
                guard.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                _kill(guard)
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    def log(self) -> str:
        """What the server has written so far."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def _initialise(self) -> None:
        data = self.folder / "data"
        if as_ordinary_user()[:1] == ("setpriv",):
            shutil.chown(self.folder, NOBODY, NOBODY)
        if initialised is None:
            self._make(data)
        else:
            self._copy(initialised / self.installation.version, data)
        (data / "pg_hba.conf").write_text("\n".join(self.hba) + "\n", encoding="utf-8")
        if self.certificate and self.key:
            _private_copy(self.certificate, data / "server.crt")
            _private_copy(self.key, data / "server.key")
        with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in self._configuration().items())

    def _make(self, data: Path) -> None:
        # The smallest segments of the log: a new cluster has one, and it would be half of its size.
        options = ("-U", SUPERUSER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C", "--wal-segsize=1")
        self._run("initdb", "-D", str(data), *options)

    def _copy(self, kept: Path, data: Path) -> None:
        """The first one makes what is kept, beside its place: others may begin meanwhile."""
        if not kept.exists():
            self._make(data)
            new = Path(tempfile.mkdtemp(prefix=kept.name, dir=kept.parent)) / "data"
            shutil.copytree(data, new)
            with contextlib.suppress(OSError):  # another one was faster
                new.rename(kept)
            shutil.rmtree(new.parent)
            return
        shutil.copytree(kept, data)
        if as_ordinary_user()[:1] == ("setpriv",):
            for path in (data, *data.rglob("*")):
                shutil.chown(path, NOBODY, NOBODY)

    def _configuration(self) -> dict[str, str]:
        settings = {
            "listen_addresses": "127.0.0.1,::1",
            "unix_socket_directories": "" if self.socket_folder is None else str(self.socket_folder),
            "password_encryption": "scram-sha-256",
            # A throw-away server: nothing on it has to outlive a crash.
            "fsync": "off",
            "shared_buffers": "16MB",
            "max_wal_size": "64MB",
            "dynamic_shared_memory_type": "mmap" if sys.platform == "linux" else "posix",
            "log_min_error_statement": "panic",
        }
        if sys.platform == "win32":
            settings["dynamic_shared_memory_type"] = "windows"
        if self.certificate and self.key:
            settings |= {"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"}
        return settings | self.settings

    def _populate(self) -> None:
        """Roles and databases, in single-user mode: nobody can connect meanwhile, and no password is an argument."""
        sql = [f"CREATE ROLE {_quoted(n)} LOGIN PASSWORD {_literal(p.reveal())};" for n, p in self.roles.items()]
        owner = f" OWNER {_quoted(next(iter(self.roles)))}" if self.roles else ""
        sql += [f"CREATE DATABASE {_quoted(name)}{owner};" for name in self.databases]
        sql += [f"{command.rstrip(';')};" for command in self.sql]
        if sql:
            self._run("postgres", "--single", "-D", str(self.folder / "data"), SUPERUSER, typed="\n".join(sql) + "\n")

    def _run(self, program: str, *arguments: str, typed: str = "") -> None:
        # Its own session: Ctrl-C in a terminal reaches us alone, and we end what runs in order.
        command = [*as_ordinary_user(), str(self.installation.program(program)), *arguments]
        run = subprocess.run(
            command, input=typed, capture_output=True, text=True, cwd=self.folder, start_new_session=True
        )
        if run.returncode or "ERROR:" in run.stderr:
            raise PostgresError(f"{program} failed: {_last_lines(run.stderr or run.stdout)}")

    def _launch(self) -> bool:
        """True once it accepts connections; False if somebody else took its port. Raises `PostgresError`."""
        server = [str(self.installation.program("postgres")), "-D", str(self.folder / "data"), "-p", str(self.port)]
        command = [*as_ordinary_user(), *server]
        if sys.platform != "win32":
            command = guarded(command, self.folder, _END)
        with (self.folder / "log").open("wb") as log:
            self._guard = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        limit = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < limit and self._guard.poll() is None:
            if self._is_ready():
                return True
            time.sleep(0.01)
        if "could not bind" in self.log():
            return False
        raise PostgresError(f"the server did not start: {_last_lines(self.log())}")

    @property
    def _restores(self) -> bool:
        """It waits for an archive first, and tells clients that connect meanwhile that it is starting."""
        return self.standby and "restore_command" in self.settings

    def _is_ready(self) -> bool:
        """The eighth line of postmaster.pid is what pg_ctl waits for; `standby` is one that accepts no connections."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        states = ("ready", "standby", "starting") if self._restores else ("ready", "standby")
        return len(lines) >= 8 and lines[7].strip() in states


def _private_copy(source: Path, goal: Path) -> None:
    """The server insists on a key that it owns and nobody else can read."""
    shutil.copyfile(source, goal)
    goal.chmod(0o600)
    if as_ordinary_user()[:1] == ("setpriv",):
        shutil.chown(goal, NOBODY, NOBODY)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _kill(guard: subprocess.Popen[bytes]) -> None:
    """The last resort: the guard's whole session."""
    if sys.platform == "win32":
        guard.kill()
    else:
        os.killpg(guard.pid, signal.SIGKILL)
    guard.wait()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _last_lines(text: str) -> str:
    return " / ".join(line.strip() for line in text.strip().splitlines()[-3:])
