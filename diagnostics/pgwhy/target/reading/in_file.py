"""The target that the source of a program names: `@settings.py`, `@knexfile.js`, `@main.go`; and a text in any form.

A connection string in it is read as it would be alone, so everything that can be wrong with one is recognised there
too; fields of a framework's own become settings. Nothing of the file is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from pgwhy.machine import Machine
from pgwhy.target.forms import FORMS, Form, find
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.model import ProblemCode, Source, SourceKind, Target
from pgwhy.target.reading.completion import from_text, unreadable
from pgwhy.target.reading.file_parts import beside, of_fields, of_string, variable, variables


def form_of(name: str, text: str) -> Form | None:
    """The form that a file is in, by its name and by what is in it; `None` if it is none that is known."""
    return next((FORMS[form] for form in _guesses(PurePath(name), text)), None)


def from_form(form: Form, text: str, name: str, machine: Machine) -> Target:
    """What a text in this form names. Never raises: what is not there is a `Problem`. `name` is the file's."""
    if form.in_settings:
        from pgwhy.target.reading.in_settings import from_settings  # few texts are one

        target = from_settings(name, text, machine, file=form.file)
        assert target is not None  # the file of a form is of a kind that is known
        return target
    try:
        found = find(form, text)
    except NotThere as why:
        source = Source(SourceKind.STRING, name)
        return unreadable(ProblemCode.FILE_UNREADABLE, f"{name} is read as {form.title}: {why}", source, machine)
    if found.variable:
        return _from_variable(found, name, machine)
    source = Source(SourceKind.STRING, name, found.line if found.name else None, found.name)
    if found.text is not None:
        is_java = form.name not in _NEVER_JAVA
        return of_string(found.text, source, machine, form.title, _DRIVERS.get(form.name), is_java)
    return replace(_from_fields(found, source, machine), driver=_DRIVERS.get(form.name))


def _from_variable(found: Found, name: str, machine: Machine) -> Target:
    """The file says where its program finds the string: the environment, and `.env` beside it."""
    there = variable(found.variable, machine)
    if there is None:
        detail = f"{name} takes its connection from {found.variable}, which is neither in this environment nor in .env"
        return unreadable(ProblemCode.VARIABLE_UNSET, detail, Source(SourceKind.ENVIRONMENT, found.variable), machine)
    text, source = there
    return from_text(text, source, machine, beside(machine) if source.kind is SourceKind.DOTENV else None)


def _from_fields(found: Found, source: Source, machine: Machine) -> Target:
    known = variables(machine)
    fields = dict(found.fields) | {name: known[each] for name, each in found.variables.items() if each in known}
    unset = [
        f"{source} takes {name} from {each}, which is neither in this environment nor in .env"
        for name, each in found.variables.items()
        if each not in known
    ]
    return of_fields(fields, found.foreign, unset, source, machine)


def _guesses(path: PurePath, text: str) -> Iterator[str]:
    name, ending = path.name.lower(), path.suffix.lower()
    if name in ("pg_service.conf", ".pg_service.conf"):
        yield "service"
    elif name in (".pgpass", "pgpass.conf"):
        yield "pgpass"
    elif ending == ".py":
        yield "django" if re.search(r"^DATABASES\b", text, re.MULTILINE) else "pgx"
    elif ending in (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"):
        yield next((form for word, form in _LIBRARIES if word in text), "node-postgres")
    elif ending in (".go", ".rs"):
        yield next((form for word, form in _CRATES if word in text), "pgx")


_LIBRARIES = (
    ("prisma/config", "prisma-config"),
    ("@neondatabase/serverless", "neon-serverless"),
    ("drizzle-orm", "drizzle"),
    ("drizzle-kit", "drizzle"),
    ("sequelize", "sequelize"),
    ("typeorm", "typeorm"),
    ("knex", "knex"),
    ("client:", "knex"),
    ('from "postgres"', "postgres-js"),
    ("from 'postgres'", "postgres-js"),
    ("postgres(", "postgres-js"),
)
_CRATES = (("lib/pq", "lib-pq"), ("tokio_postgres", "tokio-postgres"), ("sqlx", "sqlx"), ("pgx", "pgx"))
_DRIVERS = {
    "node-postgres": "node-postgres",
    "knex": "node-postgres",
    "sequelize": "node-postgres",
    "typeorm": "node-postgres",
    "drizzle": "node-postgres",
    "postgres-js": "postgres-js",
    "neon-serverless": "neon-serverless",
    "prisma-config": "prisma",
    "lib-pq": "lib-pq",
    "tokio-postgres": "tokio-postgres",
    "sqlx": "sqlx",
}
"""Forms that only one client reads → its id in `clients.toml`."""
_NEVER_JAVA = frozenset({*_DRIVERS, "django", "pgx"})
