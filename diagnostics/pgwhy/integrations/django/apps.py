"""The application: it registers the check."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class PgwhyConfig(AppConfig):
    """Named so that its label is not that of another application."""

    name = "pgwhy.integrations.django"
    label = "pgwhy"
    verbose_name = "pgwhy"

    def ready(self) -> None:
        from pgwhy.integrations.django.checks import databases_connect

        # Django runs checks of this tag where a database is named: migrate, and check --database.
        register(databases_connect, Tags.database)
