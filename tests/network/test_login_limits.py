"""A login has limits that no server can move: exchanges on the wire, SCRAM's iterations, time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.world import World
from pgwhy.libpq import process as libpq_process
from pgwhy.libpq.watch import Watch, iterations_in
from pgwhy.network import Network, wire
from pgwhy.network import login as libpq
from tests.engine.hostile import SIGNED_BADLY, Asking, Scram, floods
from tests.engine.password_taker import PasswordTaker, letting_in, row
from tests.limits import HANGS_S
from tests.servers import answering, serving, silent

PASSWORD = "s3cret-Marker"
CHILD_KEY = "fUBIHbBFYs9pnY3iTqMkpK6k4bMlgMKl3gb9IyhSyCA="  # any 32 bytes


def log_in(port: int, limit_s: float = 5.0, exchanges: int | None = None, password: str | None = PASSWORD, **more: str):
    """One login, with the run's count of exchanges, and how long it took in seconds; no child of it is left."""
    there = children_of(os.getpid())

    async def once() -> tuple[libpq.Login, int, float]:
        network = Network(deadline_s=20)
        given = {"host": "127.0.0.1", "port": str(port), "user": "alex", "dbname": "neondb", "sslmode": "disable"}
        try:
            network.workers.warm()
            begin = time.monotonic()
            ended = await libpq.login(network, {**given, **more}, password, limit_s, exchanges=exchanges)
            elapsed = time.monotonic() - begin
            if ended.connection is not None:
                ended.connection.finish()
            return ended, network.exchanges, elapsed
        finally:
            await network.leave()
            assert set(children_of(os.getpid())) <= set(there)

    return asyncio.run(once())


