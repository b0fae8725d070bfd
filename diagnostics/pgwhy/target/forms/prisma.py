"""Prisma: `url` of the datasource, in `schema.prisma` (to version 6) or in `prisma.config.ts` (since 7).

(www.prisma.io/docs/orm/reference/prisma-config-reference)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import javascript, node
from pgwhy.target.forms.found import Found, NotThere


def render(values: Mapping[str, str], place: str) -> str:
    """`place` is `schema` or `config`."""
    url = javascript.quoted(uri.render(values))
    if place == "schema":
        return f'datasource db {{\n  provider = "postgresql"\n  url      = {url}\n}}\n'
    head = 'import { defineConfig } from "prisma/config";\n\n'
    return f"{head}export default defineConfig({{\n  datasource: {{\n    url: {url},\n  }},\n}});\n"


def find(text: str, place: str) -> Found:
    """The datasource's `url`, or the variable that holds it. Raises `NotThere`."""
    if place == "config":
        return node.find(text)
    block = re.search(r"^\s*datasource\s+\w+\s*\{(?P<body>[^}]*)\}", text, re.MULTILINE)
    entry = _URL.search(text, block.start("body"), block.end("body")) if block else None
    if entry is None:
        raise NotThere("no datasource in it has a url")
    line = text.count("\n", 0, entry.start("name")) + 1
    if entry["variable"]:
        return Found(name="url", line=line, variable=entry["variable"])
    return Found(javascript.unquoted(entry["text"]), name="url", line=line)


_URL = re.compile(
    r"^[ \t]*(?P<name>url)[ \t]*=[ \t]*(?:env\(\"(?P<variable>\w+)\"\)|(?P<text>\"(?:[^\"\\\n]|\\.)*\"))", re.MULTILINE
)
