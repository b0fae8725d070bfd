"""Rules whose warnings and notes a team has accepted: `--ignore RULE`, and `[tool.pgwhy.ignore]` with a reason each.

[tool.pgwhy.ignore]
"session/far-away" = "the database moves to Frankfurt in May"
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

PLACE = "[tool.pgwhy.ignore] in pyproject.toml"


class BadSetting(ValueError):
    """pyproject.toml says something that pgwhy cannot use; the message is a sentence."""


def ignored(folder: Path, named: Iterable[str]) -> dict[str, str]:
    """Rule → why it is ignored. `named` come from the command line. Raises `BadSetting`."""
    return {**_from_project(folder / "pyproject.toml"), **dict.fromkeys(named, "--ignore")}


def _from_project(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    if "tool.pgwhy" not in text:
        return {}
    import tomllib  # few folders have such a file

    try:
        reasons = tomllib.loads(text).get("tool", {}).get("pgwhy", {}).get("ignore", {})
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{file} cannot be read: {error}") from None
    if not isinstance(reasons, dict):
        raise BadSetting(f'{PLACE} must be a table: "rule" = "reason"')
    for rule, reason in reasons.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadSetting(f"{PLACE} gives no reason for {rule}")
    return reasons
