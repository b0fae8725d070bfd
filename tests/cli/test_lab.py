"""`pgwhy lab`: what it prints and how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile

import pytest

from pgwhy.cli import run
from pgwhy.lab.faults import record


def test_the_list_names_the_cause_of_each_fault(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["lab", "list"]) == 0
    lines = {line.split()[0]: line.split() for line in capfd.readouterr().out.splitlines()}
    assert lines["wrong-password"][1:3] == ["loopback", "wrong-password"]
    assert lines["healthy-sni"][1:3] == ["loopback", "as"]


def test_faults_are_run_and_counted(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["lab", "run", "wrong-password", "healthy-sni"]) == 0
    out = capfd.readouterr().out
    assert out.splitlines()[0].startswith("wrong-password  right")
    assert out.endswith("\n2 of 2 right\n")


def test_an_unknown_fault_is_a_wrong_command() -> None:
    assert run(["lab", "run", "no-such-fault"]) == 2
    assert run(["lab", "record", "no-such-fault"]) == 2


def test_a_client_by_command_needs_a_title() -> None:
    assert run(["lab", "record", "wrong-password", "--command", "true"]) == 2


def test_a_client_that_connected_is_said_to_show_no_failure(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "keep", lambda file, seen: None)
    assert run(["lab", "record", "wrong-password", "--command", "true", "--title", "a client"]) == 0
    assert "This client connected" in capfd.readouterr().out
    assert run(["lab", "record", "wrong-password", "--command", "false", "--title", "a client"]) == 0
    assert "This client connected" not in capfd.readouterr().out


def _shown(fault: str) -> list[str]:
    """What `lab up` prints before it waits; then it is interrupted, and must end."""
    command = [sys.executable, "-u", "-m", "pgwhy", "lab", "up", fault]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines: list[str] = []
        while (not lines or not lines[-1].startswith("Ctrl-C")) and (line := process.stdout.readline()):
            lines.append(line)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(20) == 130
        finally:
            process.kill()  # one that did not listen is not waited for
    return lines


def test_up_prints_what_to_try_until_it_is_interrupted() -> None:
    lines = _shown("wrong-password")
    assert any(line.startswith("  postgresql://alex:npg_") or "'postgresql://alex:npg_" in line for line in lines)


def test_what_a_client_printed_is_shown_with_the_values_of_this_lab() -> None:
    page = "".join(_shown("neon-option-without-pooler"))
    assert "What psql 15 printed:" in page and "Inconsistent project name" in page
    assert "{port}" not in page and "{endpoint}" not in page


def test_a_machine_without_room_for_temporary_files_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as machine:
        machine.setattr(tempfile, "tempdir", None)
        machine.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/no/such/folder"])
        assert run(["demo"]) == 2
    assert "no folder for temporary files can be written (TMPDIR)" in capfd.readouterr().err
