"""Signals that reach this process and are meant for the command it runs (POSIX).

What is typed at the terminal (Ctrl-C, Ctrl-\\, Ctrl-Z) reaches the command without us, as it is in our process group:
that is not passed on a second time. What somebody sends to our process id alone is.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

_TYPED = {signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP}
_ENDING = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP}
_HELD = {*_TYPED, *_ENDING, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGCONT, signal.SIGWINCH}
_STOP_WAITING = signal.SIGURG
"""Sent to ourselves when the command has ended. Nobody else sends it, and who ignores it does no harm."""


class Held:
    """Signals that wait to be passed on."""

    def __init__(self, before: set[signal.Signals | int], follow_window: Callable[[], bool]) -> None:
        self._before = before
        self._follow_window = follow_window
        self._thread: Thread | None = None
        self.asked_to_end = False

    def let_go(self) -> None:
        """In the command's process, before it begins: it holds back what we held back before, and no more."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def pass_on_to(self, pid: int) -> None:
        """From now on, to this process."""
        self._thread = Thread(target=self._pass_on, args=(pid,), name="pgwhy-signals", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The command has ended, and its process id may become another's."""
        if self._thread is not None:
            os.kill(os.getpid(), _STOP_WAITING)
            self._thread.join()

    def _pass_on(self, pid: int) -> None:
        while True:
            number, sender = _next()
            if number == _STOP_WAITING:
                return
            if number == signal.SIGWINCH:
                if self._follow_window():  # the kernel told everybody while the pseudo-terminal had the old size
                    os.kill(0, signal.SIGWINCH)
                continue
            self.asked_to_end |= number in _ENDING
            if sender:
                with suppress(ProcessLookupError):
                    os.kill(pid, number)


@contextmanager
def held(follow_window: Callable[[], bool]) -> Iterator[Held]:
    """Hold signals back while a command is started, runs and ends; afterwards they are ours again."""
    # SIGTTOU too: setting the terminal's modes for the command must not stop us where we are in the background.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {*_HELD, _STOP_WAITING, signal.SIGTTOU})
    try:
        yield Held(before, follow_window)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _next() -> tuple[int, int]:
    """The next signal, and the process that sent it; 0: it was typed at the terminal, or the kernel sent it."""
    signals = {*_HELD, _STOP_WAITING}
    if hasattr(signal, "sigwaitinfo"):
        told = signal.sigwaitinfo(signals)
        return told.si_signo, told.si_pid if told.si_code <= 0 else 0
    number = signal.sigwait(signals)  # macOS tells no sender
    typed = number in _TYPED and _in_foreground()
    return number, 0 if typed or number == signal.SIGWINCH else -1


def _in_foreground() -> bool:
    """We are at a terminal, and what is typed there is for us."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
