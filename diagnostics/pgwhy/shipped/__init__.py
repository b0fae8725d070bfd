"""Where the data is that comes with pgwhy: in the package when it is installed, beside it in a checkout."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
MESSAGES = "messages"
"""The folder of the messages, in that of the rules."""


def built_in() -> Path:
    """The folder of the built-in rules."""
    return _of("rules", "rules")


def faults() -> Path:
    """The folder of the lab's faults."""
    return _of("faults", "fixtures/faults")


def is_built_in(path: Path) -> bool:
    """The rule file is one of ours."""
    return path.is_relative_to(built_in())


def content(path: str) -> bytes:
    """The bytes of a file that is ours. `foreign.files` reads any file, and asks the system twice what it is: with
    hundreds of files that costs a cold start 3 ms. Raises `OSError`."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        pieces = []
        while piece := os.read(descriptor, 65_536):
            pieces.append(piece)
    finally:
        os.close(descriptor)
    return b"".join(pieces)


def _of(installed: str, checkout: str) -> Path:
    folder = PACKAGE / installed
    return folder if folder.is_dir() else PACKAGE.parents[1] / checkout
