"""How large the terminal is. `shutil` knows it as well, but its archives cost a cold start 2 ms."""

from __future__ import annotations

import os
import sys


def terminal_size() -> os.terminal_size:
    """Columns and lines: what COLUMNS and LINES say, else the terminal of standard output, else 80 and 24."""
    columns, lines = _number("COLUMNS"), _number("LINES")
    if columns <= 0 or lines <= 0:
        try:
            there = os.get_terminal_size(sys.__stdout__.fileno()) if sys.__stdout__ else os.terminal_size((0, 0))
        except (ValueError, OSError):  # closed, or no terminal
            there = os.terminal_size((0, 0))
        columns = columns if columns > 0 else there.columns or 80
        lines = lines if lines > 0 else there.lines or 24
    return os.terminal_size((columns, lines))


def _number(variable: str) -> int:
    try:
        return int(os.environ[variable])
    except (KeyError, ValueError):
        return 0
