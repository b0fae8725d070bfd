"""Rails' `config/database.yml`: ActiveRecord's names, and every other key that libpq knows, which goes to it as it is.

(guides.rubyonrails.org, "Configuring a Database"; the adapter keeps what `PG::Connection.conndefaults` has.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwhy.target.forms import yaml_text
from pgwhy.target.parameters import LIBPQ

_NAMES = {"dbname": "database", "user": "username"}


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
