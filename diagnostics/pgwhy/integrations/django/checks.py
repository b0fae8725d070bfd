"""The system check: each PostgreSQL database that Django is about to use connects, or the check says why not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError, connections

from pgwhy.integrations.django.target import dsn, is_postgres


def databases_connect(databases: Iterable[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Connect as Django itself does; only where that fails is anything of pgwhy's imported."""
    return [error for alias in databases or () if (error := _error(alias)) is not None]


def _error(alias: str) -> CheckMessage | None:
    connection = connections[alias]
    if not is_postgres(connection.settings_dict):
        return None
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        from pgwhy.incident.on_failure import incident_of

        incident = incident_of(error, dsn(connection.settings_dict))
        if incident is None:
            return None  # not about its connection: Django says it
        from pgwhy.report.told import answer

        return Error(
            f"The database {alias!r} does not connect. {answer(incident.report).headline}",
            hint="\n" + incident.page(),
            obj=f"DATABASES[{alias!r}]",
            id="pgwhy.E001",
        )
    return None
