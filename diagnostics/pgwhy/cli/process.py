"""What only a process of our own may do to itself, for its speed and at its edges; no finding of a run depends on it.

Each line about speed was measured with `python -m benchmarks.check`, where a whole `python -c pass` takes 12 ms.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

INTERRUPTED = 130
UNWRITTEN = 2
"""The page could not be written to its end, and there is no other reason to fail."""


def take_standard_streams(keep_closed: bool) -> None:
    """Standard streams that were closed before we came (`>&-`) lead nowhere.

    Their numbers would otherwise be those of the next file or socket, and what is written to standard error would go
    there. A command that we start finds them closed all the same. `keep_closed`: Python's own stay `None`, which says
    that nobody reads them.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123
    if keep_closed:
        return
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def end_as_if_interrupted() -> None:
    """SIGTERM and SIGHUP are answered as Ctrl-C is: what is known is printed, and nothing is left behind."""
    import signal

    def interrupt(number: int, frame: object) -> None:
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, None):  # a shell starts what is in its background so
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)


def hasten() -> None:
    """To be called before anything large is imported."""
    keep_everything()
    sys.setswitchinterval(0.0005)  # the probes do not wait 5 ms for a thread that imports


def prepare_login() -> None:
    """30 ms: libpq's process starts while we import. For a command that will connect."""
    from pgwhy.libpq import process as libpq_process

    libpq_process.prepare()


def import_asyncio() -> None:
    """8 ms: asyncio without the `ssl` module, for a command that will connect. What imports `ssl` itself has it.

    asyncio does without where there is none, and then offers no TLS. Ours is pyOpenSSL over streams of our own
    (`network.tls`), which brings its own OpenSSL along; the system's is a second one to load. Where it cannot be
    imported, for a file too many is open, the command imports it again, and says what is wrong.
    """
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]  # as the documentation of `import` has it: it is not found
    try:
        import asyncio  # noqa: F401
    except (OSError, ImportError):
        return
    finally:
        del sys.modules["ssl"]


def keep_everything() -> None:
    """15 ms: what is imported stays, and looking for garbage in it is in vain."""
    gc.set_threshold(100_000)


def is_out_of_files() -> bool:
    """No file can be opened any more. glibc loads a library (libgcc_s) when Python ends with a thread left, and ends
    the process by SIGABRT where it cannot."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        return True
    return False


def leave(status: int) -> NoReturn:
    """End now: 30 ms, in which the interpreter would take everything apart. Lookups that hang are left behind."""
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # `None` where it was closed before we came
            stream.flush()
    except (OSError, ValueError):
        status = status or UNWRITTEN
    except KeyboardInterrupt:
        status = INTERRUPTED
    os._exit(status)
