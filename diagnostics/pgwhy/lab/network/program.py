"""A program that runs beside us: ready with its first line of output, ended with its standard input. Unix only."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys

python: tuple[str, ...] = (sys.executable,)
"""What runs a module of ours, with `-m`. The tests put a process here that has imported all of them before."""
_STOP_LIMIT_S = 15.0


class Program:
    """One that was started in a session of its own, with pipes for standard input and output."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.said = ""
        """Its first line, once it is ready."""
        self._process = process

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def wait_until_ready(self, limit_s: float) -> bool:
        """True with its first line in `said`; False if it ended, or said nothing within the limit."""
        assert self._process.stdout
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if selector.select(limit_s):
                self.said = self._process.stdout.readline().rstrip("\n")
        return bool(self.said)

    def complaint(self) -> str:
        """End it; what it wrote to standard error, where that is a pipe that was not read before."""
        _kill(self._process)
        errors = self._process.stderr
        said = errors.read().strip() if errors and not errors.closed else ""
        _close_pipes(self._process)
        return said

    def stop(self) -> None:
        """Close its standard input and wait for its end; after 15 s kill it. Safe to call twice."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process.wait()
        _close_pipes(self._process)

    def kill(self) -> None:
        """End it and all that it started in its session, at once. Safe to call twice."""
        _kill(self._process)
        _close_pipes(self._process)


def communicate(process: subprocess.Popen[str], typed: str, limit_s: float) -> tuple[int | None, str, str]:
    """Exit status, output and complaints of a command; status `None` where it had to be killed at the limit."""
    try:
        stdout, stderr = process.communicate(typed, timeout=limit_s)
    except subprocess.TimeoutExpired:
        _kill(process)
        return None, *process.communicate()
    except BaseException:
        _kill(process)
        raise
    return process.returncode, stdout, stderr


def _kill(process: subprocess.Popen[str]) -> None:
    # The whole session: what we started may be `nsenter`, with the program as its child.
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()
