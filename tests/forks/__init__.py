"""Commands of ours by fork instead of by a fresh interpreter: three quarters of a short command's time are imports.

What runs is a process of its own all the same, with the environment, the streams and the namespaces of its caller. How
a fresh interpreter starts the command is what tests/cli/test_process.py and tests/test_installed.py are about.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pgwhy.lab.network import program
from pgwhy.lab.postgres import server as postgres

_HERE = Path(__file__).parent


@contextmanager
def forked() -> Iterator[None]:
    """Meanwhile the lab runs Python by fork; where the kernel hands out no descriptors of processes it does as ever."""
    if not _is_possible():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="pgwhy-forks-") as folder, pytest.MonkeyPatch.context() as patch:
        socket = Path(folder) / "socket"
        Path(folder).chmod(0o700)
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": folder}
        server = program.Program(
            subprocess.Popen(
                [sys.executable, "-P", str(_HERE / "server.py"), str(socket), str(postgres.initialised or "")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                encoding="utf-8",
                start_new_session=True,
            )
        )
        try:
            assert server.wait_until_ready(60.0), "the server of the forks did not start"
            patch.setattr(program, "python", (sys.executable, "-I", "-S", str(_HERE / "client.py"), str(socket)))
            yield
        finally:
            server.stop()


def _is_possible() -> bool:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return False
    return True
