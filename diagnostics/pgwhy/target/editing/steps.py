"""The steps of an edit as values, and their one wording.

A report has both: the values (`fix.edit_steps` in JSON), from which a page lays an edit out, and the text (`fix.edit`),
one line a step. What a user has to write is in back quotes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

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

KINDS: Mapping[str, type[Step]] = {
    "append": Append,
    "replace": Replace,
    "remove": Remove,
    "delete-line": DeleteLine,
    "run": Run,
    "write": Write,
    "say": Say,
}
"""Each kind of step by its name in JSON."""
_WORDS: Mapping[type[Step], str] = {
    Append: "append `{text}` to {place}",
    Replace: "{where}: `{before}` → `{after}`",
    Remove: "remove `{text}` from {place}",
    DeleteLine: "delete line {number} of {file}: `{text}`",
    Run: "{where} run `{command}`",
    Write: "{before} `{text}`{behind}",
    Say: "{sentence}",
}


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
    return template.format(**{field.name: getattr(step, field.name) for field in fields(step)})


def worded(steps: Iterable[Step]) -> str:
    """The text of an edit: a line for each step."""
    return "\n".join(map(sentence, steps))


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
