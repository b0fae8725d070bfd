"""The socket of a connection, by its number, as libpq gives it: waiting for it, and its two ends."""

from __future__ import annotations

import os
import select
import sys
import time


def ready(descriptor: int, write: bool, until: float) -> bool:
    """Wait until a socket can be read or written; false when it is `until`. libpq changes sockets between two calls."""
    left_s = until - time.monotonic()
    if left_s <= 0:
        return False
    if hasattr(select, "poll"):
        waiting = select.poll()
        waiting.register(descriptor, select.POLLOUT if write else select.POLLIN)
        return bool(waiting.poll(left_s * 1000))
    wanted: tuple[list[int], list[int]] = ([], [descriptor]) if write else ([descriptor], [])
    return any(select.select(*wanted, wanted[1], left_s))


def ends(descriptor: int) -> tuple[bytes, bytes, bytes, bytes] | None:
    """Both ends of an internet connection, each an address and a port; `None` where there is none."""
    if sys.platform == "win32":
        # A copy of a socket handle would have to be made with WSADuplicateSocket: not worth it for a log line.
        return None
    import _socket

    try:
        with_copy = _socket.socket(fileno=os.dup(descriptor))
    except OSError:
        return None
    try:
        both = (with_copy.getsockname(), with_copy.getpeername())
    except OSError:
        return None
    finally:
        with_copy.close()
    if not all(isinstance(end, tuple) for end in both):
        return None
    (local, port, *_), (remote, remote_port, *_) = both
    return str(local).encode(), b"%d" % port, str(remote).encode(), b"%d" % remote_port
