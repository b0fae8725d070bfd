"""Django's `DATABASES`: NAME, USER, PASSWORD, HOST, PORT, and OPTIONS, which go to psycopg as they are.

Read from the settings' source as Python parses it, without running it (docs.djangoproject.com, "Databases").
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping

from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.parameters import LIBPQ

FIELDS = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_OF_DJANGO = frozenset({"pool", "isolation_level", "server_side_binding", "assume_role", "pool_options"})


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


def find(text: str) -> Found:
    """`DATABASES["default"]`. Raises `NotThere`."""
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError):
        raise NotThere("it is no Python that can be parsed") from None
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(each, ast.Name) and each.id == "DATABASES" for each in targets):
            return _found(node)
    raise NotThere("it sets no DATABASES")


def literal(value: str) -> str:
    """A text as Python writes it, in double quotes."""
    return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)


def _found(assignment: ast.AST) -> Found:
    default = _entry(getattr(assignment, "value", None), "default")
    if isinstance(default, ast.Call):  # dj_database_url.parse("postgres://..."), or config(default=...)
        constants = (node.value for node in ast.walk(default) if isinstance(node, ast.Constant))
        urls = [value for value in constants if isinstance(value, str) and "://" in value]
        if urls:
            return Found(urls[0], name="default", line=default.lineno)
    if not isinstance(default, ast.Dict):
        raise NotThere('DATABASES["default"] is no dictionary that can be read')
    fields: dict[str, str] = {}
    foreign: dict[str, str] = {}
    variables: dict[str, str] = {}
    names = {field: name for name, field in FIELDS.items()}
    for key, value in _pairs(default):
        if key == "OPTIONS" and isinstance(value, ast.Dict):
            for name, option in _pairs(value):
                if (text := _text(option)) is not None and name not in _OF_DJANGO:
                    (fields if name in LIBPQ else foreign)[name] = text
        elif key in names and (text := _text(value)):
            fields[names[key]] = text
        elif key in names and (variable := _variable(value)):
            variables[names[key]] = variable
    return Found(None, fields, foreign, variables, "default", default.lineno)


def _entry(node: ast.AST | None, key: str) -> ast.AST | None:
    return dict(_pairs(node)).get(key) if isinstance(node, ast.Dict) else None


def _pairs(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, value


def _text(node: ast.expr) -> str | None:
    """A literal as text; `None` where only running it would tell (`os.environ[...]`)."""
    if not isinstance(node, ast.Constant) or node.value is None:
        return None
    return {True: "1", False: "0"}[node.value] if isinstance(node.value, bool) else str(node.value)


def _variable(node: ast.expr) -> str:
    """`X` of `os.environ["X"]`, `os.getenv("X")`, `env("X")`; empty for anything else, a default value included."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
        return _text(node.slice) or ""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        called = ast.unparse(node.func)
        return _text(node.args[0]) or "" if called.rpartition(".")[2] in ("getenv", "get", "env", "config") else ""
    return ""