def children_of(pid: int) -> list[int]:
    """The processes that this one started and that are still there, zombies included; those of the lab left out."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (folder / "stat").read_text()
                command = (folder / "cmdline").read_bytes()
                if stat.rpartition(")")[2].split()[1] == str(pid) and (b"libpq.child" in command or not command):
                    found.append(int(folder.name))
    return found


@pytest.fixture(scope="module")
def context(world: World) -> ssl.SSLContext:
    leaf = world.authority.issue("localhost", "127.0.0.1", fault=CertificateFault.NONE)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(leaf.chain_file, leaf.key_file)
    return made


@pytest.mark.promise("three-exchanges", 6, 60)
def test_what_is_over_the_limit_is_never_sent(context: ssl.SSLContext, inputs: int) -> None:
    """However many requests come in one packet, with TLS and without."""
    for number in range(inputs):
        at_once, most, tls = (1, 20, 2, 7, 100, 3)[number % 6], number % 4, number % 2 == 1
        asking = Asking(at_once, context if tls else None)
        with serving(asking) as port:
            ended, counted, _ = log_in(port, exchanges=most, sslmode="require" if tls else "disable")
        assert ended.stopped is libpq.Stop.EXCHANGES
        assert (ended.connected, ended.message, ended.exchanges, counted) == (False, "", most, most)
        assert len(asking.answers) <= most and ended.encrypted is tls


@pytest.mark.parametrize("tls", [False, True])
def test_the_limit_of_the_run_is_the_default(context: ssl.SSLContext, tls: bool) -> None:
    asking = Asking(at_once=20, context=context if tls else None)
    with serving(asking) as port:
        ended, counted, _ = log_in(port, sslmode="require" if tls else "disable")
    assert (ended.stopped, ended.exchanges, counted) == (libpq.Stop.EXCHANGES, 3, 3)
    assert len(asking.answers) <= 3


@pytest.mark.promise("three-exchanges", 2, 2)
def test_both_attempts_under_prefer_and_allow_are_counted(context: ssl.SSLContext, inputs: int) -> None:
    for mode in ("prefer", "allow")[:inputs]:
        for most, made in ((2, 2), (1, 1)):
            taker = PasswordTaker(wire.Auth.MD5_PASSWORD, context)
            with serving(taker) as port:
                ended, counted, _ = log_in(port, exchanges=most, sslmode=mode)
            assert (ended.exchanges, counted, len(taker.answers)) == (made, made, made)
            assert (ended.stopped is libpq.Stop.EXCHANGES) is (most < 2)


def test_a_login_that_libpq_repeats_after_an_unknown_parameter_is_counted() -> None:
    """SQLSTATE 42704 after the password makes libpq go through the login again, without its application_name."""
    answers: list[bytes] = []

    def behave(connection) -> None:
        from tests.engine.password_taker import exactly, read_startup

        read_startup(connection)
        connection.sendall(wire.authentication(wire.Auth.MD5_PASSWORD, b"salt"))
        _, length = wire.split_header(exactly(connection, 5))
        answers.append(exactly(connection, length))
        refusal = {"S": "FATAL", "V": "FATAL", "C": "42704", "M": "unrecognized configuration parameter"}
        connection.sendall(wire.authentication(wire.Auth.OK) + wire.error_response(refusal))

    with serving(behave) as port:
        ended, counted, _ = log_in(port, application_name="x")
    assert len(answers) == ended.exchanges == counted == 2


@pytest.mark.parametrize("given", [{}, {"scram_client_key": CHILD_KEY, "scram_server_key": CHILD_KEY}])
def test_a_scram_exchange_counts_once_with_a_password_or_a_key(given: dict[str, str]) -> None:
    refusal = wire.error_response({"S": "FATAL", "V": "FATAL", "C": "28P01", "M": "no"})
    scram = Scram("4096", then=refusal)
    with serving(scram) as port:
        ended, counted, _ = log_in(port, password=None if given else PASSWORD, **given)
        assert (ended.exchanges, counted, scram.begun, len(scram.proofs)) == (1, 1, 1, 1)
        assert (ended.stopped, ended.scram_iterations) == (None, 4096)
        ended, counted, _ = log_in(port, exchanges=0, password=None if given else PASSWORD, **given)
        assert (ended.stopped, counted, scram.begun) == (libpq.Stop.EXCHANGES, 0, 1)


TOO_MANY = (2**31 - 1, 50_000_000, 1_000_001, 2**31, 2**32 + 1, 2**64, 10**40)


@pytest.mark.promise("bounded", 7, 7)
def test_too_many_iterations_are_neither_computed_nor_answered(context: ssl.SSLContext, inputs: int) -> None:
    for number, count in enumerate(TOO_MANY[:inputs]):
        tls = number % 2 == 0
        scram = Scram(f"{'  +0' if number == 2 else ''}{count}", context=context if tls else None)
        with serving(scram) as port:
            ended, _, elapsed = log_in(port, sslmode="require" if tls else "disable", limit_s=15)
        assert ended.stopped is libpq.Stop.ITERATIONS
        assert ended.scram_iterations == min(count, 10**18)
        assert scram.proofs == [] and elapsed < 14


@pytest.mark.parametrize("count", [1, 4096, 100_000])
def test_iterations_that_can_be_computed_are(count: int) -> None:
    scram = Scram(str(count), then=wire.error_response({"S": "FATAL", "V": "FATAL", "C": "28P01", "M": "no"}))
    with serving(scram) as port:
        ended, _, _ = log_in(port)
    assert (ended.stopped, ended.scram_iterations, len(scram.proofs)) == (None, count, 1)
    assert ended.message.endswith("FATAL:  no")


@pytest.mark.parametrize("written", ["", "x", "-1", "0", "1x", "1_000", "٣"])
def test_garbage_is_libpqs_to_refuse(written: str) -> None:
    scram = Scram(written)
    with serving(scram) as port:
        ended, _, _ = log_in(port)
    assert ended.stopped is None and "malformed SCRAM message" in ended.message
    assert scram.proofs == []


def test_a_server_that_does_not_know_the_password_is_told_by_libpq() -> None:
    with serving(Scram("4096", then=SIGNED_BADLY)) as port:
        ended, _, _ = log_in(port)
    assert "incorrect server signature" in ended.message


@pytest.mark.promise("bounded", 3, 13)
def test_a_login_ends_in_time_whatever_comes(inputs: int) -> None:
    for name, behave in list(floods())[:inputs]:
        with serving(behave) as port:
            ended, _, elapsed = log_in(port, limit_s=1.0)
        assert not ended.connected, name
        assert elapsed < HANGS_S, name
        assert ended.timed_out or ended.stopped or ended.message, name


def test_a_libpq_that_does_not_show_the_iterations_is_ended_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's libpq 15 computes 2^31-1 rounds in one call, and nothing but a signal gets through."""
    monkeypatch.setenv("PSYCOPG_IMPL", "python")
    scram = Scram(str(2**31 - 1))
    with serving(scram) as port:
        ended, counted, elapsed = log_in(port, limit_s=1.0)
    assert (ended.timed_out, ended.connected, ended.exchanges, counted) == (True, False, 1, 1)
    assert elapsed < HANGS_S and scram.proofs == []


