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
from pgwhy.secret import Secret
from pgwhy.target.dialects import Dialect, keywords
from pgwhy.target.dialects.detection import Reading
from pgwhy.target.forms import FORMS, Form, dotenv, find
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.model import Problem, ProblemCode, Source, SourceKind, Target, Written
from pgwhy.target.parameters import SECRET
from pgwhy.target.reading.completion import complete, from_text, read_text, unreadable


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
        return _from_string(found.text, source, form, machine)
    return replace(_from_fields(found, source, machine), driver=_DRIVERS.get(form.name))


def _from_string(text: str, source: Source, form: Form, machine: Machine) -> Target:
    target = from_text(text, source, machine)
    driver = target.driver or _DRIVERS.get(form.name)
    problems = target.problems
    if text.startswith("jdbc:") and form.name in _NEVER_JAVA:
        what = f"a jdbc: URL, which only Java reads, is in {form.title}"
        problems = (Problem(ProblemCode.JDBC_PREFIX_FOR_LIBPQ, what, "strip-jdbc-prefix"), *problems)
        driver = _DRIVERS.get(form.name)
    return replace(
        target, driver=driver, problems=problems, again=lambda repaired: _from_string(repaired, source, form, machine)
    )


def _from_variable(found: Found, name: str, machine: Machine) -> Target:
    """The file says where its program finds the string: the environment, and `.env` beside it."""
    variable = found.variable
    if variable in machine.environment:
        return from_text(machine.environment[variable], Source(SourceKind.ENVIRONMENT, variable), machine)
    variables = _beside(machine)
    if variable in variables:
        there = variables[variable]
        return from_text(there.value, Source(SourceKind.DOTENV, ".env", there.line, variable), machine, variables)
    detail = f"{name} takes its connection from {variable}, which is neither in this environment nor in .env"
    return unreadable(ProblemCode.VARIABLE_UNSET, detail, Source(SourceKind.ENVIRONMENT, variable), machine)


def _from_fields(found: Found, source: Source, machine: Machine) -> Target:
    variables = {**{name: each.value for name, each in _beside(machine).items()}, **machine.environment}
    fields = dict(found.fields) | {n: variables[v] for n, v in found.variables.items() if v in variables}
    values = {name: value for name, value in fields.items() if name not in SECRET}
    private = {name: Secret(value) for name, value in fields.items() if name in SECRET}
    problems = [*keywords.host_problems(values), *keywords.option_problems(values)]
    for name, variable in found.variables.items():
        if variable not in variables:
            what = f"{source} takes {name} from {variable}, which is neither in this environment nor in .env"
            problems.append(Problem(ProblemCode.VARIABLE_UNSET, what))
    hidden = tuple(private.values())
    if "://" in values.get("host", ""):
        from pgwhy.target.dialects import wrappers  # only for what should not be there

        values["host"], more = wrappers.hide(values["host"])
        hidden += more
    reading = Reading(
        Dialect.FIELDS, "", values, found.foreign, private, {}, tuple(problems), readable=True, hidden=hidden
    )
    return complete(reading, Written(Dialect.FIELDS, Secret(""), source), machine, {})


def _beside(machine: Machine) -> dict[str, dotenv.Variable]:
    """What the `.env` in the working folder sets, which frameworks load."""
    try:
        return dotenv.parse(read_text(machine.folder / ".env"), machine.environment)
    except OSError:
        return {}


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
