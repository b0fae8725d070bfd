"""Which libpq is loaded, as far as a login depends on it before it begins."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1)
def keywords() -> frozenset[str]:
    """The connection parameters that this libpq knows (PQconndefaults); any other one would be dropped or refused."""
    from psycopg import pq  # costs more than the rest of a run

    return frozenset(option.keyword.decode() for option in pq.Conninfo.get_defaults())
