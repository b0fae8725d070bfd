"""`pgwhy lab`: what it prints and how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from pgwhy.cli import run


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


def test_up_prints_what_to_try_until_it_is_interrupted() -> None:
    command = [sys.executable, "-u", "-m", "pgwhy", "lab", "up", "wrong-password"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            lines.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(20) == 130
        finally:
            process.kill()  # one that did not listen is not waited for
    assert any(line.startswith("  postgresql://alex:npg_") or "'postgresql://alex:npg_" in line for line in lines)
