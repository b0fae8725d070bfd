"""Settings files as projects have them, not written for these tests, are read right or said to be unknown."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pgwhy.target import read
from tests.target.machines import machine

FILE = Path(__file__).resolve().parents[3] / "fixtures/settings-as-found.toml"
FOUND: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["found"]


@pytest.mark.parametrize("number", range(len(FOUND)), ids=lambda number: f"{number}-{FOUND[number]['file']}")
def test_it_is_read_right_or_said_to_be_unknown(number: int, tmp_path: Path) -> None:
    found = FOUND[number]
    (tmp_path / found["file"]).write_text(found["text"])
    if "dotenv" in found:
        (tmp_path / ".env").write_text(found["dotenv"])
    target = read(f"@{found['file']}", machine(found["variables"], folder=tmp_path))
    said = {name: target.value(name) for name in ("host", "port", "user", "dbname") if target.value(name) is not None}
    if target.password:
        said["password"] = target.password.reveal()
    assert said == found["expected"]
    assert sorted({problem.code.value for problem in target.problems}) == found["says"]
