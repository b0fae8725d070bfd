"""Keyword lists of Elixir: `config :shop, Shop.Repo, url: "ecto://...", hostname: "localhost"`.

A value that is no literal (`System.get_env("DATABASE_URL")`) is the text of its expression. (hexdocs.pm/ecto,
"Ecto.Repo"; hexdocs.pm/elixir, "Config".)
"""

from __future__ import annotations

import re

from pgwhy.target.files.entry import Entry, line_at
from pgwhy.target.forms.javascript import unquoted


def read(text: str) -> list[list[Entry]]:
    """The path is the names behind `config`, then the key."""
    entries: list[Entry] = []
    constants = {found["name"]: found["value"] for found in _GIVEN.finditer(text)}
    starts = [*_CONFIG.finditer(text)]
    for begin, following in zip(starts, [*starts[1:], None], strict=True):
        path = tuple(part.strip().lstrip(":") for part in begin["names"].split(",") if part.strip())
        end = following.start() if following else len(text)
        for found in _PIECE.finditer(text, begin.end("names"), end):
            if found["name"]:
                raw = constants.get(found["value"].strip(), found["value"].strip())
                value = unquoted(raw) if _STRING.fullmatch(raw) else raw.lstrip(":")
                entries.append(Entry((*path, found["name"]), value, line_at(text, found.start()), found.span("value")))
    return [entries]


_CONFIG = re.compile(r"^[ \t]*config[ \t(]+(?P<names>:\w+(?:\s*,\s*(?::\w+(?!\s*:)|[A-Z][\w.]*))*)", re.MULTILINE)
_GIVEN = re.compile(r"^[ \t]*(?P<name>[a-z_]\w*)\s*=\s*(?P<value>System\.\w+!?\([^()]*\))", re.MULTILINE)
"""`database_url = System.get_env("DATABASE_URL") || raise ...`, as Phoenix writes it."""
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_PIECE = re.compile(
    r"""\#[^\n{]*$
    |(?<![\w:])(?P<name>[a-z_]\w*):[ \t\n]+
     (?P<value>"(?:[^"\\\n]|\\.)*"|[\w.:]+!?(?:\((?:[^()"]|"(?:[^"\\\n]|\\.)*")*\))?)
    |"(?:[^"\\\n]|\\.)*" """,
    re.VERBOSE | re.MULTILINE,
)
