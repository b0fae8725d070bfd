"""The two outputs of a command (POSIX): what it gets in the place of ours, and how that comes to be heard."""

from __future__ import annotations

import fcntl
import os
import select
import stat
import sys
import termios
from contextlib import suppress
from threading import Thread
from typing import Any

from pgwhy.incident.command.heard import REMEMBERED, Heard, read, write


class Channel:
    """An output that is led through this process: a pipe in the place of a pipe, a terminal for a terminal.

    The terminal is a pseudo-terminal that is nobody's controlling one. It processes nothing (the real one does), has
    the real one's size, and modes that a program sets on it are set on the real one.
    """

    def __init__(self, sink: int) -> None:
        self.sink = sink
        self.heard = Heard()
        self.is_terminal = os.isatty(sink)
        self.source, self.inner = os.openpty() if self.is_terminal else os.pipe()
        self.left_open = False
        """The command has ended, and somebody whom it left behind still writes."""
        self._modes: list[Any] = []
        if self.is_terminal:
            self._modes = termios.tcgetattr(sink)
            self._modes[1] &= ~termios.OPOST
            termios.tcsetattr(self.inner, termios.TCSANOW, self._modes)
            self._modes = termios.tcgetattr(self.source)
            self.follow_window()

    def follow_window(self) -> bool:
        """Give the pseudo-terminal the size of the real one; did that change it?"""
        with suppress(OSError):
            size = fcntl.ioctl(self.sink, termios.TIOCGWINSZ, bytes(8))
            if self.is_terminal and size != fcntl.ioctl(self.source, termios.TIOCGWINSZ, bytes(8)):
                fcntl.ioctl(self.source, termios.TIOCSWINSZ, size)
                return True
        return False

    def carry(self, until: int | None) -> None:
        """Copy to the end of the output, or until `until` becomes readable and nothing is left to be copied."""
        waiting = select.poll()
        waiting.register(self.source, select.POLLIN)
        waiting.register(self.sink, 0)  # only whether its reader is still there
        if until is not None:
            waiting.register(until, select.POLLIN)
        while True:
            ready = {fd for fd, _ in waiting.poll()}
            if self.sink in ready:
                os.close(self.source)  # with its next byte the command learns that nobody reads, as without us
                return
            if self.source not in ready:
                self.left_open = True
                return
            data = read(self.source)
            if self.is_terminal:
                self._follow_modes()
            if data:
                self.heard.add(data)
            if not data or not write(self.sink, data):
                os.close(self.source)
                return

    def _follow_modes(self) -> None:
        with suppress(termios.error):
            modes = termios.tcgetattr(self.source)
            if modes[0] == self._modes[0] and modes[2:] == self._modes[2:]:
                return
            self._modes = modes
            real = termios.tcgetattr(self.sink)
            real[0], real[2], real[3], real[6] = modes[0], modes[2], modes[3], modes[6]
            termios.tcsetattr(self.sink, termios.TCSANOW, real)


class File:
    """An output that goes to a file: the command writes it itself, and it is read when the command has ended."""

    def __init__(self, sink: int) -> None:
        self.sink = sink
        self.start = os.fstat(sink).st_size if _appends(sink) else os.lseek(sink, 0, os.SEEK_CUR)

    def text(self) -> str:
        """The end of what was added; nothing where the file cannot be opened for reading."""
        try:
            file = os.open(_path(self.sink), os.O_RDONLY)
        except OSError:
            return ""
        try:
            size = os.fstat(file).st_size
            os.lseek(file, max(self.start, size - REMEMBERED), os.SEEK_SET)
            return os.read(file, REMEMBERED).decode("utf-8", "replace")
        finally:
            os.close(file)


class Outputs:
    """Both outputs of a command. `stdout` and `stderr` are what to start it with; `None`: it inherits ours."""

    def __init__(self, channels: dict[int, Channel], files: list[File]) -> None:
        self._channels = channels
        self._files = files
        self._distinct = list(dict.fromkeys(channels.values()))
        self._ended, self._end = os.pipe()
        self._threads: list[Thread] = []
        self.stdout = channels[1].inner if 1 in channels else None
        self.stderr = channels[2].inner if 2 in channels else None

    def start(self) -> None:
        """The command runs: begin to carry."""
        for channel in self._distinct:
            os.close(channel.inner)
            thread = Thread(target=channel.carry, args=(self._ended,), name="pgwhy-output", daemon=True)
            thread.start()
            self._threads.append(thread)

    @property
    def heard(self) -> list[Heard]:
        """What was written so far to those outputs that are led through this process."""
        return [channel.heard for channel in self._distinct]

    def follow_window(self) -> bool:
        """The terminal may have another size now; has it?"""
        return any(channel.follow_window() for channel in self._distinct)

    def finish(self) -> str:
        """The command has ended: carry the rest, and give the end of what was heard."""
        os.close(self._end)
        for thread in self._threads:
            thread.join()
        os.close(self._ended)
        left_open = [channel for channel in self._distinct if channel.left_open]
        if left_open:
            _leave_behind(left_open)
        texts = [channel.heard.text() for channel in self._distinct] + [file.text() for file in self._files]
        return "\n".join(text for text in texts if text)

    def close(self) -> None:
        """The command could not be started."""
        for channel in self._distinct:
            os.close(channel.inner)
            os.close(channel.source)
        os.close(self._ended)
        os.close(self._end)


def outputs() -> Outputs:
    """What our own standard output and standard error are, and what a command gets in their place.

    Where both are the same, as after `2>&1`, they stay the same, and the order of what is written stays.
    """
    channels: dict[int, Channel] = {}
    files: list[File] = []
    same: dict[tuple[int, int], Channel] = {}
    for fd in (1, 2):
        try:
            status = os.fstat(fd)
        except OSError:  # closed before we came
            continue
        identity = (status.st_dev, status.st_ino)
        if stat.S_ISREG(status.st_mode):
            files.append(File(fd))
        elif identity in same:
            channels[fd] = same[identity]
        elif stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode) or os.isatty(fd):
            channels[fd] = same[identity] = Channel(fd)
    return Outputs(channels, files)


def _leave_behind(channels: list[Channel]) -> None:
    """A server that the command started in the background goes on writing: a process of its own carries that."""
    if os.fork():
        for channel in channels:
            os.close(channel.source)
        return
    try:
        os.setsid()
        _keep_only({fd for channel in channels for fd in (channel.source, channel.sink)})
        threads = [Thread(target=channel.carry, args=(None,), daemon=True) for channel in channels]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        os._exit(0)


def _keep_only(descriptors: set[int]) -> None:
    """Close every other one: a reader that waits for its end must not wait for us."""
    before = 0
    for descriptor in sorted(descriptors):
        os.closerange(before, descriptor)
        before = descriptor + 1
    os.closerange(before, os.sysconf("SC_OPEN_MAX"))


def _appends(fd: int) -> bool:
    return bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND)


def _path(fd: int) -> str:
    """A path under which an open file can be opened once more."""
    if sys.platform == "darwin":
        return fcntl.fcntl(fd, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0").decode()
    return f"/dev/fd/{fd}"
