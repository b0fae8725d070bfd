"""The server of our own: what it can be told, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from pgwhy.lab.authority import Authority
from pgwhy.lab.postgres.installation import PostgresError
from pgwhy.lab.postgres.server import Postgres
from pgwhy.secret import Secret
from tests import parts


def connect(server: Postgres, password: str, **parameters: str) -> psycopg.Connection:
    place = {"host": "127.0.0.1", "port": server.port, "user": "alex", "dbname": "neondb"}
    return psycopg.connect(**place | parameters, password=password)


def test_it_has_roles_databases_and_tls_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    leaf = authority.issue("localhost")
    password = 'it\'s;\\ $1 "quoted" pässwörd'
    with Postgres(
        parts.wheel_postgres(),
        roles={"alex": Secret(password)},
        databases=("neondb",),
        certificate=leaf.chain_file,
        key=leaf.key_file,
        hba=("hostssl all all 127.0.0.1/32 scram-sha-256",),
    ) as server:
        pid = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        tls = {"host": "localhost", "sslmode": "verify-full", "sslrootcert": str(authority.root_file)}
        with connect(server, password, **tls) as connection:
            owner = "select datdba::regrole::text from pg_database where datname = current_database()"
            assert connection.execute(owner).fetchone() == ("alex",)
            assert connection.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone() == (True,)
    assert not is_alive(pid)
    assert not server.folder.exists()


def test_it_asks_for_the_password_on_both_families(postgres15: Postgres) -> None:
    for host in ("127.0.0.1", "::1"):
        with pytest.raises(psycopg.OperationalError, match='password authentication failed for user "alex"'):
            connect(postgres15, "npg_wrong", host=host)


def test_a_server_that_cannot_start_says_why_and_leaves_nothing() -> None:
    server = Postgres(settings={"no_such_setting": "1"})
    with pytest.raises(PostgresError, match="no_such_setting"):
        server.start()
    assert not server.folder.exists()


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_owner_is_ended(ended_by: signal.Signals) -> None:
    program = (
        "import time\n"
        "from pgwhy.lab.postgres.server import Postgres\n"
        "with Postgres() as server:\n"
        "    pid = (server.folder / 'data' / 'postmaster.pid').read_text().split()[0]\n"
        "    print(pid, server.folder, flush=True)\n"
        "    time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    owner.send_signal(ended_by)
    owner.communicate(timeout=10)
    limit = time.monotonic() + 10
    while time.monotonic() < limit and (is_alive(int(pid)) or Path(folder).exists()):
        time.sleep(0.02)
    assert not is_alive(int(pid))
    assert not Path(folder).exists()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
