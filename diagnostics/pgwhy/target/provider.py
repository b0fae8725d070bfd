"""What a host name says about who runs the server: provider, endpoint, pooler, cell, region, cloud."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from pgwhy.shipped.regex import lazy
from pgwhy.values import dataclass


class Provider(StrEnum):
    """A service with documented habits of its own."""

    NEON = "neon"
    RDS = "rds"
    """Amazon RDS and Aurora."""
    DSQL = "dsql"
    """Amazon Aurora DSQL."""
    AZURE = "azure"
    CLOUD_SQL = "cloud-sql"
    SUPABASE = "supabase"
    RENDER = "render"
    RAILWAY = "railway"
    COCKROACH = "cockroach"
    AIVEN = "aiven"
    DIGITALOCEAN = "digitalocean"
    LAKEBASE = "lakebase"
    """Databricks Lakebase."""
    KOYEB = "koyeb"
    PLANETSCALE = "planetscale"
    PRISMA = "prisma-postgres"
    XATA = "xata"
    TEMBO = "tembo"
    CRUNCHY = "crunchy-bridge"
    TIMESCALE = "timescale"
    """Timescale Cloud, later Tiger Cloud."""
    FLY = "fly"
    """Fly.io's Managed Postgres."""
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

    Neon (docs/neon.md, 2.1): `<endpoint>[-pooler].[<cell>.]<region>.<cloud>.neon.tech`, `neon.build` for its
    staging, and `<project>.cloud.neon.tech` of 2022. A host of Neon that is no database has no endpoint. Of the other
    providers' names only the provider is taken, and the region of those whose tokens name one (RDS, DSQL).
    """
    host = host.lower().rstrip(".")
    found = _NEON.fullmatch(host)
    if found is None:
        return _elsewhere(host)
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


def pooled_host(host: str) -> str:
    """The same endpoint of Neon behind its pooler; any other host as it is."""
    named = recognise(host)
    if named.provider is not Provider.NEON or not named.endpoint or named.pooled:
        return host
    return f"{host[: len(named.endpoint)]}-pooler{host[len(named.endpoint) :]}"


def direct_host(host: str) -> str:
    """The same endpoint of Neon without its pooler; any other host as it is."""
    return host.replace("-pooler.", ".", 1) if recognise(host).pooled else host


def _elsewhere(host: str) -> HostName:
    if not _HOST.fullmatch(host):
        return HostName()
    if found := _AMAZON.fullmatch(host):
        return HostName(Provider.DSQL if found["dsql"] else Provider.RDS, region=found["region"])
    for shape, provider in _SHAPES.items():
        if shape.fullmatch(host):
            return HostName(provider)
    return HostName(next((each for suffix, each in _SUFFIXES.items() if host.endswith(suffix)), Provider.NONE))


_NEON = lazy(
    r"(?P<endpoint>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.(?P<rest>[a-z0-9.-]+?))??(?:\.(?P<cloud>aws|azure|cloud))?"
    r"\.neon\.(?:tech|build)"
)
_CELL = lazy(r"c-\d+")
# HTTP and WebSocket services, the console, and the password-less psql host: no Postgres endpoint of their own.
_SIBLINGS = frozenset({"api", "apiauth", "apirest", "neonauth", "compute", "storage", "ai", "console", "pg", "www"})

_HOST = lazy(r"[a-z0-9_.-]+")
# `<name>.<account>.<region>.rds.amazonaws.com`; `<cluster>.dsql.<region>.on.aws`, by PrivateLink `dsql-<id>`.
_AMAZON = lazy(
    r"(?:[a-z0-9.-]+\.(?P<dsql>dsql)(?:-[a-z0-9]+)?\.|[a-z0-9.-]+\.(?=[a-z0-9-]+\.rds))(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
    r"\.(?(dsql)on\.aws|rds\.amazonaws\.com(?:\.cn)?)"
)
_SHAPES = {
    # Its own services reach a database by its first label alone (render.com/docs/postgresql-creating-connecting).
    lazy(r"dpg-[a-z0-9]+-[a-z](?:\.[a-z0-9-]+\.render\.com)?"): Provider.RENDER,
    # With the region's name in between since instances have one (docs.databricks.com/aws/en/oltp).
    lazy(r"[a-z0-9.-]+\.database\.(?:[a-z0-9-]+\.)?cloud\.databricks\.com"): Provider.LAKEBASE,
    lazy(r"[a-z0-9.-]+\.database\.(?:[a-z0-9-]+\.)?azuredatabricks\.net"): Provider.LAKEBASE,
    lazy(r"(?:pooled\.)?db\.prisma\.io"): Provider.PRISMA,
}
# As the providers' own pages write them. Heroku hands out names of machines at Amazon, which anybody can have.
_SUFFIXES = {
    ".supabase.co": Provider.SUPABASE,
    ".pooler.supabase.com": Provider.SUPABASE,
    ".rds.amazonaws.com": Provider.RDS,
    ".rds.amazonaws.com.cn": Provider.RDS,
    ".postgres.database.azure.com": Provider.AZURE,
    ".postgres.database.usgovcloudapi.net": Provider.AZURE,
    ".postgres.database.chinacloudapi.cn": Provider.AZURE,
    ".postgres.cosmos.azure.com": Provider.AZURE,
    ".sql.goog": Provider.CLOUD_SQL,
    ".sql-psa.goog": Provider.CLOUD_SQL,
    ".proxy.rlwy.net": Provider.RAILWAY,
    ".railway.internal": Provider.RAILWAY,
    ".cockroachlabs.cloud": Provider.COCKROACH,
    ".aivencloud.com": Provider.AIVEN,
    ".db.ondigitalocean.com": Provider.DIGITALOCEAN,
    ".pg.koyeb.app": Provider.KOYEB,
    ".pg.psdb.cloud": Provider.PLANETSCALE,
    ".horizon.psdb.cloud": Provider.PLANETSCALE,
    ".xata.tech": Provider.XATA,
    ".xata.sh": Provider.XATA,
    ".tembo.io": Provider.TEMBO,
    ".db.postgresbridge.com": Provider.CRUNCHY,  # docs.crunchybridge.com/connecting
    # developers.cloudflare.com/hyperdrive/examples/timescale; `forge` is what the same service was called before.
    ".tsdb.cloud.timescale.com": Provider.TIMESCALE,
    ".tsdb.forge.timescale.com": Provider.TIMESCALE,
    ".flympg.net": Provider.FLY,  # fly.io/docs/mpg/client-configuration
}
