"""Every way of writing a connection that pgwhy writes and reads, by its name.

A form is a dialect's module, with a variant where one module has several. `write` refuses by name what the form cannot
carry. What a program's source says is found by the module of its form, what a settings file says by
`pgwhy.target.files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from pgwhy.target.forms.found import Found, NotThere
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Form:
    """One way of writing a connection."""

    name: str
    """As `--from` takes it."""
    title: str
    module: str
    """Below `pgwhy.target`."""
    variant: str = ""
    file: str = ""
    """The name of the file in which one writes it; empty for a string."""
    kind: str = ""
    """The kind of its file, a table of `files/kinds.toml`, which `pgwhy.target.files` reads; empty if it is none."""


FORMS = {
    form.name: form
    for form in (
        Form("uri", "libpq's URI", "dialects.uri"),
        Form("keywords", "libpq's keyword string", "dialects.keywords"),
        Form("environment", "PG* variables", "forms.environment", file=".env"),
        Form("dotenv", "DATABASE_URL in .env", "forms.database_url", file=".env", kind="dotenv"),
        Form("service", "libpq's service file", "forms.service", file="pg_service.conf"),
        Form("pgpass", "a line of .pgpass", "forms.passfile", file=".pgpass"),
        Form("jdbc", "JDBC URL", "dialects.jdbc"),
        Form("jdbc-fields", "fields of a JDBC tool", "forms.jdbc_fields"),
        Form("npgsql", "Npgsql", "dialects.npgsql"),
        Form("sqlalchemy-psycopg", "SQLAlchemy, psycopg", "dialects.sqlalchemy", "psycopg"),
        Form("sqlalchemy-asyncpg", "SQLAlchemy, asyncpg", "dialects.sqlalchemy", "asyncpg"),
        Form("sqlalchemy-pg8000", "SQLAlchemy, pg8000", "dialects.sqlalchemy", "pg8000"),
        Form("django", "Django's DATABASES", "forms.django", file="settings.py", kind="django"),
        Form("rails", "Rails' database.yml", "forms.rails", file="database.yml", kind="rails"),
        Form("prisma-schema", "schema.prisma", "forms.prisma", "schema", "schema.prisma", "prisma-schema"),
        Form("prisma-config", "prisma.config.ts", "forms.prisma", "config", "prisma.config.ts", "prisma-config"),
        Form("node-postgres", "node-postgres", "forms.node", "node-postgres", "database.mjs", "node-postgres"),
        Form("knex", "Knex", "forms.node", "knex", "knexfile.mjs", "knex"),
        Form("sequelize", "Sequelize", "forms.node", "sequelize", "database.mjs", "sequelize"),
        Form("typeorm", "TypeORM", "forms.node", "typeorm", "data-source.mjs", "typeorm"),
        Form("postgres-js", "postgres.js", "forms.node", "postgres-js", "database.mjs", "postgres-js"),
        Form("drizzle", "Drizzle", "forms.node", "drizzle", "database.mjs", "drizzle"),
        Form(
            "neon-serverless",
            "@neondatabase/serverless",
            "forms.source",
            "neon-serverless",
            "database.mjs",
            "neon-serverless",
        ),
        Form("pgx", "pgx", "forms.source", "pgx", "database.go", "go"),
        Form("lib-pq", "lib/pq", "forms.source", "lib-pq", "database.go", "go-lib-pq"),
        Form("tokio-postgres", "tokio-postgres", "forms.source", "tokio-postgres", "database.rs", "rust-tokio"),
        Form("sqlx", "sqlx", "forms.source", "sqlx", "database.rs", "rust"),
        Form("laravel", "Laravel's .env", "forms.laravel", file=".env", kind="laravel"),
        Form("vercel", "Vercel's variables", "forms.vercel", file=".env", kind="dotenv"),
        Form("compose", "Docker Compose", "forms.compose", file="compose.yaml", kind="compose"),
        Form("kubernetes", "Kubernetes Secret", "forms.kubernetes", file="secret.yaml", kind="kubernetes-secret"),
    )
}


class CannotCarry(ValueError):
    """A form has no place for some of the values; the message names them and holds no secret."""

    def __init__(self, form: Form, names: tuple[str, ...]) -> None:
        super().__init__(f"{form.title} cannot carry {', '.join(names)}")
        self.names = names


def lacking(form: Form, values: Mapping[str, str]) -> tuple[str, ...]:
    """libpq's names of the values that the form has no place for, in order; a NUL has a place nowhere."""
    module = _module(form)
    lacks = getattr(module, "lacks", None)
    found = list(lacks(values, *_variant(form))) if lacks else []
    found += [name for name, value in values.items() if "\0" in value]
    return tuple(dict.fromkeys(found))


def write(form: Form, values: Mapping[str, str]) -> str:
    """The values, secrets included, in this form. Raises `CannotCarry`."""
    if names := lacking(form, values):
        raise CannotCarry(form, names)
    text: str = _module(form).render(values, *_variant(form))
    return text


def find(form: Form, text: str) -> Found:
    """What a text in this form says, unread. Raises `NotThere`."""
    module = _module(form)
    if hasattr(module, "values_in"):
        values = module.values_in(text)
        if not values:
            raise NotThere(f"nothing in it is {form.title}")
        return Found(None, values)
    if hasattr(module, "find"):
        found: Found = module.find(text, *_variant(form))
        return found
    return Found(text)


def _module(form: Form) -> Any:
    # Imported when it is needed: a command usually writes few of them.
    return import_module(f"pgwhy.target.{form.module}")


def _variant(form: Form) -> tuple[str, ...]:
    return (form.variant,) if form.variant else ()
