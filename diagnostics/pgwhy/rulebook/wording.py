"""Facts in texts: `{target.endpoint}` becomes the fact's value.

A text is never handed to `str.format`, which would follow attributes. Where a fact is unknown or empty, nothing is
invented: in a text of several sentences the sentence that needs it is left out; where that would leave nothing (a
title, a single step) the fact's own name is in angle brackets, as in documentation: `<endpoint>`. A command keeps its
line, with the name in capitals: `nslookup HOST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwhy.facts import Observations, Value
from pgwhy.shipped.regex import lazy

MAX_CHARACTERS = 300
"""Of a longer value only the beginning is told."""


def word(text: str, observations: Observations) -> str:
    """The text for a person, with its facts put in, and as lines that a page can wrap as it likes.

    Single line breaks of a paragraph become spaces. A line of its own is an empty one, one that begins with `- ` or
    `1. ` (with the lines that go on with it), and one that is indented by four spaces or more, such as a command.
    """
    lines = []
    for line in _lines(text):
        if line.startswith(_COMMAND) and not _ONE_FACT.fullmatch(line):
            lines.append(_command(line, observations))
            continue
        sentences = [worded for s in _SENTENCE_END.split(line) if (worded := exactly(s, observations)) is not None]
        if sentences or not line:
            lines.append(" ".join(sentences))
    if any(lines):
        return "\n".join(lines).strip("\n")
    return "\n".join(_PLACEHOLDER.sub(lambda found: _or_name(found[1], observations), line) for line in _lines(text))


def exactly(text: str, observations: Observations) -> str | None:
    """The text with its facts put in, or `None` if one of them is unknown or empty: for what is done, not only read."""
    values = {path: say(observations.get(path)) for path in placeholders(text)}
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text) if all(values.values()) else None


def placeholders(text: str) -> list[str]:
    """The paths of the facts that a text asks for, in order."""
    return _PLACEHOLDER.findall(text)


def unworded(text: str) -> str:
    """The text without any run: each fact by its own name in angle brackets."""
    return _PLACEHOLDER.sub(lambda found: _name(found[1]), text)


def say(value: Value) -> str:
    """A value as people write it; empty for `None`, an empty text or an empty list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}".removesuffix(".0")
    if isinstance(value, tuple):
        return ", ".join(say(item) for item in value)
    return cut(str(value))


def cut(text: str, around: int = 0) -> str:
    """At most `MAX_CHARACTERS` of a text, from around a place in it, with `...` where something was left out."""
    if len(text) <= MAX_CHARACTERS:
        return text
    start = max(0, min(around - MAX_CHARACTERS // 3, len(text) - MAX_CHARACTERS))
    end = start + MAX_CHARACTERS
    return ("..." if start else "") + text[start:end] + ("..." if end < len(text) else "")


def _lines(text: str) -> Iterator[str]:
    """The lines that are meant: a soft line break within a paragraph is a space."""
    paragraph: list[str] = []
    for line in text.strip("\n").splitlines():
        begins = _BEGINS.match(line)
        if paragraph and (begins or not line.strip()):
            yield " ".join(paragraph)
            paragraph = []
        if line.startswith(_COMMAND) or not line.strip():
            yield line.rstrip()
        else:
            paragraph.append(line.strip())
    if paragraph:
        yield " ".join(paragraph)


def _or_name(path: str, observations: Observations) -> str:
    return say(observations.get(path)) or _name(path)


def _command(line: str, observations: Observations) -> str:
    """A line to paste. A value that a shell would not read as one plain word is left to the reader, as an unknown one
    is: it may come from a file or a server that nobody has checked.
    """

    def plain(found: re.Match[str]) -> str:
        value = say(observations.get(found[1]))
        return value if _PLAIN_WORD.fullmatch(value) else _name(found[1]).strip("<>").upper()

    return _PLACEHOLDER.sub(plain, line)


def _name(path: str) -> str:
    return f"<{path.partition('.')[2].replace('_', '-')}>"


_PLACEHOLDER = lazy(r"\{([a-z_]+\.[a-z0-9_]+)\}")
_COMMAND = " " * 4
_ONE_FACT = lazy(r"\s*\{[a-z_]+\.[a-z0-9_]+\}")  # a whole command, made and quoted where the fact is
_PLAIN_WORD = lazy(r"[\w.:/@%+~]([\w.:/@%+~-]*[\w.:/@%+~])?")
_BEGINS = lazy(rf"{_COMMAND}|- |\d+[.)] ")
# A full stop ends a sentence where white space and no small letter follow; that of "1. " and of "e.g. it" does not.
_SENTENCE_END = lazy(r"(?<=[^\d\s][.!?])\s+(?![a-z])")
