"""`DATABASES[...]` as the connection string that Django hands to psycopg."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ENGINES = ("postgresql", "postgis", "psycopg", "timescale", "cockroach")
_NAMES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
_NOT_LIBPQS = ("pool", "server_side_binding", "isolation_level", "assume_role", "prepare_threshold", "cursor_factory")
"""Entries of OPTIONS that Django or psycopg keep for themselves."""


def is_postgres(settings: Mapping[str, Any]) -> bool:
    """Its engine speaks to PostgreSQL."""
    return any(word in str(settings.get("ENGINE", "")) for word in _ENGINES)


def dsn(settings: Mapping[str, Any]) -> str:
    """In libpq's keyword syntax. It holds the password."""
    given = {name: settings.get(key) for key, name in _NAMES.items()}
    options = {name: value for name, value in (settings.get("OPTIONS") or {}).items() if name not in _NOT_LIBPQS}
    return " ".join(
        f"{name}={_quoted(value)}" for name, value in {**given, **options}.items() if value not in (None, "")
    )


def _quoted(value: object) -> str:
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
