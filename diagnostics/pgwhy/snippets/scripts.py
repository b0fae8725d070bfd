"""Snippets for psql, Ruby and PHP, which are all libpq's."""

from __future__ import annotations

import shlex

from pgwhy.snippets.choices import Choice
from pgwhy.snippets.hole import VARIABLE
from pgwhy.snippets.stacks import Stack
from pgwhy.target.dialects import keywords


def write(stack: Stack, choice: Choice) -> tuple[str, list[str]]:
    """The script and what to know of it."""
    if stack.name == "psql":
        return f"psql {shlex.quote(keywords.render(choice.values))}\n", [
            f"psql takes the password from {VARIABLE} itself"
        ]
    if stack.name == "ruby-pg":
        pairs = [f"{name}: {_ruby(value)}" for name, value in choice.values.items()]
        pairs += [f'password: ENV.fetch("{VARIABLE}")'] if choice.has_password else []
        return 'require "pg"\n\nDATABASE = PG.connect(\n' + "".join(f"  {each},\n" for each in pairs) + ")\n", []
    return _php(choice)


def _php(choice: Choice) -> tuple[str, list[str]]:
    notes = []
    pairs = []
    for name, value in choice.values.items():
        if ";" in value:
            notes.append(f"{name} left out: PDO takes every ; for the end of a value")
        elif name != "user":
            pairs.append(keywords.spell(name, value))
    user = _php_text(choice.values["user"]) if "user" in choice.values else "null"
    password = f"getenv('{VARIABLE}')" if choice.has_password else "null"
    text = (
        f"<?php\n\nreturn new PDO(\n    {_php_text('pgsql:' + ';'.join(pairs))},\n    {user},\n    {password},\n"
        "    [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]\n);\n"
    )
    return text, notes


def _ruby(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


_php_text = _ruby
"""PHP's single quotes escape the same two characters."""