@pytest.mark.parametrize("at_once", [1, 20])
def test_an_older_libpq_is_held_to_the_limit_as_well(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setenv("PSYCOPG_IMPL", "python")
    asking = Asking(at_once)
    with serving(asking) as port:
        ended, counted, _ = log_in(port)
    assert (ended.stopped, ended.exchanges, counted) == (libpq.Stop.EXCHANGES, 3, 3)
    assert len(asking.answers) <= 3


def test_an_older_libpq_counts_a_scram_exchange_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSYCOPG_IMPL", "python")
    scram = Scram("4096", then=wire.error_response({"S": "FATAL", "V": "FATAL", "C": "28P01", "M": "no"}))
    with serving(scram) as port:
        ended, _, _ = log_in(port, exchanges=1)
    assert (ended.stopped, ended.exchanges, len(scram.proofs)) == (None, 1, 1)


def test_a_libpq_without_require_auth_logs_in_nowhere_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSYCOPG_IMPL", "python")
    taker = PasswordTaker(wire.Auth.CLEARTEXT_PASSWORD)
    with serving(taker) as port:
        ended, counted, _ = log_in(port, require_auth="!password")
    assert (ended.stopped, ended.message, counted) == (libpq.Stop.UNGUARDED, "", 0)
    assert (taker.asked, taker.answers) == (0, [])


def test_a_query_that_floods_ends_in_time_and_without_the_memory() -> None:
    there = children_of(os.getpid())

    async def once(network: Network, port: int) -> None:
        given = {"host": "127.0.0.1", "port": str(port), "user": "alex", "sslmode": "disable"}
        ended = await libpq.login(network, given, None, 5)
        assert ended.connection is not None
        with pytest.raises((ConnectionError, TimeoutError)):
            await libpq.query(network, ended.connection, "select 1", 1.0)
        ended.connection.finish()
        await network.leave()
        assert set(children_of(os.getpid())) <= set(there)

    def endless(connection) -> None:
        connection.recv(4096)
        while True:
            connection.sendall(row(b"x" * 1000)[:-14] * 50)

    with serving(letting_in(endless)) as port:
        asyncio.run(once(Network(), port))


def test_what_was_seen_is_told_when_the_child_is_ended_from_outside() -> None:
    """The address and the exchange are known before libpq is through."""
    with serving(Scram("900000", then=b"")) as port:
        ended, counted, _ = log_in(port, limit_s=0.0)
        assert ended.timed_out
    asking = Asking()
    with serving(asking) as port:
        ended, counted, _ = log_in(port)
    assert ended.local.startswith("127.0.0.1:") and ended.exchanges == counted == 3


def test_the_next_login_uses_the_same_process_and_a_dead_one_is_replaced() -> None:
    there = children_of(os.getpid())

    async def several(port: int) -> None:
        network = Network()
        given = {"host": "127.0.0.1", "port": str(port), "user": "alex", "sslmode": "disable"}
        used = []
        for _ in range(3):
            ended = await libpq.login(network, given, None, 5)
            assert ended.connection is not None and ended.connection.backend_pid == 4242
            used.append(ended.connection.worker.process.pid)
            ended.connection.finish()
        assert len(set(used)) == 1
        os.kill(used[0], signal.SIGKILL)
        while network.workers._idle[0].process.poll() is None:
            await asyncio.sleep(0.01)
        ended = await libpq.login(network, given, None, 5)
        assert ended.connection is not None and ended.connection.worker.process.pid != used[0]
        await network.leave()
        assert set(children_of(os.getpid())) <= set(there)

    with serving(letting_in(answering(b""))) as port:
        asyncio.run(several(port))


def test_a_child_that_dies_in_the_login_is_no_word_of_the_server() -> None:
    async def once(port: int) -> libpq.Login:
        network = Network()
        given = {"host": "127.0.0.1", "port": str(port), "user": "alex", "sslmode": "disable"}
        attempt = asyncio.ensure_future(libpq.login(network, given, None, 10))
        while not children_of(os.getpid()):
            await asyncio.sleep(0.01)
        for child in children_of(os.getpid()):
            os.kill(child, signal.SIGKILL)
        ended = await attempt
        await network.leave()
        return ended

    with serving(silent) as port:
        ended = asyncio.run(once(port))
    assert ended.stopped in (libpq.Stop.GONE, libpq.Stop.NO_PROCESS) and ended.message == ""


@pytest.mark.parametrize("executable", ["", "/nonexistent/python3", "/usr/sbin/some-web-server"])
def test_without_a_process_nothing_is_sent_and_the_string_is_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch, executable: str
) -> None:
    async def both(port: int) -> tuple[libpq.Login, str, int | None]:
        network = Network()
        given = {"host": "127.0.0.1", "port": str(port), "user": "alex", "sslmode": "disable"}
        ended = await libpq.login(network, given, PASSWORD, 5)
        said = await libpq.conninfo_error(network, "psql 'postgresql://host/db'")
        return ended, said, await libpq.libpq_version(network)

    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(sys, "prefix", "/nonexistent")
    asking = Asking()
    with serving(asking) as port:
        ended, said, version = asyncio.run(both(port))
    assert (ended.stopped, ended.connected, asking.answers) == (libpq.Stop.NO_PROCESS, False, [])
    assert 'missing "=" after' in said
    assert version is not None and version >= 140000


