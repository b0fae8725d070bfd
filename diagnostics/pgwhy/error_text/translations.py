"""Messages of Postgres, libpq, the C library, Windows and pgJDBC in other languages, put into English.

A server speaks the language of its `lc_messages`, libpq that of its environment, and rules know English alone. So what
is in `translations.json` is said in English before anything reads it; names stay as they are. The file has the English
message and its translations by language, with `%s` for each name; `%2$s` is the second name of the English message.

A translation is found as a message of the catalogue is: in a squeezed text, under six of its characters. Their
compiled form is asked for only if a text is not ASCII, or says nothing in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pgwhy.error_text.message import Found, Message
from pgwhy.error_text.says import Says
from pgwhy.error_text.squeezed import Squeezed, rarest, sixes, squeezed
from pgwhy.error_text.statements import Statement, read
from pgwhy.shipped import PACKAGE, plain
from pgwhy.shipped.digest import blake2b
from pgwhy.shipped.once import once
from pgwhy.shipped.regex import lazy

FILE = Path(__file__).with_name("translations.json")
COMPILED = PACKAGE / "translations-compiled.bin"
DEEP = 3
"""Messages within the names of messages, as the resolver's in libpq's."""


class Known(NamedTuple):
    """Every translation."""

    rows: list[tuple[str, str]]
    """The translation, and the English message, as format strings: `{2}` is the second name."""
    filed: Mapping[str, list[int]]
    """Six characters → the translations to look for where a text has them; those that have no six under the empty."""


def in_english(text: str) -> str:
    """The text with every message that is known in another language said in English."""
    if text.isascii() and any(_tells(each) for each in read(text).statements):
        return text
    return _translated(text, DEEP)


def _tells(said: Statement) -> bool:
    """More than that something failed."""
    return not said.is_generic and said.says not in (Says.ATTEMPT, Says.CONNECTION_FAILED)


def compile_file(source: Path = FILE, file: Path = COMPILED) -> None:
    """Write the compiled form. The same file gives the same bytes."""
    plain.write(_compiled(source.read_bytes()), file)


@once
def known() -> Known:
    """What pgwhy comes with: compiled if the file is still the one that was compiled."""
    content = FILE.read_bytes()
    compiled = plain.read(COMPILED)
    if not isinstance(compiled, dict) or compiled.get("digest") != blake2b(content).hexdigest():
        compiled = _compiled(content)
    return _known(compiled)


def _known(compiled: Mapping[str, Any]) -> Known:
    filed: dict[str, list[int]] = {}
    for number, six in enumerate(compiled["under"]):
        filed.setdefault(six, []).append(number)
    english = compiled["english"]
    return Known([(text, english[at]) for text, at in zip(compiled["rows"], compiled["means"], strict=True)], filed)


def _compiled(content: bytes) -> dict[str, Any]:
    """Flat lists, which are read in a fraction of the time of nested ones; the English messages once each."""
    import json  # the compiled form does without

    english: dict[str, int] = {}
    rows: dict[str, tuple[str, int]] = {}
    for said, languages in json.loads(content).items():
        means = english.setdefault(_braced(said), len(english))
        for translation in (each for several in languages.values() for each in several):
            braced = _braced(translation)
            rows.setdefault(squeezed(braced), (braced, means))
    ordered = sorted(rows.values())
    return {
        "digest": blake2b(content).hexdigest(),
        "english": list(english),
        "rows": [text for text, _ in ordered],
        "means": [means for _, means in ordered],
        "under": rarest([_message(text).pieces for text, _ in ordered]),
    }


def _braced(text: str) -> str:
    """A format string of C as one with numbered holes."""
    places = iter(range(1, 100))

    def hole(found: re.Match[str]) -> str:
        place = next(places)  # one without a number counts, too
        return f"{{{found[1] or place}}}"

    return _PLACEHOLDER.sub(hole, text.replace("{", "{{").replace("}", "}}"))


@lru_cache(maxsize=512)
def _message(text: str) -> Message:
    return Message(text, "", "", "", "", False)


def _translated(text: str, deep: int) -> str:
    place = Squeezed(text)
    found = sorted(_found(place.form), key=lambda each: (-each[0].letters, each[2].start))
    if not found:
        return text
    kept: list[tuple[Message, str, Found]] = []
    for message, english, here in found:
        if place.begins_a_word(here.start) and all(_apart(place.form, here, other) for _, _, other in kept):
            kept.append((message, english, here))
    for message, english, here in sorted(kept, key=lambda each: -each[2].start):
        text = _said(text, place.at, message, english, here, deep)
    return text


def _found(place: str) -> Iterator[tuple[Message, str, Found]]:
    every = known()
    for number in sorted({number for six in every.filed.keys() & (sixes(place) | {""}) for number in every.filed[six]}):
        translation, english = every.rows[number]
        message = _message(translation)
        for here in message.find(place):
            if not any(_SENTENCE_ENDS.search(place, first, behind) for _, first, behind in here.holes if behind > 0):
                yield message, english, here


_SENTENCE_ENDS = lazy("[。；]")
"""No name has them: the words before and behind belong to two sentences."""


def _apart(place: str, one: Found, other: Found) -> bool:
    """Two messages that share nothing but a mark, as the comma at the end of the one and before the other."""
    first, second = sorted((one, other))
    shared = first.end - second.start
    return shared <= 0 or (shared == 1 and not place[second.start].isalnum() and first.end < second.end)


def _said(text: str, at: list[int], message: Message, english: str, found: Found, deep: int) -> str:
    """The text with this one message in English. What is behind it in the text may be in English already."""
    start, end = at[found.start], at[found.end - 1] + 1
    target = _message(english)
    names: dict[str, str] = {}
    if not message.pieces[0] and (target.pieces[0] or message.names[0] != target.names[0]):
        before = _WORD.search(text[:start])
        if before:
            start = before.start()
            names[message.names[0]] = before[1]
    for name, first, behind in found.holes:
        if behind >= 0:
            value = " ".join(text[at[first] : at[behind - 1] + 1].split()) if behind > first else ""
            names[name] = _translated(value, deep - 1) if deep else value
        elif target.pieces[-1] or target.names[-1] != name:
            rest = _REST.match(text, end)
            names[name] = rest[0].strip() if rest else ""
            end = rest.end() if rest else end
    parts = _HOLE.split(english)
    said = "".join(names.get(part, "") if number % 2 else part for number, part in enumerate(parts))
    said = said.replace("{{", "{").replace("}}", "}").strip()
    if said[:1].isalnum() and text[start - 1 : start].isalnum():
        said = " " + said
    behind_it = text[end:]
    return text[:start] + said + (" " if said.endswith(":") and behind_it[:1].strip() else "") + behind_it


_PLACEHOLDER = lazy(r"%(?:(\d)\$)?[a-z]")
_HOLE = lazy(r"(?<!\{)\{(\d{1,2})\}(?!\})")
_WORD = lazy(r"(\S{1,300})[ \t]{0,8}$")
_REST = lazy(r"[^\n]{0,300}")
