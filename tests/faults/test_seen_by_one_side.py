"""Faults that only the failing side sees: a server's own start, a client's machine. They are broken for real here."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pgwhy.causes import Cause
from pgwhy.engine.conclusion import conclude
from pgwhy.engine.reports import all_rules, observations_of_text
from pgwhy.lab.authority import Authority
from pgwhy.lab.postgres.installation import as_ordinary_user, find_installation
from pgwhy.lab.postgres.server import Postgres
from pgwhy.redaction import Redactor
from tests import parts

START_LIMIT_S = 20.0


def told(text: str) -> tuple[Cause | None, str | None]:
    """Cause and rule of a text alone."""
    decision = conclude(observations_of_text(text, Redactor()), all_rules()).decision
    return decision.cause, decision.rule


def another_major_version(server: Postgres, folder: Path) -> None:
    (folder / "PG_VERSION").write_text("9.6\n")


def loose_rights(server: Postgres, folder: Path) -> None:
    folder.chmod(0o755)


def a_lock_file(server: Postgres, folder: Path) -> None:
    shutil.copy(server.folder / "data" / "postmaster.pid", folder / "postmaster.pid")


def the_port_in_use(server: Postgres, folder: Path) -> None:
    (folder / "postmaster.pid").unlink(missing_ok=True)
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(f"port = {server.port}\nunix_socket_directories = ''\n")


def a_certificate_that_is_none(server: Postgres, folder: Path) -> None:
    (folder / "server.crt").write_text("not a certificate\n")
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write("ssl = on\nssl_cert_file = 'server.crt'\n")


def a_key_that_others_read(server: Postgres, folder: Path) -> None:
    leaf = Authority(folder).issue("localhost")
    shutil.copy(leaf.chain_file, folder / "server.crt")
    shutil.copy(leaf.key_file, folder / "server.key")
    (folder / "server.key").chmod(0o644)
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write("ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n")


@pytest.fixture(scope="module")
def running() -> Iterator[Postgres]:
    with Postgres(find_installation()) as server:
        yield server


@pytest.mark.parametrize(
    "broken",
    [
        another_major_version,
        loose_rights,
        a_lock_file,
        the_port_in_use,
        a_certificate_that_is_none,
        a_key_that_others_read,
    ],
)
def test_the_log_of_a_server_that_does_not_start_is_told_as_that(
    running: Postgres, broken: Callable[[Postgres, Path], None]
) -> None:
    """A copy of a running server's folder is started, broken in one way; nothing is left of it."""
    folder = running.folder / f"copy-{broken.__name__}"
    leave = shutil.ignore_patterns("postmaster.pid")
    shutil.copytree(running.folder / "data", folder, ignore=leave)
    folder.chmod(0o700)
    broken(running, folder)
    if as_ordinary_user()[:1] == ("setpriv",):
        owner = (running.folder / "data").stat()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
    command = [*as_ordinary_user(), str(running.installation.program("postgres")), "-D", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=START_LIMIT_S, check=False)
    shutil.rmtree(folder)
    assert ended.returncode != 0
    assert told(ended.stderr)[0] is Cause.SERVER_DID_NOT_START, ended.stderr


@contextmanager
def saying(message: bytes) -> Iterator[int]:
    """A server that answers each start-up packet with these bytes of an ErrorResponse; the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    accepted, _ = listening.accept()
                except OSError:
                    return
                with accepted:
                    accepted.recv(1000)
                    fields = b"SFATAL\0C28P01\0M" + message + b"\0\0"
                    accepted.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


def test_a_message_in_latin_1_is_told_as_one_that_cannot_be_decoded() -> None:
    """psycopg 2 itself fails at it; the words are those of Postgres' French translation."""
    pytest.importorskip("psycopg2")
    message = "authentification par mot de passe échouée pour l'utilisateur « alex »".encode("latin-1")
    connect = (
        "import sys, psycopg2; psycopg2.connect(host='127.0.0.1', port=sys.argv[1], sslmode='disable', user='alex')"
    )
    with saying(message) as port:
        failed = subprocess.run(
            [sys.executable, "-c", connect, str(port)], capture_output=True, text=True, timeout=20, check=False
        )
    assert failed.returncode != 0
    is_empty = failed.stderr.endswith("psycopg2.OperationalError\n")
    assert is_empty or "UnicodeDecodeError" in failed.stderr
    # On some builds of Python psycopg2 raises an error without words, and then nothing is guessed.
    assert told(failed.stderr)[0] is (None if is_empty else Cause.SERVER_MESSAGE_UNDECODABLE), failed.stderr


_EXHAUST = """
import json, socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as ports:
    ports.write("50000 50001")
listening = socket.create_server(("127.0.0.1", 5432))
held = []
try:
    for _ in range(5):
        held.append(socket.create_connection(("127.0.0.1", 5432)))
except OSError as error:
    held.append(error)
import psycopg
try:
    psycopg.connect(host="127.0.0.1", port=5432, user="alex", connect_timeout=5)
except psycopg.OperationalError as error:
    print(json.dumps(str(error)))
"""


def test_a_machine_without_a_free_port_is_told_as_that() -> None:
    """In a network namespace of its own with two ports, which are in use."""
    parts.network_namespace()
    ran = subprocess.run(
        ["unshare", "-Urn", sys.executable, "-c", _EXHAUST], capture_output=True, text=True, timeout=30, check=False
    )
    text = json.loads(ran.stdout or '""')
    assert "assign requested address" in text, ran.stderr
    assert told(text)[0] is Cause.LOCAL_PORTS_EXHAUSTED, text
