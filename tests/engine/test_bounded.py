"""A whole run against servers that want to keep it: it ends in time and in little memory, alone or inside a program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ROLE
from pgwhy.network import wire
from tests.engine.hostile import SIGNED_BADLY, Asking, Scram, floods
from tests.engine.runs import MARKER, check, page
from tests.limits import HANGS_S
from tests.network.test_login_limits import children_of
from tests.servers import serving

TIMEOUT_S = 2.0
SLACK_S = 30.0
"""For a start on a machine with other work to do; a run that a server holds is held for ever."""
MOST_BYTES = 150 << 20
EMBEDDING = """
import asyncio, json, sys, time
import pgwhy

async def tick(gaps):
    while True:
        before = time.monotonic()
        await asyncio.sleep(0.05)
        gaps.append(time.monotonic() - before)

async def main():
    gaps = []
    ticking = asyncio.ensure_future(tick(gaps))
    await asyncio.sleep(0.2)
    await pgwhy.diagnose(sys.argv[1], timeout_s=2.0)  # imports what a run needs
    gaps.clear()
    report = await pgwhy.diagnose(sys.argv[2], timeout_s=4.0)
    before = len(gaps)
    while len(gaps) == before:  # the one that is open yet counts as well
        await asyncio.sleep(0.01)
    ticking.cancel()
    print(json.dumps([max(gaps), str(report.verdict.status), report.duration_ms]))

asyncio.run(main())
"""


def uri(port: int) -> str:
    return f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb?sslmode=disable"


def started(port: int, timeout_s: float = TIMEOUT_S, **environment: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-c",
        "from pgwhy.cli import main; main()",
        "--timeout",
        str(timeout_s),
        "env:HELD",
    ]
    return subprocess.Popen(
        command, env={**os.environ, "HELD": uri(port), **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def resident(pid: int) -> int:
    """Bytes of memory of a process and of what it started."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(map(resident, children_of(pid)))


@pytest.mark.promise("bounded", 3, 13)
def test_a_run_ends_in_time_and_in_little_memory(inputs: int) -> None:
    for name, behave in list(floods())[:inputs]:
        with serving(behave) as port:
            begin, most, seen = time.monotonic(), 0, set()
            run = started(port)
            while run.poll() is None:
                assert time.monotonic() - begin < TIMEOUT_S + 1 + SLACK_S, name
                most = max(most, resident(run.pid))
                seen.update(children_of(run.pid))
                time.sleep(0.02)
            told, trouble = run.communicate()
        assert run.returncode in (1, 3), (name, told, trouble)
        assert trouble == b"", name
        assert most < MOST_BYTES, name
        assert seen and not any(Path(f"/proc/{pid}").exists() for pid in seen), name
        assert MARKER.encode() not in told


@pytest.mark.promise("bounded", 2, 13)
def test_a_program_around_a_run_keeps_its_time(inputs: int) -> None:
    import json

    for name, behave in list(floods())[:inputs]:
        with serving(behave) as port:
            command = [sys.executable, "-c", EMBEDDING, "postgresql://alex@127.0.0.1:1/x", uri(port)]
            ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        gap, status, duration_ms = json.loads(ended.stdout)
        assert gap < 3.0, (name, "the loop stood still")
        assert status in ("fails", "unknown"), name
        assert duration_ms < 4000 + 1000 + SLACK_S * 1000


@pytest.mark.parametrize("implementation", ["", "python"])
def test_ctrl_c_ends_a_run_that_is_held(implementation: str) -> None:
    """Inside of libpq's own loop with the system's libpq; waiting for a server with ours."""
    scram = Scram(str(2**31 - 1) if implementation else "4096")
    with serving(scram) as port:
        run = started(port, 60.0, **({"PSYCOPG_IMPL": implementation} if implementation else {}))
        limit = time.monotonic() + 30
        while not (scram.begun if implementation else scram.proofs):
            assert time.monotonic() < limit and run.poll() is None
            time.sleep(0.02)
        children = children_of(run.pid)
        run.send_signal(signal.SIGINT)
        told, trouble = run.communicate(timeout=HANGS_S)
    assert run.returncode == 130, (told, trouble)
    assert trouble == b"" and told.startswith(b"INTERRUPTED")
    assert children and not any(Path(f"/proc/{pid}").exists() for pid in children)


