"""What stands in every page of pgwhy's, whatever the secrets of a run are: `utf-8`, `text/css`, `connects in`.

A password may be one of these. It is hidden in every value; in what is ours it gives nothing away.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_SUFFIXES = (".py", ".html", ".toml", ".json", ".css")


def is_ours(secret: str) -> bool:
    """The secret, as it is, stands in what pgwhy consists of, which anybody can read."""
    return any(secret in text for text in _texts())


@lru_cache(maxsize=1)
def _texts() -> tuple[str, ...]:
    """Asked for only where a page would otherwise be refused: about three megabytes."""
    package = Path(__file__).parents[1]
    rules = package.parent / "rules"  # in a checkout beside the package, else in it
    folders = (package, rules) if (package.parent / "pyproject.toml").is_file() else (package,)
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.suffix in _SUFFIXES)
    return tuple(file.read_text(encoding="utf-8", errors="replace") for file in files)
