"""The steps of an edit as values, their one wording, and the reading of that wording in a report.

A report has an edit as text (`fix.edit` in JSON), one line a step, and a saved report is shown from it. So each kind
of step has one template, from which both its sentence and the reading of it come: neither can change without the other.
What a user has to write is in back quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pgwhy.values import dataclass


@dataclass(frozen=True)
class Append:
    """Put `text` at the end of the text at `place`."""

    text: str
    place: str
    """`DATABASE_URL (environment)`, `the connection string`."""


@dataclass(frozen=True)
class Replace:
    """At `where`, write `after` in place of `before`."""

    where: str
    """With its preposition, and the part of a URL: `the host in the connection string`."""
    before: str
    after: str


@dataclass(frozen=True)
class Remove:
    """Remove `text` from `place`."""

    text: str
    place: str


@dataclass(frozen=True)
class DeleteLine:
    """Delete a line of a file."""

    number: str
    file: str
    text: str
    """What is on the line."""


@dataclass(frozen=True)
class Run:
    """Run a command."""

    where: str
    """With its preposition: `in the environment (PGHOST=a now)`."""
    command: str


@dataclass(frozen=True)
class Write:
    """Write `text`, with the words before and behind it that say where."""

    before: str
    text: str
    behind: str = ""
    """Empty, or with what separates it from the text: ` to create_engine`."""


@dataclass(frozen=True)
class Say:
    """A sentence that has nothing to write as a whole: `in the password write `%25` for `%``."""

    sentence: str


Step = Append | Replace | Remove | DeleteLine | Run | Write | Say

_WORDS: dict[type[Step], str] = {
    Append: "append `{text}` to {place}",
    Replace: "{where}: `{before}` → `{after}`",
    Remove: "remove `{text}` from {place}",
    DeleteLine: "delete line {number} of {file}: `{text}`",
    Run: "{where} run `{command}`",
    Write: "{before} `{text}`{behind}",
    Say: "{sentence}",
}
"""A sentence is read as the first of these that it can be."""
_FIELD = re.compile(r"(`?)\{(\w+)\}(`?)")


@dataclass(frozen=True)
class Edit:
    """What the user has to do to his own text."""

    steps: tuple[Step, ...]
    """One for each place: complete, and without a secret."""
    connection_string: str
    """The corrected string in the user's syntax, with `PASSWORD_HERE`; empty where the string does not change."""

    @property
    def text(self) -> str:
        """The steps as lines."""
        return worded(self.steps)


def sentence(step: Step, *, marks: bool = True) -> str:
    """A step as its line of an edit; without `marks` nothing is in back quotes."""
    template = _WORDS[type(step)] if marks else _WORDS[type(step)].replace("`", "")
    return template.format(**{name: getattr(step, name) for _, name, _ in _FIELD.findall(template)})


def worded(steps: Iterable[Step]) -> str:
    """The text of an edit: a line for each step."""
    return "\n".join(map(sentence, steps))


def read(edit: str) -> tuple[Step, ...]:
    """The steps of an edit's text. What no template wrote (another version's words) is a `Say`: told as it is."""
    return tuple(_read(line.strip()) for line in edit.splitlines() if line.strip())


def joined(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Two things to append one after the other are one."""
    told: list[Step] = []
    for step in steps:
        last = told[-1] if told else None
        if isinstance(step, Append) and isinstance(last, Append) and last.place == step.place:
            told[-1] = Append(last.text + step.text, step.place)
        else:
            told.append(step)
    return tuple(told)


def _read(line: str) -> Step:
    for kind, pattern in _patterns().items():
        if found := pattern.fullmatch(line):
            return kind(**found.groupdict())
    return Say(line)


@lru_cache(maxsize=1)
def _patterns() -> dict[type[Step], re.Pattern[str]]:
    return {kind: _pattern(kind) for kind in _WORDS}


def _pattern(kind: type[Step]) -> re.Pattern[str]:
    """The template with a group for each field. Only a sentence has back quotes outside what is to be written."""
    parts = _FIELD.split(_WORDS[kind])
    text = re.escape(parts[0])
    for i in range(1, len(parts), 4):
        opening, name, closing, behind = parts[i : i + 4]
        inside = ".*" if kind is Say else "[^`]*" if opening and closing else "[^`]*?"
        text += f"{opening}(?P<{name}>{inside}){closing}{re.escape(behind)}"
    return re.compile(text)
