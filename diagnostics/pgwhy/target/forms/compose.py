"""A Compose file: `DATABASE_URL` in the environment of a service, as a mapping or as a list of `NAME=value`.

A `$` is doubled, as Compose puts variables in itself (docs.docker.com/reference/compose-file/interpolation).
"""

from __future__ import annotations

from collections.abc import Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import yaml_text
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.forms.variables import chosen


def render(values: Mapping[str, str]) -> str:
    url = yaml_text.quoted(uri.render(values).replace("$", "$$"))
    return f"services:\n  app:\n    environment:\n      DATABASE_URL: {url}\n"


def find(text: str) -> Found:
    """The first service whose environment names a connection. Raises `NotThere`."""
    for document in yaml_text.documents(text):
        for path, each in yaml_text.mappings(document):
            if "environment" not in each or "services" not in path:
                continue
            variables = _variables(each["environment"])
            if found := chosen({name: value.replace("$$", "$") for name, value in variables.items()}):
                name, told = found
                line = yaml_text.line_of(text, name)
                return (
                    Found(told, name=name, line=line)
                    if isinstance(told, str)
                    else Found(None, told, name=name, line=line)
                )
    raise NotThere("no service in it has DATABASE_URL or PGHOST in its environment")


def _variables(environment: object) -> dict[str, str]:
    if isinstance(environment, dict):
        return {str(name): value for name, value in environment.items() if isinstance(value, str)}
    pairs = [str(entry).partition("=") for entry in environment] if isinstance(environment, list) else []
    return {name: value for name, equals, value in pairs if equals}
