"""Prisma: `url` of the datasource, in `schema.prisma` (to version 6) or in `prisma.config.ts` (since 7).

(www.prisma.io/docs/orm/reference/prisma-config-reference)
"""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import javascript, node
from pgwhy.target.forms.found import Found


def render(values: Mapping[str, str], place: str) -> str:
    """`place` is `schema` or `config`."""
    url = javascript.quoted(uri.render(values))
    if place == "schema":
        return f'datasource db {{\n  provider = "postgresql"\n  url      = {url}\n}}\n'
    head = 'import { defineConfig } from "prisma/config";\n\n'
    return f"{head}export default defineConfig({{\n  datasource: {{\n    url: {url},\n  }},\n}});\n"


def find(text: str, place: str) -> Found:
    """The URL of a configuration, or the variable that holds it. Raises `NotThere`."""
    return node.find(text)
