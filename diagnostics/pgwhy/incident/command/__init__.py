"""Running a command so that nobody can tell the difference, and hearing what it says: `pgwhy run`.

The command keeps our process group, our terminal and our standard input. Only its two outputs are led through this
process, and each stays what it was: a pipe stays a pipe, a terminal a terminal; a file is not touched at all and read
afterwards. So job control, Ctrl-C and passwords typed at the terminal work without us.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from pgwhy.values import dataclass


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    """Its exit status; a negative number is the signal that ended it, as `subprocess` has it."""
    heard: str
    """The last of what it printed on both outputs; bytes that are no UTF-8 are replaced."""
    stopped_by_user: bool = False
    """We were asked to end it: Ctrl-C, or a signal that we passed on."""


class CannotStart(OSError):
    """The command was not found, or may not be executed; `errno` tells which."""


def run(command: Sequence[str], tell: Callable[[str], None] | None = None) -> Ended:
    """Run a command with our standard input and outputs, and wait for its end. Raises `CannotStart`.

    `tell` is given what it prints while it runs, on a thread of its own (`watching`); not for an output that is a file,
    and not on Windows.
    """
    return _run_windows(command) if sys.platform == "win32" else _run(command, tell)


def end_like(status: int) -> int:
    """End this process as the command ended: by the same signal where one ended it. Otherwise its exit status.

    As process 1 of a container nothing ends us by a signal; then it is the shell's 128 + signal.
    """
    if status >= 0 or sys.platform == "win32":
        return status
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the command has left a core already, where one is wanted
    for stream in filter(None, (sys.stdout, sys.stderr)):  # `None` where it was closed before we came
        stream.flush()
    if -status not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(-status, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {-status})
    os.kill(os.getpid(), -status)
    return 128 - status


def _run(command: Sequence[str], tell: Callable[[str], None] | None) -> Ended:
    from pgwhy.incident.command import signals, streams

    outputs = streams.outputs()
    with signals.held(outputs.follow_window) as held:
        try:
            process = subprocess.Popen(  # noqa: S603 - it is what the user asks for
                command, stdout=outputs.stdout, stderr=outputs.stderr, close_fds=False, preexec_fn=held.let_go
            )
        except OSError as error:
            outputs.close()
            raise CannotStart(error.errno, error.strerror, command[0]) from None
        outputs.start()
        held.pass_on_to(process.pid)
        watch = None
        if tell is not None:
            from pgwhy.incident.command.watching import Watch

            watch = Watch(outputs.heard, tell)
            watch.start()
        process.returncode = _wait(process.pid)
        held.stop()
        heard = outputs.finish()
        if watch is not None:
            watch.stop(wait=process.returncode != 0 and not held.asked_to_end)
    return Ended(process.returncode, heard, held.asked_to_end)


def _wait(pid: int) -> int:
    """The status of a child. While it is stopped (Ctrl-Z), so are we: it is our shell that can tell us both to go on.

    As process 1 of a container every orphan is ours to bury.
    """
    while True:
        ended, status = os.waitpid(-1 if os.getpid() == 1 else pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            if ended == pid:
                os.kill(os.getpid(), signal.SIGSTOP)
        elif ended == pid:
            return os.waitstatus_to_exitcode(status)


def _run_windows(command: Sequence[str]) -> Ended:
    """A console cannot be lent out without a new one, so what goes there is not heard: pipes and files are."""
    from threading import Thread

    from pgwhy.incident.command.heard import Heard, copy

    piped = {fd: not os.isatty(fd) for fd in (1, 2)}
    try:
        process = subprocess.Popen(  # noqa: S603 - it is what the user asks for
            command,
            stdout=subprocess.PIPE if piped[1] else None,
            stderr=subprocess.PIPE if piped[2] else None,
        )
    except OSError as error:
        raise CannotStart(error.errno, error.strerror, command[0]) from None
    heard = {fd: Heard() for fd in (1, 2)}
    sources = {1: process.stdout, 2: process.stderr}
    threads = [
        Thread(target=copy, args=(source.fileno(), fd, heard[fd]), daemon=True)
        for fd, source in sources.items()
        if source is not None
    ]
    for thread in threads:
        thread.start()
    try:
        process.wait()
    except KeyboardInterrupt:  # the console tells everybody in it, the command too
        return Ended(process.wait(), "", stopped_by_user=True)
    for thread in threads:
        thread.join()
    return Ended(process.returncode, "\n".join(each.text() for each in heard.values()))
