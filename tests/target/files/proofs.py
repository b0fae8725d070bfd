"""What these tests show of each kind of settings file, for docs/stacks.md."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from pgwhy.authoring.pages.stacks import Shown
from pgwhy.target import CannotChange, Change, read
from pgwhy.target.editing.in_file import file_with
from tests.target.files import frameworks
from tests.target.files.healthy import HEALTHY
from tests.target.files.values import VARIABLES
from tests.target.machines import machine


def shown() -> Mapping[str, Shown]:
    """By the name of a kind."""
    measured: dict[str, list[str]] = {}
    for name in frameworks.recorded():
        for kind in frameworks.kinds(name).values():
            measured.setdefault(kind, []).append(frameworks.FRAMEWORKS[name]["title"])
    return {kind: Shown(_edited(kind), _proof(kind, measured.get(kind, []))) for kind in HEALTHY}


def _proof(kind: str, by: list[str]) -> str:
    files = sum(map(len, HEALTHY[kind].values()))
    return ", ".join([f"{files} files", *by])


def _edited(kind: str) -> str:
    """How one writes another sslmode into the first file that has a place for it."""
    for file, texts in HEALTHY[kind].items():
        for text in texts:
            with tempfile.TemporaryDirectory() as place:
                path = Path(place) / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                target = read(f"@{file}", machine(VARIABLES, folder=Path(place)))
                for change in (Change(set=(("sslmode", "require"),)), Change(set=(("host", "other"),))):
                    try:
                        file_with(target, change)
                    except CannotChange:
                        continue
                    return "in place"
    return "told, not written"
