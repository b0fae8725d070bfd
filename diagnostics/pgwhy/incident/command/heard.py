"""Copying what a command writes, and remembering the last of it."""

from __future__ import annotations

import os
import select
from collections import deque
from threading import Lock

CHUNK = 1 << 16
REMEMBERED = 1 << 16
"""Bytes of an output that are kept: an error that ends a program is at the end."""


class Heard:
    """The end of what was written, in bounded memory."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._lock = Lock()
        self.written = 0
        """Bytes, of which the last are remembered."""

    def add(self, data: bytes) -> None:
        """Take note of what was written."""
        with self._lock:
            self._chunks.append(data)
            self._size += len(data)
            self.written += len(data)
            while self._size - len(self._chunks[0]) >= REMEMBERED:
                self._size -= len(self._chunks.popleft())

    def text(self) -> str:
        """The end, of `REMEMBERED` bytes at most; what is no UTF-8 is replaced."""
        return self.since(0)[0]

    def since(self, before: int) -> tuple[str, int]:
        """What was written after so many bytes, as far as it is remembered; and how many there are now."""
        with self._lock:
            kept, written = b"".join(self._chunks)[-REMEMBERED:], self.written
        new = min(written - before, len(kept))
        return kept[len(kept) - new :].decode("utf-8", "replace"), written


def copy(source: int, sink: int, heard: Heard) -> None:
    """From one file descriptor to another until the source ends or nobody reads the sink any more."""
    while data := read(source):
        heard.add(data)
        if not write(sink, data):
            return


def read(source: int) -> bytes:
    """What is there, waiting for it; nothing at the end. A terminal whose other side was closed has ended (EIO)."""
    try:
        return os.read(source, CHUNK)
    except BlockingIOError:
        select.select([source], [], [])
        return read(source)
    except OSError:
        return b""


def write(sink: int, data: bytes) -> bool:
    """Everything, whatever it takes; false when nobody reads it any more."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(sink, view) :]
        except BlockingIOError:  # another program has made a shared pipe or terminal non-blocking, as Node does
            select.select([], [sink], [])
        except OSError:
            return False
    return True
