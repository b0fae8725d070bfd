"""Rules whose warnings and notes a team has accepted: `--ignore RULE=REASON`, or in the project's settings file:

[tool.pgwhy.ignore]
"session/far-away" = "the database moves to Frankfurt in May"

An error cannot be ignored: the connection fails because of it. On the command line the reason may be left out, for a
person who tries something; the page then says that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pgwhy.cli.settings import IGNORE, BadSetting, settings

NO_REASON = "no reason given"


def ignored(folder: Path, named: Iterable[str]) -> dict[str, str]:
    """Rule → why it is ignored. `named` come from the command line and go before the file. Raises `BadSetting`."""
    return {**_from_project(folder), **dict(map(_named, named))}


def _named(text: str) -> tuple[str, str]:
    rule, equals, reason = (part.strip() for part in text.partition("="))
    if not rule or (equals and not reason):
        raise BadSetting(f"--ignore {text}: it is RULE=REASON, with both")
    return rule, reason or NO_REASON


def _from_project(folder: Path) -> dict[str, str]:
    said = settings(folder)
    reasons: dict[str, str] = said.values.get(IGNORE, {})
    for rule, reason in reasons.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadSetting(f"{IGNORE} of {said.place} gives no reason for {rule}")
    return reasons
