"""What pgwhy's own texts contain: its sentences, rules, tables and the names of its formats.

A password that is one of these words cannot be told from our own use of the word. The texts are those of the package
itself, so no list of words has to be kept; they are read when a secret is met in a text for the first time, which in
most runs is never.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


def contain(text: str) -> bool:
    """The text is in our own texts. A part of a word counts as well: every page contains it."""
    return len(text) <= LONGEST and _contain(text)


def have_word(text: str) -> bool:
    """The text is a whole word of our own texts."""
    return contain(text) and re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", _texts()) is not None


def have_sentence(text: str) -> bool:
    """The text is in our own texts, however either is broken into lines."""
    return " ".join(text.split()) in _in_one_line()


LONGEST = 40
"""Characters. What is longer is no word."""


@cache
def _contain(text: str) -> bool:
    return text in _texts()


@cache
def _in_one_line() -> str:
    return " ".join(_texts().split())


@cache
def _texts() -> str:
    """Python, rules and tables of the package, in one text."""
    package = Path(__file__).parent.parent
    folders = (package, package.parent / "rules") if not (package / "rules").is_dir() else (package,)
    files = (file for folder in folders for kind in _KINDS for file in sorted(folder.rglob(f"*.{kind}")))
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


_KINDS = ("py", "toml", "html", "css")
