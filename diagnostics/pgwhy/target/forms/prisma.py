"""Prisma: `url` of the datasource, in `schema.prisma` (to version 6) or in `prisma.config.ts` (since 7).

(www.prisma.io/docs/orm/reference/prisma-config-reference)
"""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import javascript


def render(values: Mapping[str, str], place: str) -> str:
    """`place` is `schema` or `config`."""
    url = javascript.quoted(uri.render(values))
    if place == "schema":
        return f'datasource db {{\n  provider = "postgresql"\n  url      = {url}\n}}\n'
    head = 'import { defineConfig } from "prisma/config";\n\n'
    return f"{head}export default defineConfig({{\n  datasource: {{\n    url: {url},\n  }},\n}});\n"
