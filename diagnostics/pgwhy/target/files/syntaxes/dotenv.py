"""`NAME=value` lines, as `pgwhy.target.forms.dotenv` reads them."""

from __future__ import annotations

from pgwhy.target.files.entry import Entry
from pgwhy.target.forms import dotenv


def read(text: str) -> list[list[Entry]]:
    variables = dotenv.parse(text, {})
    return [[Entry((each.name,), each.value, each.line) for each in variables.values()]]
