"""`PG*` variables: what libpq takes from the environment, and which other clients take which of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwhy.target.dialects import Dialect, traits
from pgwhy.target.forms import dotenv
from pgwhy.target.parameters import ENVIRONMENT, words

_ASYNCPG = words(
    """host port user password dbname passfile service sslmode sslcert sslkey sslrootcert sslcrl sslnegotiation
    ssl_min_protocol_version ssl_max_protocol_version target_session_attrs krbsrvname gsslib"""
)


def read(environment: Mapping[str, str], dialect: Dialect, driver: str | None) -> dict[str, tuple[str, str]]:
    """libpq's names → value and variable, for the variables that the reader of this dialect looks at.

    A variable that is set and empty counts, as it does for libpq. `PGREQUIRESSL=1` stands for sslmode=require.
    """
    if _VARIABLES.isdisjoint(environment):  # as most are
        return {}
    names = _reads(dialect, driver)
    found = {
        name: (environment[variable], variable)
        for name, variable in ENVIRONMENT.items()
        if variable in environment and (names is None or name in names)
    }
    if names is None and "sslmode" not in found and environment.get("PGREQUIRESSL", "").startswith("1"):
        found["sslmode"] = ("require", "PGREQUIRESSL")
    return found


_VARIABLES = frozenset({*ENVIRONMENT.values(), "PGREQUIRESSL"})


def render(values: Mapping[str, str]) -> str:
    """The variables as lines of a `.env`."""
    return dotenv.render({ENVIRONMENT[name]: value for name, value in values.items()})


def values_in(text: str) -> dict[str, str]:
    """What the `PG*` variables of a `.env` say."""
    variables = {name: variable.value for name, variable in dotenv.parse(text, {}).items()}
    return {name: value for name, (value, _) in read(variables, Dialect.ENVIRONMENT, None).items()}


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """What has no variable, and what the readers of `.env` do not agree about."""
    yield from (n for n, value in values.items() if n not in ENVIRONMENT or not dotenv.carries(value))


def _reads(dialect: Dialect, driver: str | None) -> frozenset[str] | None:
    """libpq's names that count; `None` for all of them."""
    if (names := traits(dialect).variables) is not None:
        return names
    if driver == "asyncpg":
        return _ASYNCPG
    return frozenset() if driver == "pg8000" else None
