"""The variables that Vercel's storage integrations set, for Neon: pooled and direct, as URLs and as parts.

(neon.com/docs/guides/vercel-overview; the list is in the fact base, part 5.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pgwhy.target import provider
from pgwhy.target.dialects import uri
from pgwhy.target.forms import dotenv

_PARTS = {
    "PGHOST": "host",
    "PGUSER": "user",
    "PGPASSWORD": "password",
    "PGDATABASE": "dbname",
    "POSTGRES_USER": "user",
    "POSTGRES_PASSWORD": "password",
    "POSTGRES_HOST": "host",
    "POSTGRES_DATABASE": "dbname",
}


def render(values: Mapping[str, str]) -> str:
    """Every variable; the direct host where the name says which one that is."""
    direct = {**values, "host": provider.direct_host(values["host"])} if "host" in values else values
    urls = {
        "DATABASE_URL": uri.render(values),
        "DATABASE_URL_UNPOOLED": uri.render(direct),
        "POSTGRES_URL": uri.render(values),
        "POSTGRES_URL_NON_POOLING": uri.render(direct),
        "POSTGRES_PRISMA_URL": uri.render(values),
    }
    parts = {variable: values[name] for variable, name in _PARTS.items() if name in values}
    if "host" in direct:
        parts["PGHOST_UNPOOLED"] = direct["host"]
    return dotenv.render({**urls, **{name: value for name, value in parts.items() if dotenv.carries(value)}})


def lacks(values: Mapping[str, str]) -> Iterator[str]:
    """Its parts repeat what the URLs say, where a `.env` can hold them."""
    yield from ()
