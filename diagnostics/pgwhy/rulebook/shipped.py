"""Where the rules and messages that come with pgwhy are."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
MESSAGES = "messages"
"""The folder of the messages, in that of the rules."""


def built_in() -> Path:
    """The folder of the built-in rules: in the package when it is installed, beside it in a checkout."""
    installed = PACKAGE / "rules"
    return installed if installed.is_dir() else PACKAGE.parents[1] / "rules"


def is_built_in(path: Path) -> bool:
    """The rule file is one of ours."""
    return path.is_relative_to(built_in())
