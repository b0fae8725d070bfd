"""How to run a fleet from places that a team has already, as files to copy and change."""

from __future__ import annotations

from importlib import resources

_FILES = {"kubernetes": "kubernetes.yaml", "ansible": "ansible.yml"}


def text(name: str) -> str:
    """The recipe `kubernetes` or `ansible`. Its answers are for `pgwhy fleet report DIR`."""
    return (resources.files("pgwhy.fleet.recipes") / _FILES[name]).read_text(encoding="utf-8")
