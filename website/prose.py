"""Markdown to HTML: the docs, and the texts of rules. Links between the docs become links between the pages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import count, pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from markdown_it import MarkdownIt

from pgwhy.authoring.pages.handbook import paragraphs

ROOT = Path(__file__).resolve().parents[1]
_REGION = '<div class="wide" tabindex="0" role="region" aria-label="Table {}">'
"""A wide table scrolls by itself, with the keyboard too."""


def of_rule(text: str) -> str:
    """The HTML of a text of a rule: paragraphs, numbered steps, commands."""
    made: str = _markdown().render("\n".join(paragraphs(text)))
    return made


def of_page(text: str, source: PurePosixPath, page_of: Callable[[PurePosixPath], str | None]) -> str:
    """The HTML of a Markdown file of the repository. `page_of` says which page a file has, from the top of the site."""
    reader = _markdown()
    tokens = reader.parse(text)
    top = os.path.relpath(".", page_of(source) and str(PurePosixPath(str(page_of(source))).parent))
    for token in _all(tokens):
        if token.type == "link_open":
            address = _target(str(token.attrs.pop("href")), source, page_of, top)
            token.attrs |= {"href": address} if address else {}  # a file without a page is only named
        if token.type == "image":
            token.attrs["src"] = _target(str(token.attrs["src"]), source, page_of, top) or ""
        if token.type == "table_open":
            token.attrs["class"] = "listing"
    _number_headings(tokens)
    made: str = reader.renderer.render(tokens, reader.options, {})
    number = count(1)
    made = re.sub("<table", lambda _: f"{_REGION.format(next(number))}<table", made)
    made = made.replace("</table>", "</table></div>")
    return re.sub(r"<th( [^>]*)?></th>", "<td></td>", made)  # a corner is no heading


def title_of(text: str) -> str:
    """The first heading."""
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return re.sub(r"[`*]", "", found[1]) if found else "pgwhy"


def _target(
    address: str, source: PurePosixPath, page_of: Callable[[PurePosixPath], str | None], top: str
) -> str | None:
    """Where a link of a file leads on the site; `None` where what it names has no page."""
    if re.match(r"[a-z]+:|#", address):
        return address
    name, mark, anchor = address.partition("#")
    page = page_of(PurePosixPath(os.path.normpath(source.parent / name)))
    return f"{top}/{page}{mark}{anchor}" if page else None


def _number_headings(tokens: list[Any]) -> None:
    """An id for each heading, as GitHub makes them, so that links to them work."""
    seen: dict[str, int] = {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            slug = re.sub(r"[^\w\- ]", "", inline.content.lower()).replace(" ", "-")
            number = seen[slug] = seen.get(slug, -1) + 1
            token.attrs["id"] = f"{slug}-{number}" if number else slug


def _all(tokens: list[Any]) -> Any:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")
