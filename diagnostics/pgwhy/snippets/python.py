"""Snippets in Python: psycopg, psycopg2, asyncpg, pg8000, SQLAlchemy and Django."""

from __future__ import annotations

import re

from pgwhy.snippets.choices import Choice
from pgwhy.snippets.hole import VARIABLE, in_form, literal
from pgwhy.snippets.stacks import Stack
from pgwhy.target.forms import django
from pgwhy.target.model import port_number

PASSWORD = f'os.environ["{VARIABLE}"]'


def write(stack: Stack, choice: Choice) -> tuple[str, list[str]]:
    """The module and what to know of it."""
    if stack.name == "django":
        return _django(choice)
    if stack.name.startswith("sqlalchemy"):
        return _sqlalchemy(stack, choice), []
    if stack.name == "asyncpg":
        return _asyncpg(choice), []
    if stack.name == "pg8000":
        return _pg8000(choice), ["pg8000's timeout would count for every query too, so the snippet sets none"]
    body = "".join(f"    {name}={django.literal(value)},\n" for name, value in choice.values.items())
    return (
        f"{_imports(choice)}import {stack.name}\n\nconnection = {stack.name}.connect(\n{body}{_password(choice)})\n",
        [],
    )


def _asyncpg(choice: Choice) -> str:
    arguments = _places(choice, "user", "database") + _password(choice) + _asyncpg_arguments(choice, "    ")
    imports = _imports(choice, uses_ssl=_verifies(choice))
    return (
        f"{imports}import asyncpg\n\n\n"
        f"async def connect() -> asyncpg.Connection:\n    return await asyncpg.connect(\n{_deeper(arguments)}    )\n"
    )


def _pg8000(choice: Choice) -> str:
    values = choice.values
    body = (
        _places(choice, "user", "database")
        + _password(choice)
        + f"    ssl_context={_context(choice, 'True', 'None')},\n"
    )
    if "application_name" in values:
        body += f"    application_name={django.literal(values['application_name'])},\n"
    if "options" in values:
        body += f'    startup_params={{"options": {django.literal(values["options"])}}},\n'
    imports = _imports(choice, uses_ssl=_verifies(choice))
    return f"{imports}import pg8000.dbapi\n\nconnection = pg8000.dbapi.connect(\n{body})\n"


def _sqlalchemy(stack: Stack, choice: Choice) -> str:
    driver = stack.form.removeprefix("sqlalchemy-")
    url = f'    URL.create(\n        "postgresql+{driver}",\n{_deeper(_places(choice, "username", "database"))}'
    url += _deeper(_password(choice))
    if driver == "psycopg":
        query = {name: value for name, value in choice.values.items() if name not in ("host", "port", "user", "dbname")}
        pairs = "".join(f"            {django.literal(name)}: {django.literal(v)},\n" for name, v in query.items())
        url += f"        query={{\n{pairs}        }},\n" if pairs else ""
        arguments = ""
    else:
        pairs = _asyncpg_arguments(choice, "        ") if driver == "asyncpg" else _pg8000_arguments(choice)
        pairs = "".join(_as_item(line) for line in pairs.splitlines())
        arguments = f"    connect_args={{\n{pairs}    }},\n"
    maker = "create_async_engine" if driver == "asyncpg" else "create_engine"
    place = (
        "sqlalchemy.ext.asyncio import create_async_engine"
        if driver == "asyncpg"
        else "sqlalchemy import create_engine"
    )
    imports = _imports(choice, uses_ssl=bool(arguments) and _verifies(choice))
    return (
        f"{imports}from sqlalchemy import URL\nfrom {place}\n\nengine = {maker}(\n{url}    ),\n{arguments}"
        "    pool_pre_ping=True,  # a suspended compute has closed its connections\n)\n"
    ).replace(
        "from sqlalchemy import URL\nfrom sqlalchemy import create_engine", "from sqlalchemy import URL, create_engine"
    )


def _as_item(line: str) -> str:
    name, _, value = line.strip().partition("=")
    return f'        "{name}": {value}\n'


def _asyncpg_arguments(choice: Choice, indent: str) -> str:
    values = choice.values
    lines = f"{indent}ssl={_context(choice, django.literal(values.get('sslmode', 'prefer')), 'False')},\n"
    # asyncpg wants a number; what libpq does not read as one is left out.
    if limit := re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*", values.get("connect_timeout", "")):
        lines += f"{indent}timeout={int(limit[1]) if limit[1].isdigit() else float(limit[1])},\n"
    settings = {name: values[name] for name in ("application_name", "options") if name in values}
    pairs = ", ".join(f"{django.literal(name)}: {django.literal(value)}" for name, value in settings.items())
    return lines + (f"{indent}server_settings={{{pairs}}},\n" if pairs else "")


def _pg8000_arguments(choice: Choice) -> str:
    lines = f"ssl_context={_context(choice, 'True', 'None')},\n"
    for name in ("application_name", "options"):
        if name in choice.values:
            value = django.literal(choice.values[name])
            lines += f"{name}={value},\n" if name == "application_name" else f'startup_params={{"options": {value}}},\n'
    return lines


def _django(choice: Choice) -> tuple[str, list[str]]:
    text = in_form("django", choice, lambda written: literal(written, PASSWORD))
    lines = '        "CONN_HEALTH_CHECKS": True,  # a suspended compute has closed its connections\n'
    if choice.host.kind == "pooled":
        lines += '        "DISABLE_SERVER_SIDE_CURSORS": True,  # they need a session, which the pooler does not keep\n'
    text = text.replace('postgresql",\n', f'postgresql",\n{lines}', 1)
    return f"import os\n\n{text}" if choice.has_password else text, []


def _places(choice: Choice, user: str, database: str, indent: str = "") -> str:
    values, names = choice.values, {"host": "host", "port": "port", "user": user, "dbname": database}
    lines = ""
    for name, own in names.items():
        if name in values:
            port = port_number(values[name]) if name == "port" else None
            value = str(port) if port else django.literal(values[name])
            lines += f"{indent}    {own}={value},\n"
    return lines


def _password(choice: Choice) -> str:
    return f"    password={PASSWORD},\n" if choice.has_password else ""


def _verifies(choice: Choice) -> bool:
    return choice.values.get("sslmode", "") in ("verify-ca", "verify-full")


def _context(choice: Choice, encrypted: str, plain: str) -> str:
    """What checks as verify-full does: an SSLContext; where nothing is to be checked, the driver's own word."""
    if _verifies(choice):
        roots = choice.values.get("sslrootcert", "")
        return f"ssl.create_default_context({f'cafile={django.literal(roots)}' if roots not in ('', 'system') else ''})"
    return plain if choice.values.get("sslmode") == "disable" else encrypted


def _imports(choice: Choice, uses_ssl: bool = False) -> str:
    names = [*(["os"] if choice.has_password else []), *(["ssl"] if uses_ssl else [])]
    return "".join(f"import {name}\n" for name in names) + ("\n" if names else "")


def _deeper(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())
