"""A URL as a text in a program: pgx and lib/pq, sqlx and tokio-postgres, Neon's serverless driver.

Each reads libpq's URI and knows a part of its parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwhy.target.dialects import uri
from pgwhy.target.forms import javascript
from pgwhy.target.parameters import LIBPQ, words

_PLAIN = words("host port user password dbname")
_GO = _PLAIN | words("connect_timeout sslmode sslrootcert sslcert sslkey sslsni sslpassword application_name options")
_KNOWS = {
    "pgx": _GO
    | words(
        """passfile service channel_binding sslnegotiation target_session_attrs krbsrvname client_encoding
        min_protocol_version max_protocol_version"""
    ),
    "lib-pq": (_GO - {"sslpassword"}) | words("passfile fallback_application_name client_encoding sslnegotiation"),
    "tokio-postgres": _PLAIN
    | words(
        """options application_name sslmode hostaddr connect_timeout tcp_user_timeout keepalives keepalives_idle
        keepalives_interval target_session_attrs channel_binding load_balance_hosts sslnegotiation"""
    ),
    "sqlx": _PLAIN | words("sslmode sslrootcert sslcert sslkey hostaddr application_name options"),
    "neon-serverless": _PLAIN,
}
"""What each reads of libpq's parameters, from its source: pgconn's config.go, lib/pq's connector.go, tokio-postgres'
config.rs, sqlx-postgres' options/parse.rs, and the serverless driver's httpQuery.ts."""
_VALUES = {
    ("tokio-postgres", "sslmode"): ("disable", "prefer", "require"),
    ("tokio-postgres", "target_session_attrs"): ("any", "read-write", "read-only"),
    ("lib-pq", "sslmode"): ("disable", "require", "verify-ca", "verify-full"),
}
_ONE_HOST = ("sqlx", "neon-serverless")


def render(values: Mapping[str, str], driver: str) -> str:  # one URL for all of them
    """The URL in double quotes. Nothing in it needs an escape in any of the languages."""
    return javascript.quoted(uri.render(values)) + "\n"


def lacks(values: Mapping[str, str], driver: str) -> Iterator[str]:
    """What the driver does not know, or refuses as a value."""
    for name, value in values.items():
        allowed = _VALUES.get((driver, name))
        several = driver in _ONE_HOST and name in ("host", "port") and "," in value
        if name not in LIBPQ or name not in _KNOWS[driver] or several or (allowed and value not in allowed):
            yield name
