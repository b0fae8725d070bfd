"""The ledger of `pgwhy run`: one turn in five minutes for a target, whoever asks."""

import subprocess
import sys
import time

import pytest

from diagnostics import target as targets
from diagnostics.transparent.ledger import INTERVAL_S, may_log_in
from tests.target.machines import MARKER, machine

URL = f"postgresql://alex:{MARKER}@db.example.com/neondb"


@pytest.fixture
def here(tmp_path):
    return machine({"XDG_CACHE_HOME": str(tmp_path)})


def ask(text, here):
    return may_log_in(targets.read(text, here), here)


def test_the_first_has_the_turn_and_the_next_has_not(here):
    assert [ask(URL, here) for _ in range(3)] == [True, False, False]


def test_another_server_role_or_database_has_a_turn_of_its_own(here):
    texts = [URL, URL.replace("neondb", "other"), URL.replace("alex", "sasha"), URL.replace("db.", "replica.")]
    assert all(ask(text, here) for text in texts)


def test_another_password_has_not(here):
    assert [ask(URL, here), ask(URL.replace(MARKER, "another"), here)] == [True, False]


@pytest.mark.parametrize(
    ("written", "turn"),
    [
        (lambda now: str(now - INTERVAL_S - 1), True),
        (lambda now: str(now - INTERVAL_S + 60), False),
        (lambda now: str(now + 10_000), True),
        (lambda now: "half a num", True),
        (lambda now: "", True),
    ],
    ids=["five minutes ago", "four minutes ago", "the clock went back", "torn", "empty"],
)
def test_what_was_written_decides(written, turn, here, tmp_path):
    ask(URL, here)
    (file,) = (tmp_path / "pgwhy/logins").iterdir()
    file.write_text(written(time.time()))
    assert ask(URL, here) is turn


def test_of_several_at_the_same_moment_one_has_the_turn(tmp_path):
    program = (
        "import sys; from pathlib import Path; from diagnostics import target as targets\n"
        "from diagnostics.transparent.ledger import may_log_in; from tests.target.machines import machine\n"
        f"here = machine({{'XDG_CACHE_HOME': {str(tmp_path)!r}}}); target = targets.read({URL!r}, here)\n"
        "sys.stdin.read(); print(may_log_in(target, here))"
    )
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(6)]
    told = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(told) == ["False"] * 5 + ["True"]


def test_nothing_of_the_target_is_in_the_file_or_its_name(here, tmp_path):
    ask(URL, here)
    (file,) = (tmp_path / "pgwhy/logins").iterdir()
    for word in (MARKER, "alex", "example", "neondb"):
        assert word not in file.name + file.read_text()


def test_a_machine_without_a_place_to_write_has_no_turn(tmp_path):
    (tmp_path / "file").touch()
    assert not ask(URL, machine({"XDG_CACHE_HOME": str(tmp_path / "file")}))
