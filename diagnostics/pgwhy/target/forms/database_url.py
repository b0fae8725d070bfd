"""`DATABASE_URL` in a `.env`: one URI under the name that most programs look for."""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import dotenv
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.forms.variables import NAMES


def render(values: Mapping[str, str]) -> str:
    """One line. A URI percent-encodes whatever the readers of `.env` do not agree about."""
    return dotenv.render({"DATABASE_URL": uri.render(values)})


def find(text: str) -> Found:
    """The first variable that usually holds a connection string. Raises `NotThere`."""
    variables = dotenv.parse(text, {})
    for name in NAMES:
        if name in variables:
            return Found(variables[name].value, name=name, line=variables[name].line)
    raise NotThere("it sets no DATABASE_URL")
