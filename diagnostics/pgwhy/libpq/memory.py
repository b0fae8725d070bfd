"""How much memory the child may have, and how much it has had."""

from __future__ import annotations

import os
import sys

BYTES = 64 << 20
"""What libpq may have on top of what the process has before it connects. RLIMIT_AS, which macOS knows and does not
keep: there the size is looked at between two calls of libpq."""
MUCH_BYTES = 24 << 20
"""A login that ended after such a growth ended because of that limit: a healthy one needs a tenth."""


def limit() -> int:
    """Set the limits of this process; its size in bytes, as `largest` gives it."""
    if os.name != "posix":
        return 0
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the password
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
            now = int(file.read().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        return largest()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = now + BYTES
    if hard == resource.RLIM_INFINITY or hard > wanted:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
    return now


def largest() -> int:
    """The largest size of this process so far, in bytes: of its addresses on Linux, of its pages elsewhere."""
    if os.name != "posix":
        return 0
    try:
        with open("/proc/self/status", "rb") as file:  # noqa: PTH123
            for line in file:
                if line.startswith(b"VmPeak:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
