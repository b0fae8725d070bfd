"""Machines for tests: an environment, a home and a folder of their own, nothing of the real one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pgwhy.machine import Machine

NOWHERE = Path("/nonexistent")
MARKER = "Xq7planted"
"""A password, or the greater part of one, that must never be seen."""


def machine(
    environment: dict[str, str] | None = None,
    home: Path = NOWHERE,
    folder: Path = NOWHERE,
    platform: str = "linux",
) -> Machine:
    return Machine(environment or {}, home, folder, platform, datetime(2026, 1, 2, tzinfo=UTC))
