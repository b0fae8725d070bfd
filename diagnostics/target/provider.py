"""What a host name says about who runs the server: provider, endpoint, pooler, cell, region, cloud."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from diagnostics.values import dataclass


class Provider(StrEnum):
    """A service with documented habits of its own."""

    NEON = "neon"
    NONE = "none"
    """An ordinary server, as far as its name tells."""


@dataclass(frozen=True)
class HostName:
    """A host name taken apart. Fields are empty where the name does not say."""

    provider: Provider = Provider.NONE
    endpoint: str = ""
    """The first label, `-pooler` included: what SNI selects."""
    pooled: bool = False
    cell: str = ""
    region: str = ""
    cloud: str = ""


@lru_cache(maxsize=64)
def recognise(host: str) -> HostName:
    """Take a host name apart; an unknown one gives a `HostName` of provider `none`.

    Neon (knowledge: neon.md 2.1): `<endpoint>[-pooler].[<cell>.]<region>.<cloud>.neon.tech`, `neon.build` for its
    staging, and `<project>.cloud.neon.tech` of 2022. A host of Neon that is no database has no endpoint.
    """
    found = _NEON.fullmatch(host.lower().rstrip("."))
    if found is None:
        return HostName()
    labels = found["rest"].split(".") if found["rest"] else []
    endpoint = found["endpoint"]
    if endpoint in _SIBLINGS or any(label in _SIBLINGS for label in labels) or not found["cloud"]:
        return HostName(Provider.NEON)
    cell = labels[0] if labels and _CELL.fullmatch(labels[0]) else ""
    region = ".".join(labels[1:] if cell else labels)
    cloud = "" if found["cloud"] == "cloud" else found["cloud"]
    if cloud and not region:
        return HostName(Provider.NEON)
    return HostName(Provider.NEON, endpoint, endpoint.endswith("-pooler"), cell, region, cloud)


_NEON = re.compile(
    r"(?P<endpoint>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.(?P<rest>[a-z0-9.-]+?))??(?:\.(?P<cloud>aws|azure|cloud))?"
    r"\.neon\.(?:tech|build)"
)
_CELL = re.compile(r"c-\d+")
# HTTP and WebSocket services, the console, and the password-less psql host: no Postgres endpoint of their own.
_SIBLINGS = frozenset({"api", "apiauth", "apirest", "neonauth", "compute", "storage", "ai", "console", "pg", "www"})