@pytest.mark.promise("three-exchanges", 2, 4)
def test_a_run_answers_three_requests_at_most(inputs: int) -> None:
    for at_once in (1, 20, 3, 100)[:inputs]:
        asking = Asking(at_once)
        with serving(asking) as port:
            report = check(uri(port), deadline_s=5.0)
        assert len(asking.answers) <= 3
        seen = report.observations
        assert (seen.get("authentication.outcome"), seen.get("authentication.stopped_by")) == (
            "stopped",
            "exchanges-spent",
        )
        # How many requests come in one piece is chance; what is told is never less than what was answered.
        assert len(asking.answers) <= seen.get("authentication.exchanges") <= 3
        assert report.verdict.status == "fails" and report.verdict.stage == "auth"
        assert "again and again" in " ".join(page(report))


def test_too_many_iterations_have_a_name_and_no_proof() -> None:
    scram = Scram(str(50_000_000))
    with serving(scram) as port:
        report = check(uri(port))
    assert scram.proofs == []
    assert report.observations.get("authentication.scram_iterations") == 50_000_000
    assert report.observations.get("authentication.stopped_by") == "scram-iterations"
    assert report.verdict.cause is None and "auth/scram-iterations-too-many" in {f.rule for f in report.findings}
    page(report)


@pytest.mark.parametrize("count", [1, 4095])
def test_few_iterations_are_noted(count: int) -> None:
    refusal = wire.error_response({"S": "FATAL", "V": "FATAL", "C": "28P01", "M": "no"})
    with serving(Scram(str(count), then=refusal)) as port:
        report = check(uri(port))
    assert report.observations.get("authentication.scram_iterations") == count
    assert "auth/scram-iterations-few" in {f.rule for f in report.findings}


def test_a_server_without_the_password_is_named() -> None:
    with serving(Scram("4096", then=SIGNED_BADLY)) as port:
        report = check(uri(port))
    assert report.verdict.cause is None and "auth/server-signature" in {f.rule for f in report.findings}
    page(report)


def test_a_program_without_standard_streams_can_log_in(secure15: Postgres) -> None:
    """The pipes to the child are not mistaken for those that are missing."""
    uri = f"postgresql://{ROLE}:{MARKER}@127.0.0.1:{secure15.port}/{DATABASE}"
    program = (
        "import os, sys\nfor each in (0, 1, 2): os.close(each)\n"
        "import pgwhy\nreport = pgwhy.diagnose_sync(sys.argv[1])\n"
        "os._exit(0 if report.verdict.status == 'connects' else 1)"
    )
    assert subprocess.run([sys.executable, "-c", program, uri], timeout=60).returncode == 0


def test_where_neither_a_thread_nor_a_process_can_be_started_a_run_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What RLIMIT_NPROC does to an ordinary user."""
    asking = Asking()
    with serving(asking) as port:
        script = (
            "import sys, threading, subprocess\n"
            'def refuse(*given, **more): raise RuntimeError("can\'t start new thread")\n'
            "threading.Thread.start = refuse\n"
            "def fail(*given, **more): raise BlockingIOError(11, 'Resource temporarily unavailable')\n"
            "subprocess.Popen = fail\n"
            "from pgwhy.cli import main\nsys.argv = ['pgwhy', sys.argv[1], '--format', 'json']\nmain()"
        )
        ended = subprocess.run([sys.executable, "-c", script, uri(port)], capture_output=True, text=True, timeout=60)
    assert ended.returncode in (1, 3), ended.stderr
    assert '"no-process"' in ended.stdout and asking.answers == []


def test_without_a_process_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(sys, "prefix", "/nonexistent")
    asking = Asking()
    with serving(asking) as port:
        report = check(uri(port))
    assert asking.answers == []
    assert report.observations.get("authentication.not_tried_because") == "no-process"
    assert "cannot start the process" in " ".join(page(report))
