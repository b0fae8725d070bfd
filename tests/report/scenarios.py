"""The runs of fixtures/scenarios: `seen.json` is a report, `page.txt` its accepted page.

`lab-*` were recorded (tests/report/record.py); the others were written by hand, to have what a lab does not give.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from pgwhy.finding import Report
from pgwhy.probes import VOCABULARY
from pgwhy.report import document

FOLDER = Path(__file__).parents[2] / "fixtures" / "scenarios"
SLUGS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@cache
def recorded(slug: str) -> Report:
    return document.from_json(json.loads((FOLDER / slug / "seen.json").read_text(encoding="utf-8")), VOCABULARY)
