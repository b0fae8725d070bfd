"""Where the data is that comes with pgwhy: in the package when it is installed, beside it in a checkout."""

from __future__ import annotations

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


def _of(installed: str, checkout: str) -> Path:
    folder = PACKAGE / installed
    return folder if folder.is_dir() else PACKAGE.parents[1] / checkout
