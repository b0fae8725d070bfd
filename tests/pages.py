"""Every page of the repository that is generated from the tests, and their writer: `python -m tests.pages`.

`make pages` writes these and those of the package (`pgwhy/authoring/page_list.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pgwhy.authoring.pages import generated, stacks
from pgwhy.authoring.pages.generated import Generated
from tests import promises
from tests.drivers import drivers_page
from tests.report import pictures, session
from tests.target.files import proofs

ROOT = Path(__file__).parents[1]


def _promises(checkout: Path) -> Mapping[str, str]:
    security = (checkout / "SECURITY.md").read_text(encoding="utf-8")
    return {"docs/promises.md": promises.page(security, promises.shown())}


def _drivers(checkout: Path) -> Mapping[str, str]:
    measured = json.loads((checkout / "fixtures" / "drivers" / "measured.json").read_text(encoding="utf-8"))
    return {"docs/drivers.md": drivers_page.page(measured)}


def _stacks(_: Path) -> Mapping[str, str]:
    return {"docs/stacks.md": stacks.page(proofs.shown())}


def _pictures(_: Path) -> Mapping[str, str]:
    drawn = {f"docs/pictures/{name}.svg": pictures.drawn(*shown) for name, shown in pictures.TERMINALS.items()}
    return {**drawn, "docs/pictures/session.svg": session.drawn(session.recorded())}


PAGES = (
    Generated("docs/promises.md", _promises),
    Generated("docs/drivers.md", _drivers),
    Generated("docs/stacks.md", _stacks),
    Generated("docs/pictures/*.svg", _pictures),
)

if __name__ == "__main__":
    for path in generated.write(PAGES, ROOT):
        print(path)
