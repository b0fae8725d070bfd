"""What the command does to its own process."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_psycopg_is_not_imported_for_a_login() -> None:
    """libpq is loaded by a process of its own, which has no use for the rest."""
    done = run(
        "import sys\nfrom pgwhy.cli import process\nprocess.hasten()\nprocess.prepare_login()\n"
        "from pgwhy.cli import run\nrun(['postgresql://alex@127.0.0.1:1/x'])\n"
        "assert not [name for name in sys.modules if name.startswith('psycopg')]"
    )
    assert done.returncode == 0, done.stderr


def test_the_process_that_was_prepared_is_the_one_that_is_used() -> None:
    done = run(
        "from pgwhy.libpq import process as libpq_process\nlibpq_process.prepare()\n"
        "first, second = libpq_process.take(), libpq_process.take()\n"
        "assert first.pid != second.pid and not libpq_process._spare\n"
        "for each in (first, second):\n    each.communicate()"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--plan", "postgresql://alex@127.0.0.1:1/x"], ["explain", "x"]])
def test_a_command_that_connects_nowhere_starts_no_process(arguments: list[str]) -> None:
    done = run(
        f"import sys\nsys.argv = ['pgwhy', *{arguments!r}]\n"
        "from pgwhy.libpq import process as libpq_process\n"
        "def prepare(): sys.stderr.write('started')\n"
        "libpq_process.prepare = libpq_process.start = prepare\n"
        "from pgwhy.cli import main\nmain()"
    )
    assert done.stderr == ""


def test_asyncio_comes_without_the_ssl_module_which_everybody_else_can_import() -> None:
    done = run(
        "import sys\nfrom pgwhy.cli import process\nprocess.import_asyncio()\n"
        "assert 'ssl' not in sys.modules and '_ssl' not in sys.modules\n"
        "import asyncio\nassert asyncio.base_events.ssl is None\n"
        "import ssl\nssl.create_default_context()\n"
        "process.import_asyncio()\nassert sys.modules['ssl'] is ssl\n"
        "asyncio.run(asyncio.sleep(0))"
    )
    assert done.returncode == 0, done.stderr


def test_everything_that_was_written_leaves_with_the_status() -> None:
    done = run("from pgwhy.cli import process\nprint('x' * 100_000)\nprocess.leave(3)")
    assert (done.returncode, len(done.stdout)) == (3, 100_001)


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    done = run(
        "import threading\nfrom pgwhy.cli import process\n"
        "threading.Thread(target=threading.Event().wait).start()\nprocess.leave(0)"
    )
    assert done.returncode == 0
