"""The parts of a URI as they are written: what a client with a parser of its own makes another sense of."""

from __future__ import annotations

import re

from pgwhy.target.dialects import percent, uri

IN_PASSWORDS = "@#?/["
"""Characters with a meaning in a URL, which some parsers take raw in a password. So is a % that begins no byte."""


def login(text: str) -> str | None:
    """Role and password up to the @ that was meant to end them, still encoded; `None` where there are none."""
    start = _start(text)
    if uri.makes_sense(text, start):
        return None
    found = uri.intended_userinfo(text, start) or _LOGIN.match(text, start)
    return found[0] if found else None


def raw_in_login(text: str) -> tuple[str, ...]:
    """The characters of `IN_PASSWORDS`, and %, that stand raw in role or password."""
    written = login(text) or ""
    found = [character for character in IN_PASSWORDS if character in written]
    return (*found, "%") if percent.STRAY.search(written) else tuple(found)


def places(text: str) -> str:
    """Hosts and ports."""
    return re.split(r"[/?]", _behind_login(text), maxsplit=1)[0]


def path(text: str) -> str:
    """The database."""
    return _behind_login(text).partition("?")[0].partition("/")[2]


def _behind_login(text: str) -> str:
    written = login(text)
    return text[_start(text) + (len(written) + 1 if written is not None else 0) :]


def _start(text: str) -> int:
    return text.find("://") + 3


_LOGIN = re.compile(r"[^@/]*(?=@)")
