"""Pages of the repository that are generated: which files they are, what they say, and whether a file is stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pgwhy.values import dataclass


@dataclass(frozen=True)
class Generated:
    """Pages that are made from one source."""

    pattern: str
    """The glob, from the root of the checkout, of these pages. A file that it matches and `texts` lacks is stale."""
    texts: Callable[[Path], Mapping[str, str]]
    """The checkout → path from its root → the whole text. Raises what reading the source raises."""


def mark(source: str, part: str = "") -> str:
    """The comment that a generated page begins with. `part`: what of the page it is about, if it is not all of it."""
    return f"<!-- generated from {source} by `make pages`; do not edit{part} -->"


def stale(pages: Iterable[Generated], checkout: Path) -> list[str]:
    """One sentence for each file that is missing, that says something else, or that nothing generates any more."""
    return [f"{path} is stale: make pages" for path, _ in _differences(pages, checkout)]


def write(pages: Iterable[Generated], checkout: Path) -> list[str]:
    """Write what is stale, and remove what nothing generates any more. The paths of both. Raises `OSError`."""
    changed = []
    for path, text in _differences(pages, checkout):
        file = checkout / path
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        changed.append(path)
    return changed


def _differences(pages: Iterable[Generated], checkout: Path) -> Iterator[tuple[str, str | None]]:
    """Path and the text that belongs there; `None`: no file does."""
    for each in pages:
        wanted = each.texts(checkout)
        there = {file.relative_to(checkout).as_posix() for file in checkout.glob(each.pattern)}
        for path in sorted(wanted.keys() | there):
            text = wanted.get(path)
            if text is None or path not in there or (checkout / path).read_text(encoding="utf-8") != text:
                yield path, text
