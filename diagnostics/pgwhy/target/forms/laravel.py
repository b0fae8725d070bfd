"""Laravel's `.env`: `DB_URL`, which its configuration takes apart, or `DB_HOST` and its like, one by one.

Its connector hands PDO only a few parameters (illuminate/database, PostgresConnector::getDsn and addSslOptions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwhy.target.dialects import jdbc, uri
from pgwhy.target.forms import dotenv
from pgwhy.target.parameters import words

_KNOWN = words("host port dbname user password sslmode sslcert sslkey sslrootcert application_name")


def render(values: Mapping[str, str]) -> str:
    """One `DB_URL`: single fields have no place for certificates."""
    return "DB_CONNECTION=pgsql\n" + dotenv.render({"DB_URL": uri.render(values)})


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What its connector does not hand on. Its URL names one host, and an empty part counts as not given."""
    yield from (name for name, value in values.items() if name not in _KNOWN or not value)
    yield from jdbc.places_lacking(values)
    if "," in values.get("host", ""):
        yield "host"
