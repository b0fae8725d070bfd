"""Doing what a printed edit says, as its reader would: word for word, in the text, the environment and the files.

Only what stands in back quotes is written. What an edit says in prose (how a password is to be encoded) is not followed
here: then the printed string is what there is to paste.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from pgwhy.target.dialects import Dialect, syntax
from pgwhy.target.model import PLACEHOLDER, Target


@dataclass(frozen=True)
class Setup:
    """What a client is given."""

    text: str | None
    """The connection string, with PASSWORD_HERE; `None`: there is none."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Only what the edit changed; an empty text: not set any more."""


def followed(edit: str, setup: Setup) -> Setup | None:
    """The setup after all the lines of an edit; `None` where one is prose."""
    for line in edit.splitlines():
        for pattern, act in _LINES:
            if found := re.fullmatch(pattern, line):
                changed = act(setup, found)
                break
        else:
            return None
        setup = changed
    return setup


def spelled(password: str, target: Target) -> str:
    """The password as the target's dialect has it."""
    module = syntax(target.written.dialect if target.written else Dialect.URI)
    return module.password(password) if module else quote(password, safe="")


def with_password(text: str, password: str) -> str:
    """The printed string with what stands for PASSWORD_HERE."""
    return text.replace(PLACEHOLDER, password)


def _append(setup: Setup, line: re.Match[str]) -> Setup:
    return replace(setup, text=f"{setup.text or ''}{line[1]}")


def _replace(setup: Setup, line: re.Match[str]) -> Setup:
    assert setup.text and line[1] in setup.text, f"{line[1]} is not in the string"
    return replace(setup, text=setup.text.replace(line[1], line[2], 1))


def _remove(setup: Setup, line: re.Match[str]) -> Setup:
    assert setup.text and line[1] in setup.text, f"{line[1]} is not in the string"
    return replace(setup, text=setup.text.replace(line[1], "", 1).strip())


def _export(setup: Setup, line: re.Match[str]) -> Setup:
    return replace(setup, environment={**setup.environment, line[1]: line[2].strip("'")})


def _unset(setup: Setup, line: re.Match[str]) -> Setup:
    return replace(setup, environment={**setup.environment, line[1]: ""})


_LINES: tuple[tuple[str, Callable[[Setup, re.Match[str]], Setup]], ...] = (
    (r"append `([^`]+)` to .*", _append),
    (r"(?:the \w+ )?in [^`]*: `([^`]*)` → `([^`]*)`", _replace),
    (r"remove `([^`]+)` from .*", _remove),
    (r"in the environment (?:\([^)]*\) )?run `export (\w+)=([^`]*)`", _export),
    (r"in the environment run `unset (\w+)`", _unset),
)
