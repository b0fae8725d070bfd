"""Rules whose warnings and notes a team has accepted: `--ignore RULE=REASON`, or in pyproject.toml, with a reason each:

[tool.pgwhy.ignore]
"session/far-away" = "the database moves to Frankfurt in May"

An error cannot be ignored: the connection fails because of it. On the command line the reason may be left out, for a
person who tries something; the page then says that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pgwhy.foreign import files

PLACE = "[tool.pgwhy.ignore] in pyproject.toml"
NO_REASON = "no reason given"


class BadSetting(ValueError):
    """What is to be ignored cannot be understood; the message is a sentence."""


def ignored(folder: Path, named: Iterable[str]) -> dict[str, str]:
    """Rule → why it is ignored. `named` come from the command line and go before the file. Raises `BadSetting`."""
    return {**_from_project(folder / "pyproject.toml"), **dict(map(_named, named))}


def _named(text: str) -> tuple[str, str]:
    rule, equals, reason = (part.strip() for part in text.partition("="))
    if not rule or (equals and not reason):
        raise BadSetting(f"--ignore {text}: it is RULE=REASON, with both")
    return rule, reason or NO_REASON


def _from_project(file: Path) -> dict[str, str]:
    try:
        text = files.text(file)
    except OSError:
        return {}
    if "tool.pgwhy" not in text:
        return {}
    import tomllib  # few folders have such a file

    try:
        reasons = tomllib.loads(text).get("tool", {}).get("pgwhy", {}).get("ignore", {})
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadSetting(f"{file} cannot be read: {error}") from None
    if not isinstance(reasons, dict):
        raise BadSetting(f'{PLACE} must be a table: "rule" = "reason"')
    for rule, reason in reasons.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadSetting(f"{PLACE} gives no reason for {rule}")
    return reasons
