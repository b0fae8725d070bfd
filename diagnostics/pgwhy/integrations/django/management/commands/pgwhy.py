"""`manage.py pgwhy`: diagnose a database of DATABASES as Django has it; further options are those of `pgwhy check`."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from pgwhy.integrations.django.target import dsn, is_postgres

VARIABLE = "PGWHY_DJANGO_DATABASE"
"""The string is handed over here, so that no command line holds the password."""


class Command(BaseCommand):
    help = "Say why a PostgreSQL database of this project does not connect, and what makes it work."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own spelling; they may need the database

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--database", default="default", help="The alias in DATABASES: default.")
        parser.add_argument("options", nargs="*", help="Options of `pgwhy check`, after --: -- --format json")

    def handle(self, *_: Any, **given: Any) -> None:
        alias = given["database"]
        if alias not in connections:
            raise CommandError(f"DATABASES has no {alias!r}; it has {', '.join(map(repr, connections))}")
        settings = connections[alias].settings_dict
        if not is_postgres(settings):
            raise CommandError(f"DATABASES[{alias!r}] is no PostgreSQL: {settings.get('ENGINE')}")
        from pgwhy.cli import run

        before = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = dsn(settings)
        try:
            status = run(["check", f"env:{VARIABLE}", *given["options"]])
        finally:
            os.environ.pop(VARIABLE)
            if before is not None:
                os.environ[VARIABLE] = before
        if status:
            sys.exit(status)
