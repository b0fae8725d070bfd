"""`pgwhy fleet` as a person runs it: against servers on loopback, interrupted, resumed, with a full disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgwhy.cli import run
from tests import parts
from tests.fleet.answers import answer, unknown_name
from tests.servers import Postgres, closed_port, serving, silent

PASSWORD = "Zq7vR2nW9tXk-secret"
COMMAND = [sys.executable, "-m", "pgwhy", "fleet"]
SMALL = ["--processes", "1"]
"""One process more costs half a second."""
ASKS_FOR_A_PASSWORD = b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big")


@pytest.fixture(scope="module")
def healthy() -> Iterator[int]:
    with serving(Postgres(say=lambda startup, name: ASKS_FOR_A_PASSWORD)) as port:
        yield port


def url(port: int, database: str, host: str = "127.0.0.1") -> str:
    return f"postgresql://alex:{PASSWORD}@{host}:{port}/{database}?sslmode=disable"


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_list_ends_with_a_table_and_with_the_status_of_the_worst(
    healthy: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    refused, file, results = closed_port(), tmp_path / "targets.jsonl", tmp_path / "answers.jsonl"
    lines = [{"target": url(healthy, f"ok{n}"), "labels": {"env": "prod"}} for n in range(3)]
    lines += [
        {"target": url(refused, f"down{n}"), "labels": {"env": "dev", "note": f"pw {PASSWORD}"}} for n in range(2)
    ]
    file.write_text("\n".join(map(json.dumps, lines)) + '\n{"broken"\n')
    assert run(["fleet", str(file), "--results", str(results), "--place", "here", *SMALL]) == 1
    out, err = capfd.readouterr()
    assert out.startswith("3 OF 6 FAIL\n")
    assert "2 of 6 fail at the port" in out
    assert "all with env=dev, and none that works" in " ".join(out.split())
    assert "Line 6 is not JSON (line 1, column 10)." in out
    assert err == ""
    found = written(results)
    assert sorted((a["status"], a["cause"]) for a in found if a["status"] != "unread") == [
        ("fails", "connection-refused"),
        ("fails", "connection-refused"),
        *[("reachable", None)] * 3,
    ]
    assert {a["place"] for a in found} == {"here"}
    assert results.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in out + results.read_text()


def test_answers_on_standard_output_are_json_lines_alone(
    healthy: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "targets"
    file.write_text(url(healthy, "app"))
    assert run(["fleet", str(file), "--format", "jsonl", "--full", *SMALL]) == 0
    out, err = capfd.readouterr()
    (found,) = map(json.loads, out.splitlines())
    assert (found["schema"], found["name"]) == ("pgwhy/fleet/1", f"127.0.0.1:{healthy}/app")
    assert found["report"]["schema"] == "pgwhy/report/1"
    assert err.startswith("THE TARGET REACHABLE") or "REACHABLE" in err
    assert PASSWORD not in out + err


def test_an_html_page_goes_to_its_file(healthy: int, tmp_path: Path) -> None:
    file, page = tmp_path / "targets", tmp_path / "fleet.html"
    file.write_text("\n".join([url(healthy, "app"), url(closed_port(), "down")]))
    assert run(["fleet", str(file), "--format", "html", "--output", str(page), *SMALL]) == 1
    assert "1 OF 2 FAIL" in page.read_text()
    assert PASSWORD not in page.read_text()


def test_a_run_goes_on_where_it_ended_and_a_line_that_was_cut_off_is_made_again(
    healthy: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, results = tmp_path / "targets", tmp_path / "answers.jsonl"
    file.write_text("\n".join(url(healthy, f"d{n}") for n in range(4)))
    asked = ["fleet", str(file), "--results", str(results), *SMALL]
    assert run(asked) == 0
    assert run(asked) == 2
    assert "is there already: --resume goes on with it" in capfd.readouterr().err
    whole = results.read_bytes()
    results.write_bytes(whole[:-100])
    assert run([*asked, "--resume"]) == 0
    assert sorted(a["name"] for a in written(results)) == [f"127.0.0.1:{healthy}/d{n}" for n in range(4)]
    assert results.read_bytes().startswith(b"".join(whole.splitlines(keepends=True)[:3]))
    assert capfd.readouterr().out.startswith("ALL 4 ARE REACHABLE")


def test_ctrl_c_keeps_what_was_done_and_shows_no_secret_in_the_process_list(healthy: int, tmp_path: Path) -> None:
    file, results = tmp_path / "targets", tmp_path / "answers.jsonl"
    with serving(silent, "0.0.0.0") as port:
        texts = [url(healthy, "ok"), *(url(port, f"s{n}", f"127.0.0.{n + 2}") for n in range(3))]
        file.write_text("\n".join(texts))
        command = [*COMMAND, str(file), "--results", str(results), *SMALL, "--timeout", "60"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda: results.exists() and bool(results.read_bytes()))
        listed = "".join(_command_line(pid) for pid in (process.pid, *children(process.pid)))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == f"Interrupted. 1 target is answered, and in {results}: the same command with --resume goes on.\n"
    assert "REACHABLE" in out
    assert "pgwhy.fleet.worker" in listed
    assert PASSWORD not in listed + out + err
    assert [a["name"] for a in written(results)] == [f"127.0.0.1:{healthy}/ok"]


def test_a_full_disk_is_told_and_what_was_written_stays_whole(healthy: int, tmp_path: Path) -> None:
    file, results = tmp_path / "targets", tmp_path / "answers.jsonl"
    file.write_text("\n".join(url(healthy, f"d{n}") for n in range(8)))
    command = [*COMMAND, str(file), "--results", str(results), *SMALL]
    small = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2500, 2500)),
    )
    assert small.returncode == 2
    assert small.stderr.startswith(f"{results}: File too large. ")
    assert "the same command with --resume goes on" in small.stderr
    again = subprocess.run([*command, "--resume"], capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stderr
    assert sorted(a["name"] for a in written(results)) == [f"127.0.0.1:{healthy}/d{n}" for n in range(8)]


def test_a_process_that_is_killed_loses_nothing_and_tells_nothing_twice(tmp_path: Path) -> None:
    file, results = tmp_path / "targets", tmp_path / "answers.jsonl"
    with serving(silent, "0.0.0.0") as port:
        file.write_text("\n".join(url(port, f"d{n}", f"127.0.1.{n + 1}") for n in range(12)))
        command = [*COMMAND, str(file), "--results", str(results), *SMALL, "--timeout", "1", "--concurrency", "4"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until(lambda: results.exists() and bool(results.read_bytes()))
        for worker in children(process.pid):
            os.kill(worker, signal.SIGKILL)
        _, err = process.communicate(timeout=60)
    assert err == ""
    assert sorted(a["name"] for a in written(results)) == sorted(f"127.0.1.{n + 1}:{port}/d{n}" for n in range(12))
    assert {a["status"] for a in written(results)} == {"fails"}


def test_answers_of_several_places_are_joined(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_text(
        "\n".join(json.dumps(answer(n, place="a")) for n in ("db1", "db2")) + "\n{cut off"
    )
    (tmp_path / "b").mkdir()
    there = [answer("db1", place="b"), unknown_name("db2", place="b")]
    (tmp_path / "b" / "b.jsonl").write_text("a line of another program\n" + "\n".join(map(json.dumps, there)))
    assert run(["fleet", "report", str(tmp_path)]) == 1
    said = " ".join(capfd.readouterr().out.split())
    assert "1 target fails only from b, at the name" in said
    assert "2 of 2 work from a" in said


def test_answers_that_somebody_else_wrote_have_any_shape(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    odd = [
        answer(
            "a\n\x1b[31mb", "fails", stage=["dns"], cause={"a": 1}, ms={"dns": "x"}, tls=7, resolvers="no", labels=[]
        ),
        answer("c", 12, addresses={"a": 1}, host=[1], started_at=5, duration_ms="long", tls={"expires_in_days": []}),
        {"schema": "pgwhy/fleet/1"},
        {"schema": "pgwhy/report/1", "name": "x"},
        [1],
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, odd)) + '\n{"name": NaN}\n' + "[" * 5000)
    assert run(["fleet", "report", str(tmp_path)]) == 3
    out, err = capfd.readouterr()
    assert out.startswith("2 OF 2 FAIL")
    assert "\x1b[31m" not in out
    assert err == ""


def test_a_folder_without_answers_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["fleet", "report", str(tmp_path)]) == 2
    assert "no answers of" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give one list of targets"),
        (["nothing-there.txt"], "nothing-there.txt is not there; one target alone is for: pgwhy TARGET"),
        (["-", "--resume"], "--resume needs --results FILE"),
        (["-", "--from-every-worker"], "need --cluster ADDRESS"),
        (["-", "--cluster", "tcp://127.0.0.1:1", "--send-secrets"], "--send-secrets needs a scheduler with TLS"),
        (["-", "--client", "no-such-client"], "no-such-client"),
    ],
)
def test_options_that_do_not_fit_are_told_before_anything_is_opened(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["fleet", *arguments]) == 2
    assert said in capfd.readouterr().err


def test_a_list_that_cannot_be_read_as_a_whole_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "targets.csv"
    file.write_text("team,env\nblue,prod\n")
    assert run(["fleet", str(file), *SMALL]) == 2
    assert "The table has no column that says where to connect" in capfd.readouterr().err


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    if not Path(f"/proc/{pid}/task/{pid}/children").exists():
        parts.permitted("the children of a process are looked up in /proc")
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
