"""Django's `DATABASES`: NAME, USER, PASSWORD, HOST, PORT, and OPTIONS, which go to psycopg as they are.

(docs.djangoproject.com, "Databases")
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pgwhy.target.parameters import LIBPQ

FIELDS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def render(values: Mapping[str, str]) -> str:
    """The setting, with `OPTIONS` for everything that is no field of Django's."""
    lines = [f"{literal(field)}: {literal(values[name])}," for name, field in FIELDS.items() if name in values]
    options = [f"{literal(name)}: {literal(value)}," for name, value in values.items() if name not in FIELDS]
    body = "".join(f"        {line}\n" for line in ['"ENGINE": "django.db.backends.postgresql",', *lines])
    if options:
        body += '        "OPTIONS": {\n' + "".join(f"            {line}\n" for line in options) + "        },\n"
    return f'DATABASES = {{\n    "default": {{\n{body}    }}\n}}\n'


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """Django leaves an empty field out, and asks for a name."""
    yield from (n for n, value in values.items() if n not in LIBPQ or (n in FIELDS and not value) or n == "service")
    if "dbname" not in values:
        yield "dbname"


def literal(value: str) -> str:
    """A text as Python writes it, in double quotes."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
