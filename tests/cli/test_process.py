"""What the command does to its own process."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


HASTENED = "import sys\nfrom diagnostics.cli import process\nprocess.hasten()\n"


def test_libpq_is_there_without_the_rest_of_psycopg() -> None:
    done = run(HASTENED + "from psycopg import pq\npq.version()\nassert 'psycopg.types' not in sys.modules")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("first", ["", "from psycopg import pq\n"])
def test_the_rest_of_psycopg_follows_when_it_is_asked_for(first: str) -> None:
    done = run(
        HASTENED + first + "import psycopg\n"
        "from psycopg import OperationalError, errors\n"
        "assert psycopg.OperationalError is OperationalError is errors.OperationalError\n"
        "assert psycopg.connect and psycopg.pq.version() and psycopg.types and psycopg.__version__"
    )
    assert done.returncode == 0, done.stderr


def test_what_neither_psycopg_nor_its_modules_have_is_missing() -> None:
    done = run(HASTENED + "import psycopg\npsycopg.no_such_thing")
    assert "AttributeError" in done.stderr


def test_everything_that_was_written_leaves_with_the_status() -> None:
    done = run("from diagnostics.cli import process\nprint('x' * 100_000)\nprocess.leave(3)")
    assert (done.returncode, len(done.stdout)) == (3, 100_001)


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    done = run(
        "import threading\nfrom diagnostics.cli import process\n"
        "threading.Thread(target=threading.Event().wait).start()\nprocess.leave(0)"
    )
    assert done.returncode == 0
