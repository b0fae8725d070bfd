"""Blocks in braces with `name = value` lines, as HCL (Terraform) and Prisma's schema have them.

`provider "postgresql" { host = "h" }` is `("provider", "postgresql", "host")`. A value that is no literal
(`var.password`, `env("DATABASE_URL")`) is the text of its expression. (HCL Native Syntax Specification; Prisma, "Prisma
schema".)
"""

from __future__ import annotations

import re

from pgwhy.target.files.entry import Entry, line_at
from pgwhy.target.forms.javascript import unquoted


def read(text: str) -> list[list[Entry]]:
    """What is neither a block nor a setting is passed over."""
    entries: list[Entry] = []
    path: list[tuple[str, ...]] = []
    for found in _PIECE.finditer(text):
        if found["head"] is not None:
            names = [word.strip('"') for word in _WORD.findall(found["head"])]
            path.append(tuple(names))
        elif found["close"]:
            if path:
                path.pop()
        elif found["name"]:
            whole = tuple(part for parts in path for part in parts)
            raw = found["value"].strip()
            value = unquoted(raw) if _STRING.fullmatch(raw) else raw
            span = (found.start("value"), found.start("value") + len(raw))
            entries.append(Entry((*whole, found["name"]), value, line_at(text, found.start("name")), span))
    return [entries]


_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_WORD = re.compile(r'"[^"\n]*"|[\w.-]+')
_PIECE = re.compile(
    r"""(?P<comment>(?:\#|//)[^\n]*|/\*.*?\*/)
    |^[ \t]*(?P<head>[A-Za-z_][\w-]*(?:[ \t]+(?:"[^"\n]*"|[\w.-]+))*)[ \t]*=?[ \t]*\{
    |(?P<close>\})
    |^[ \t]*(?P<name>[A-Za-z_][\w-]*)[ \t]*=[ \t]*(?P<value>(?:"(?:[^"\\\n]|\\.)*"|/(?!/)|[^\n{#"/}])*)
    |"(?:[^"\\\n]|\\.)*" """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
