"""The ledger of `pgwhy run`: one turn in five minutes for a target, whoever asks."""

import json
import os
import stat
import subprocess
import sys
import time

import pytest

from pgwhy import target as targets
from pgwhy.incident import ledger
from pgwhy.incident.ledger import INTERVAL_S, may_log_in
from tests.target.machines import MARKER, machine

URL = f"postgresql://alex:{MARKER}@db.example.com/neondb"


@pytest.fixture
def here(tmp_path):
    return machine({"XDG_STATE_HOME": str(tmp_path)})


def ask(text, here):
    return may_log_in(targets.read(text, here), here)


def test_the_first_has_the_turn_and_the_next_has_not(here):
    assert [ask(URL, here) for _ in range(3)] == [True, False, False]


def test_another_server_role_or_database_has_a_turn_of_its_own(here):
    texts = [URL, URL.replace("neondb", "other"), URL.replace("alex", "sasha"), URL.replace("db.", "replica.")]
    assert all(ask(text, here) for text in texts)


def test_a_changed_password_or_setting_is_tried_at_once_but_not_without_end(here):
    changed = (URL, URL.replace(MARKER, "another"), f"{URL}?sslmode=require")
    assert [ask(text, here) for text in changed] == [True, True, True]
    assert ask(URL, here) is False
    assert ask(URL.replace(MARKER, "fourth"), here) is False


@pytest.mark.parametrize(
    ("then", "turn"),
    [(-INTERVAL_S - 1, True), (-INTERVAL_S + 60, False), (10_000, True)],
    ids=["five minutes ago", "four minutes ago", "the clock went back"],
)
def test_the_time_that_was_written_decides(then, turn, here, file):
    ask(URL, here)
    told = json.loads(file.read_text())
    ((place, ((_, what),)),) = told["turns"].items()
    told["turns"] = {place: [[int(time.time()) + then, what]]}
    file.write_text(json.dumps(told))
    assert ask(URL, here) is turn


@pytest.mark.parametrize("written", ["", "half a num", "{", "[]", '{"key": 1}', '{"key": "00", "turns": {"a": [[1]]}}'])
def test_a_file_that_was_cut_short_is_begun_again(written, here, file):
    ask(URL, here)
    file.write_text(written)
    assert [ask(URL, here), ask(URL, here)] == [True, False]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "pgwhy/logins.json"


def test_the_file_is_its_owners_only_even_if_it_was_not(here, file):
    ask(URL, here)
    file.chmod(0o644)
    ask(URL.replace("neondb", "other"), here)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_is_over_is_dropped_and_the_key_with_the_last_of_it(here, file):
    ask(URL, here)
    ask(URL.replace("neondb", "other"), here)
    first = json.loads(file.read_text())
    old = {place: [[at - INTERVAL_S, what] for at, what in each] for place, each in first["turns"].items()}
    file.write_text(json.dumps({**first, "turns": old}))
    ask(URL, here)
    now = json.loads(file.read_text())
    assert len(now["turns"]) == 1 and now["key"] != first["key"]


def test_of_a_password_twelve_bits_are_kept(here, file):
    """With the key, of all passwords one in 4096 fits: too many for anybody who tries them here."""
    ask(URL, here)
    told = json.loads(file.read_text())
    (place, ((_, what),)) = next(iter(told["turns"].items()))
    assert set(told) == {"key", "turns"} and len(what) == 3 and len(place) == 16


def test_another_user_of_the_same_target_has_another_key(tmp_path):
    for who in ("a", "b"):
        ask(URL, machine({"XDG_STATE_HOME": str(tmp_path / who)}))
    a, b = ((tmp_path / who / "pgwhy/logins.json").read_text() for who in ("a", "b"))
    assert not set(json.loads(a)["turns"]) & set(json.loads(b)["turns"])


def test_of_several_at_the_same_moment_one_has_the_turn(tmp_path):
    program = (
        "import sys; from pathlib import Path; from pgwhy import target as targets\n"
        "from pgwhy.incident.ledger import may_log_in; from tests.target.machines import machine\n"
        f"here = machine({{'XDG_STATE_HOME': {str(tmp_path)!r}}}); target = targets.read({URL!r}, here)\n"
        "sys.stdin.read(); print(may_log_in(target, here))"
    )
    command = [sys.executable, "-c", program]
    processes = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(6)]
    told = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(told) == ["False"] * 5 + ["True"]


def test_nothing_of_the_target_is_in_the_file(here, file):
    ask(URL, here)
    for word in (MARKER, "alex", "example", "neondb"):
        assert word not in file.read_text()


def test_a_machine_without_a_place_to_write_remembers_in_this_process(tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "_REMEMBERED", [b""])
    (tmp_path / "file").touch()
    here = machine({"XDG_STATE_HOME": str(tmp_path / "file")})
    assert [ask(URL, here), ask(URL, here)] == [True, False]


@pytest.mark.parametrize("what", ["link", "fifo", "folder"])
def test_what_is_no_file_is_left_alone(what, here, file, tmp_path, monkeypatch):
    monkeypatch.setattr(ledger, "_REMEMBERED", [b""])
    file.parent.mkdir()
    if what == "link":
        (tmp_path / "precious").write_text("x")
        file.symlink_to(tmp_path / "precious")
    else:
        os.mkfifo(file) if what == "fifo" else file.mkdir()
    assert [ask(URL, here), ask(URL, here)] == [True, False]
    assert what != "link" or (tmp_path / "precious").read_text() == "x"
