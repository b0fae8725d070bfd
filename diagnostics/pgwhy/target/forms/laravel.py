"""Laravel's `.env`: `DB_URL`, which its configuration takes apart, or `DB_HOST` and its like, one by one.

Its connector hands PDO only a few parameters (illuminate/database, PostgresConnector::getDsn and addSslOptions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwhy.target.dialects import jdbc, uri
from pgwhy.target.forms import dotenv
from pgwhy.target.forms.found import Found, NotThere

_FIELDS = {
    "DB_HOST": "host",
    "DB_PORT": "port",
    "DB_DATABASE": "dbname",
    "DB_USERNAME": "user",
    "DB_PASSWORD": "password",
    "DB_SSLMODE": "sslmode",
}
_KNOWN = (*_FIELDS.values(), "sslcert", "sslkey", "sslrootcert", "application_name")


def render(values: Mapping[str, str]) -> str:
    """One `DB_URL`: single fields have no place for certificates."""
    return "DB_CONNECTION=pgsql\n" + dotenv.render({"DB_URL": uri.render(values)})


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What its connector does not hand on. Its URL names one host, and an empty part counts as not given."""
    yield from (name for name, value in values.items() if name not in _KNOWN or not value)
    yield from jdbc.places_lacking(values)
    if "," in values.get("host", ""):
        yield "host"


def find(text: str) -> Found:
    """`DB_URL` (`DATABASE_URL` until Laravel 10), else the fields. Raises `NotThere`."""
    variables = dotenv.parse(text, {})
    if "DB_CONNECTION" in variables and variables["DB_CONNECTION"].value != "pgsql":
        raise NotThere(f"its DB_CONNECTION is {variables['DB_CONNECTION'].value}")
    for name in ("DB_URL", "DATABASE_URL"):
        if name in variables and variables[name].value:
            url, line = variables[name].value, variables[name].line
            return Found("postgresql" + url[5:] if url.startswith("pgsql:") else url, name=name, line=line)
    fields = {libpq: variables[name].value for name, libpq in _FIELDS.items() if name in variables}
    if "host" not in fields:
        raise NotThere("it sets neither DB_URL nor DB_HOST")
    return Found(None, fields, name="DB_HOST", line=variables["DB_HOST"].line)
