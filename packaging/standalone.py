"""Where the self-contained folder begins: `make standalone` (PyInstaller, onedir)."""

from __future__ import annotations

import os
import sys

from pgwhy.libpq import process

CHILD = "--libpq-child"


def main() -> None:
    """The command; or, started by itself with `CHILD`, the process in which libpq logs in."""
    # The loader of the folder's libraries is for this process, and not for what `pgwhy run` starts.
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
    for name in [name for name in os.environ if name.startswith("_PYI_")]:
        del os.environ[name]
    if sys.argv[1:2] == [CHILD]:
        from pgwhy.libpq.child import main as child

        child(sys.argv[2:])
    process.start_with(sys.executable, CHILD)
    from pgwhy.cli import main as command

    command()


main()
