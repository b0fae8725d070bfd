"""Rails' `config/database.yml`: ActiveRecord's names, and every other key that libpq knows, which goes to it as it is.

(guides.rubyonrails.org, "Configuring a Database"; the adapter keeps what `PG::Connection.conndefaults` has.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pgwhy.target.forms import yaml_text
from pgwhy.target.forms.found import Found, NotThere
from pgwhy.target.parameters import LIBPQ

_NAMES = {"dbname": "database", "user": "username"}
_LITERAL = "\ue000"
"""Stands for the `<%` that ERB is told to leave alone."""
_VARIABLE = re.compile(r"<%=\s*ENV(?:\.fetch)?[\[(]\s*['\"](\w+)['\"]\s*[\])](?:\.to_(?:json|s))?\s*-?%>")
_ENVIRONMENTS = ("production", "default", "development", "test")


def render(values: Mapping[str, str]) -> str:
    """The file with one environment, `production`."""
    lines = [f"  {_NAMES.get(name, name)}: {escaped(value)}\n" for name, value in values.items()]
    return "production:\n  adapter: postgresql\n" + "".join(lines)


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What libpq does not know. Rails asks for a database."""
    yield from (name for name in values if name not in LIBPQ)
    if "dbname" not in values:
        yield "dbname"


def escaped(value: str) -> str:
    """A text in YAML that ERB, which Rails runs over the file first, leaves as it is."""
    return yaml_text.quoted(value).replace("<%", "<%%").replace("%>", "%\\x3e")


def find(text: str) -> Found:
    """The environment that names a server, `production` first. Raises `NotThere`."""
    documents = yaml_text.documents(text.replace("<%%", _LITERAL))
    every = {path: each for document in documents for path, each in yaml_text.mappings(document) if path}
    wanted = [path for name in _ENVIRONMENTS for path in every if path[-1] == name or path[0] == name]
    for path in dict.fromkeys([*wanted, *every]):
        settings = _merged(every[path])
        if "url" in settings or "database" in settings or "host" in settings:
            return _found(settings, path[-1], yaml_text.line_of(text, path[-1]))
    raise NotThere("no environment in it names a database")


def _found(settings: Mapping[str, Any], name: str, line: int) -> Found:
    texts = {key: value for key, value in settings.items() if isinstance(value, str) and key != "adapter"}
    variable = _VARIABLE.search(texts.get("url", ""))
    if variable:
        return Found(name=name, line=line, variable=variable[1])
    back = {own: libpq for libpq, own in _NAMES.items()}
    asked = {back.get(key, key): _VARIABLE.fullmatch(value.strip()) for key, value in texts.items()}
    variables = {key: match[1] for key, match in asked.items() if match and key in LIBPQ}
    # What ERB computes is not known; what it leaves as it is, is.
    texts = {key: value.replace(_LITERAL, "<%") for key, value in texts.items() if "<%" not in value}
    if "url" in texts:
        return Found(texts["url"], name=name, line=line)
    told = {back.get(key, key): value for key, value in texts.items()}
    known = {key: value for key, value in told.items() if key in LIBPQ}
    foreign = {key: value for key, value in told.items() if key not in LIBPQ}
    return Found(None, known, foreign, variables, name, line)


def _merged(settings: Mapping[str, Any]) -> dict[str, Any]:
    """With what `<<: *default` brings along: PyYAML's text-only reader leaves it a key."""
    inherited = settings.get("<<")
    return {**(inherited if isinstance(inherited, dict) else {}), **{k: v for k, v in settings.items() if k != "<<"}}