def test_the_child_ends_with_its_parent_even_inside_of_libpq(tmp_path: Path) -> None:
    script = tmp_path / "embedding.py"
    script.write_text(
        "import asyncio, sys\n"
        "from pgwhy.network import Network, login\n"
        "async def go():\n"
        "    given = {'host': '127.0.0.1', 'port': sys.argv[1], 'user': 'alex', 'sslmode': 'disable'}\n"
        "    await login.login(Network(60), given, 'x', 60)\n"
        "asyncio.run(go())\n"
    )
    scram = Scram(str(2**31 - 1))
    with serving(scram) as port:
        environment = {**os.environ, "PSYCOPG_IMPL": "python"}
        parent = subprocess.Popen([sys.executable, script, str(port)], env=environment)
        limit = time.monotonic() + 20
        while not scram.begun:
            assert time.monotonic() < limit
            time.sleep(0.02)
        (child,) = children_of(parent.pid)
        parent.kill()
        parent.wait()
        while _alive(child):
            assert time.monotonic() < limit, "the child goes on computing"
            time.sleep(0.02)


def test_neither_arguments_nor_environment_of_the_child_hold_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://alex:{PASSWORD}@db.example/x")

    async def look(port: int) -> bytes:
        network = Network()
        given = {"host": "127.0.0.1", "port": str(port), "user": "alex", "sslmode": "disable"}
        ended = await libpq.login(network, given, PASSWORD, 5)
        assert ended.connection is not None
        folder = Path(f"/proc/{ended.connection.worker.process.pid}")
        seen = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        ended.connection.finish()
        await network.leave()
        return seen

    with serving(letting_in(silent)) as port:
        seen = asyncio.run(look(port))
    assert b"libpq.child" in seen and PASSWORD.encode() not in seen


@pytest.mark.parametrize(
    ("lines", "made"),
    [
        (b'F\t13\tPasswordMessage\t "x"\n', 1),
        (b"F\t55\tSASLInitialResponse\t \"SCRAM-SHA-256\" 32 'n,,n=,r=x'\nF\t108\tSASLResponse\t 'c=biws'\n", 1),
        (b"F\t40\tUnknown message: 70\nF\t40\tUnknown message: 70\n", 2),
        (b"F\t54\tUnknown message: 70\nF\t108\tUnknown message: 70\n", 1),
        (b"F\t54\tUnknown message: 70\nF\t8\tSSLRequest\nF\t54\tUnknown message: 70\n", 2),
        (b"F\t54\tUnknown message: 70\nF\t108\tUnknown message: 70\nF\t108\tUnknown message: 70\n", 2),
        (b'B\t9\tNoticeResponse\t M "F\tPasswordMessage"\nF\t4\tTerminate\n\n\t\t\n', 0),
    ],
)
def test_exchanges_in_a_trace_are_counted_however_it_is_cut(lines: bytes, made: int) -> None:
    for cut in (1, 7, len(lines)):
        watch = Watch(lambda number: None, lambda count: None)
        for at in range(0, len(lines), cut):
            watch.write(lines[at : at + cut])
        assert watch.exchanges == made


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (b" 'r=abc,s=QUJD,i=4096'", 4096),
        (b" 'r=abc,s=QUJD,i=\\x09 +0004097,x=1'", 4097),
        (b" 'r=abci=9,s=i=,i=-7'", -7),
        (b" 'r=abc,s=QUJD'", None),
        (b" 'r=abc,s=QUJD,i=1e9'", None),
    ],
)
def test_the_iterations_in_a_trace(text: bytes, count: int | None) -> None:
    assert iterations_in(text) == count


def test_the_entry_is_this_python_without_its_packages() -> None:
    assert libpq_process.command()[1:3] == ["-I", "-S"]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
