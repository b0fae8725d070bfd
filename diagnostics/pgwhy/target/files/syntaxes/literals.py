"""What the readers of programs share: which text is a connection string, where an expression ends, how pieces join."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pgwhy.target.files.entry import Variable

Parts = tuple[str | Variable, ...] | None
"""The pieces of a value; `None` where only running the program would tell."""


def is_connection(text: str) -> bool:
    """A literal of a program that names a server, whatever is around it: a URL, or PDO's name of a data source."""
    return bool(_CONNECTION.search(text))


def joined(pieces: Iterable[Parts]) -> Parts:
    """The pieces of several values behind each other, texts that touch in one."""
    out: list[str | Variable] = []
    for piece in pieces:
        if piece is None:
            return None
        for part in piece:
            if isinstance(part, str) and out and isinstance(out[-1], str):
                out[-1] += part
            elif part != "" or not out:
                out.append(part)
    return tuple(out)


def end_of(words: Sequence[str], at: int) -> int:
    """The comma or bracket, in the words of a program, that ends the expression which begins at this one."""
    depth = 0
    while at < len(words):
        if words[at] in ("(", "[", "{"):
            depth += 1
        elif words[at] in (")", "]", "}"):
            if not depth:
                return at
            depth -= 1
        elif words[at] in (",", ";") and not depth:
            return at
        at += 1
    return at


def either(first: Parts, second: Parts) -> Parts:
    """The second where the first is not set: `process.env.A || "b"`."""
    if first is None or len(first) != 1 or not isinstance(first[0], Variable) or first[0].default is not None:
        return first
    if not second:
        return None
    if len(second) > 1:
        return (Variable(first[0].names, otherwise=second),)
    (other,) = second
    if isinstance(other, str):
        return (Variable(first[0].names, other),)
    return (Variable((*first[0].names, *other.names), other.default),)


_CONNECTION = re.compile(r"(?:postg[a-z]*|ecto)(?:\+\w+)?:/{1,3}[^\s/\"'`]|pgsql:(?:host|dbname|port|user|//)")
