"""What stands in every page of pgwhy's, whatever the secrets of a run are: `utf-8`, `connects in`.

A password may be one of these. It is hidden in every value; in what is ours it gives nothing away.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_PAGES = ("report", "checklist", "ticket")
_SUFFIXES = (".py", ".html", ".css")


def is_ours(secret: str) -> bool:
    """The secret, as it is and between word boundaries, stands in what pages are made of, which anybody can read."""
    whole = re.compile(rf"(?<![\w/.-]){re.escape(secret)}(?![\w/.-])")
    return any(whole.search(text) for text in _texts())


@lru_cache(maxsize=1)
def _texts() -> tuple[str, ...]:
    """Asked for only where a page would otherwise be refused."""
    folders = (Path(__file__).parents[1] / name for name in _PAGES)
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in _SUFFIXES)
    return tuple(file.read_text(encoding="utf-8", errors="replace") for file in files)
