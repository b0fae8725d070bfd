"""Environment variables in whatever file: which of them names the connection."""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import Dialect
from pgwhy.target.forms import environment

NAMES = (
    "DATABASE_URL",
    "POSTGRES_URL",
    "DATABASE_URL_UNPOOLED",
    "POSTGRES_URL_NON_POOLING",
    "POSTGRES_PRISMA_URL",
    "DIRECT_URL",
    "POSTGRESQL_URL",
    "NEON_DATABASE_URL",
    "DB_URL",
)
"""Names under which platforms and guides keep a connection string, the usual one first."""


def chosen(variables: Mapping[str, str]) -> tuple[str, str | dict[str, str]] | None:
    """The name and the string of the first that holds one, else `PGHOST` and what the `PG*` say; `None`: neither."""
    for name in NAMES:
        if name in variables:
            return name, variables[name]
    if "PGHOST" not in variables:
        return None
    told = environment.read(variables, Dialect.ENVIRONMENT, None)
    return "PGHOST", {name: value for name, (value, _) in told.items()}
