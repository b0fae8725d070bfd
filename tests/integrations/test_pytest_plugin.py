"""The pytest plugin, in a pytest of its own."""

import re
import subprocess
import sys

import pytest

from tests.integrations.conftest import WRONG
from tests.servers import closed_port

TESTS = """
import os, psycopg

def test_connects():
    psycopg.connect(os.environ["DATABASE_URL"])

def test_connects_too():
    psycopg.connect(os.environ["DATABASE_URL"])

def test_counts():
    assert 1 + 1 == 3

def test_passes():
    pass
"""


@pytest.fixture
def refused(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://alex:{WRONG}@127.0.0.1:{closed_port()}/neondb")
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def pytest_run(folder, *options):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", *options, str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def sections(out):
    return out.count("- pgwhy: why the connection failed -")


def test_it_is_off_unless_asked_for(refused):
    done = pytest_run(refused)
    assert done.returncode == 1 and sections(done.stdout) == 0


def test_tests_that_could_not_connect_get_the_page_and_no_others(refused):
    done = pytest_run(refused, "--pgwhy")
    assert done.returncode == 1 and "3 failed, 1 passed" in done.stdout
    assert sections(done.stdout) == 2
    # "in" on a machine that is a container: its own localhost is then the client's mistake.
    assert re.search("FAILS (in|for) psycopg 3: ", done.stdout) and "DATABASE_URL (environment)" in done.stdout
    counted = done.stdout.partition("test_counts")[2].partition("test_passes")[0]
    assert "FAILS" not in counted
    assert WRONG not in done.stdout + done.stderr


def test_the_ini_file_can_ask_for_it(refused):
    (refused / "pytest.ini").write_text("[pytest]\npgwhy = true\n")
    assert sections(pytest_run(refused).stdout) == 2


def test_it_imports_nothing_of_pgwhy_while_tests_pass(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it():\n    loaded = {n for n in sys.modules if n.startswith('pgwhy.')}\n"
        "    assert loaded == {'pgwhy.integrations', 'pgwhy.integrations.pytest_plugin'}\n"
    )
    done = pytest_run(tmp_path, "--pgwhy")
    assert done.returncode == 0, done.stdout
