"""Healthy settings files of every kind, as people have them, all for one connection, with comments and other keys.

They are in `fixtures/settings/KIND.toml`. Each names the host, port, role, database and password of `values.py`, as far
as its kind has a place for it; `§URL§`, `§JDBC§`, `§NET§`, `§HOST§` and `§PASSWORD§` are put in here.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.target.files.values import HOST, JDBC, NET, PASSWORD, URL

FOLDER = Path(__file__).resolve().parents[3] / "fixtures/settings"
_HOLES = {"§URL§": URL, "§JDBC§": JDBC, "§NET§": NET, "§HOST§": HOST, "§PASSWORD§": PASSWORD}


def _filled(text: str) -> str:
    for hole, value in _HOLES.items():
        text = text.replace(hole, value)
    return text


def _of_kind(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in tomllib.loads(path.read_text(encoding="utf-8"))["healthy"]:
        found.setdefault(each["file"], []).append(_filled(each["text"]))
    return found


HEALTHY = {path.stem: _of_kind(path) for path in sorted(FOLDER.glob("*.toml"))}
"""By kind and name of the file, at least five of each kind."""
