"""How much a finding matters. A module of its own, because a help page needs the words and nothing else."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    ERROR = "error"
    """The connection fails because of it."""
    WARNING = "warning"
    """It connects, and this will hurt."""
    NOTE = "note"
