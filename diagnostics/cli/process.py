"""What only a process of our own may do to itself for the sake of its speed; nothing here changes what a run finds.

Each line was measured with `python -m benchmarks.check`, where a whole `python -c pass` takes 12 ms.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn


def hasten() -> None:
    """To be called before anything large is imported."""
    keep_everything()
    sys.setswitchinterval(0.0005)  # the probes do not wait 5 ms for a thread that imports


def prepare_login() -> None:
    """30 ms: libpq's process starts while we import. For a command that will connect."""
    from diagnostics import libpq_process

    libpq_process.prepare()


def keep_everything() -> None:
    """15 ms: what is imported stays, and looking for garbage in it is in vain."""
    gc.set_threshold(100_000)


def leave(status: int) -> NoReturn:
    """End now: 30 ms, in which the interpreter would take everything apart. Lookups that hang are left behind."""
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # `None` where it was closed before we came
            stream.flush()
    except OSError:
        sys.exit(status)  # the interpreter knows what to say of an output that is gone
    os._exit(status)
