"""The skill (https://agentskills.io): when an agent should call what."""

from __future__ import annotations

from importlib import resources


def skill() -> str:
    """The text of SKILL.md."""
    return (resources.files("pgwhy.agents") / "SKILL.md").read_text(encoding="utf-8")
