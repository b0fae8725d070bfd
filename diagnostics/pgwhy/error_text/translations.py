"""Messages of Postgres, of the C library, Windows and pgJDBC in other languages, put into English.

A server speaks the language of its `lc_messages`, libpq that of its environment, and rules know English alone. So what
is in `translations.json`, one entry a message, is said in English before a rule reads it; names stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache, partial
from importlib import resources

Translation = tuple[str, str, str]
"""The longest piece of it without a placeholder, folded; the translation; the English message."""


def in_english(text: str) -> str:
    """The text with every message that is known in another language said in English."""
    folded = " ".join(text.split()).casefold()
    for piece, translation, english in _known(text.isascii()):
        if piece in folded:
            text = _pattern(translation).sub(partial(_said, english), text)
    return text


def _said(english: str, found: re.Match[str]) -> str:
    """The English message with the names of the translated one in their places."""
    names = iter(range(1, 10))
    said = _PLACEHOLDER.sub(lambda _: found.groupdict().get(f"p{next(names)}") or "", english).rstrip()
    return said + (found[0][len(found[0].rstrip()) :] or (" " if english.endswith(" ") else ""))


@lru_cache(maxsize=2)
def _known(ascii_only: bool) -> tuple[Translation, ...]:
    """All of them, the longest first: a short one may be a part of a long one."""
    every = _translations()
    return tuple(each for each in every if each[1].isascii()) if ascii_only else every


@lru_cache(maxsize=1)
def _translations() -> tuple[Translation, ...]:
    table = json.loads((resources.files(__package__) / "translations.json").read_text("utf-8"))
    return tuple(sorted(_entries(table), key=lambda each: -len(each[1])))


def _entries(table: dict[str, dict[str, list[str]]]) -> Iterator[Translation]:
    for english, languages in table.items():
        for translation in (each for several in languages.values() for each in several):
            pieces = (piece.strip() for piece in _PLACEHOLDER.split(translation))
            yield max(pieces, key=len).casefold(), translation, english


@lru_cache(maxsize=256)
def _pattern(translation: str) -> re.Pattern[str]:
    """The translation with its names as groups, its spaces as any white space, at the limits of words."""
    literals = _PLACEHOLDER.split(translation.strip())
    numbers = [number[1:2] if "$" in number else str(place) for place, number in enumerate(_numbers(translation), 1)]
    written = _literal(literals[0])
    for number, literal in zip(numbers, literals[1:], strict=True):
        most = "{0,300}?" if literal else "{0,300}"
        written += rf"(?P<p{number}>[^\n]{most})" + _literal(literal)
    before = r"\b" if translation[:1].isalnum() and translation[0].isascii() else ""
    return re.compile(before + written + (r"\s*" if translation.endswith(" ") else ""), re.IGNORECASE)


def _numbers(translation: str) -> list[str]:
    """Its placeholders; `%2$s` stands for the second name of the original."""
    return _PLACEHOLDER.findall(translation)


def _literal(text: str) -> str:
    return r"\s{1,40}".join(map(re.escape, text.split(" "))) if text.strip() else r"\s{0,40}" if text else ""


_PLACEHOLDER = re.compile(r"%(?:\d\$)?[a-z]")
