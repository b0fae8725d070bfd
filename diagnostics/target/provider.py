"""What a host name says about who runs the server: provider, endpoint, pooler, cell, region, cloud."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


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
    """Take a host name apart; an unknown one gives a `HostName` of provider `none`."""
    raise NotImplementedError
