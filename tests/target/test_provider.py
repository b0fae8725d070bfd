"""What a host name says."""

from __future__ import annotations

import pytest

from pgwhy.target.facts import HostKind, TargetFacts
from pgwhy.target.provider import HostName, Provider, recognise

NEON = Provider.NEON


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("ep-a-b-123456.us-east-2.aws.neon.tech", HostName(NEON, "ep-a-b-123456", False, "", "us-east-2", "aws")),
        (
            "ep-a-pooler.c-2.eu-central-1.aws.neon.tech",
            HostName(NEON, "ep-a-pooler", True, "c-2", "eu-central-1", "aws"),
        ),
        ("ep-a.eastus2.azure.neon.tech", HostName(NEON, "ep-a", False, "", "eastus2", "azure")),
        ("br-a-b-1.us-east-2.aws.neon.tech", HostName(NEON, "br-a-b-1", False, "", "us-east-2", "aws")),
        ("my-project.cloud.neon.tech", HostName(NEON, "my-project")),
        ("EP-A.us-east-2.aws.neon.build.", HostName(NEON, "ep-a", False, "", "us-east-2", "aws")),
        ("api.us-east-2.aws.neon.tech", HostName(NEON)),
        ("ep-a.apirest.us-east-2.aws.neon.tech", HostName(NEON)),
        ("console.neon.tech", HostName(NEON)),
        ("pg.neon.tech", HostName(NEON)),
        ("us-east-2.aws.neon.tech", HostName(NEON)),
        ("neon.tech", HostName()),
        ("ep-a.us-east-2.aws.neon.tech.evil.com", HostName()),
        ("alex:PASSWORD_HERE@ep-a.us-east-2.aws.neon.tech", HostName()),
        ("db.abcdefghijklmnopqrst.supabase.co", HostName(Provider.SUPABASE)),
        ("aws-0-eu-central-1.pooler.supabase.com", HostName(Provider.SUPABASE)),
        ("app.abcdefgh1234.eu-west-1.rds.amazonaws.com", HostName(Provider.RDS, region="eu-west-1")),
        ("app.cluster-ro-abcdefgh1234.eu-west-1.rds.amazonaws.com.", HostName(Provider.RDS, region="eu-west-1")),
        ("app.abcdefgh.cn-north-1.rds.amazonaws.com.cn", HostName(Provider.RDS, region="cn-north-1")),
        ("abcdefgh.dsql.us-east-1.on.aws", HostName(Provider.DSQL, region="us-east-1")),
        ("abcdefgh.dsql-fnh4.us-east-1.on.aws", HostName(Provider.DSQL, region="us-east-1")),
        ("instance-0a1b.database.cloud.databricks.com", HostName(Provider.LAKEBASE)),
        ("ep-a-b-1.database.us-west-2.cloud.databricks.com", HostName(Provider.LAKEBASE)),
        ("instance-0a1b.database.azuredatabricks.net", HostName(Provider.LAKEBASE)),
        ("dbc-0a1b.cloud.databricks.com", HostName()),
        ("ep-a-b-1.eu-central-1.pg.koyeb.app", HostName(Provider.KOYEB)),
        ("aws-us-east-1-3.pg.psdb.cloud", HostName(Provider.PLANETSCALE)),
        ("db.prisma.io", HostName(Provider.PRISMA)),
        ("pooled.db.prisma.io", HostName(Provider.PRISMA)),
        ("www.prisma.io", HostName()),
        ("abcdefgh.us-east-1.xata.tech", HostName(Provider.XATA)),
        ("us-east-1.sql.xata.sh", HostName(Provider.XATA)),
        ("some-name.data-1.use1.tembo.io", HostName(Provider.TEMBO)),
        ("p.abcdefghijklmnop.db.postgresbridge.com", HostName(Provider.CRUNCHY)),
        ("abcdefghij.klmnopqrst.tsdb.cloud.timescale.com", HostName(Provider.TIMESCALE)),
        ("abcdefghij.klmnopqrst.vpc.tsdb.forge.timescale.com", HostName(Provider.TIMESCALE)),
        ("pgbouncer.abcdefghij.flympg.net", HostName(Provider.FLY)),
        ("console.cloud.timescale.com", HostName(Provider.NONE)),
        ("postgresbridge.com", HostName(Provider.NONE)),
        ("App.postgres.database.azure.com", HostName(Provider.AZURE)),
        ("c-app.abcdefgh.postgres.cosmos.azure.com", HostName(Provider.AZURE)),
        ("abc.def.europe-west1.sql.goog", HostName(Provider.CLOUD_SQL)),
        ("dpg-abcdefgh1234-a", HostName(Provider.RENDER)),
        ("dpg-abcdefgh1234-a.frankfurt-postgres.render.com", HostName(Provider.RENDER)),
        ("monorail.proxy.rlwy.net", HostName(Provider.RAILWAY)),
        ("postgres.railway.internal", HostName(Provider.RAILWAY)),
        ("free-tier.gcp-us-central1.cockroachlabs.cloud", HostName(Provider.COCKROACH)),
        ("pg-abc-def.k.aivencloud.com", HostName(Provider.AIVEN)),
        ("app-do-user-1-0.b.db.ondigitalocean.com", HostName(Provider.DIGITALOCEAN)),
        ("alex:PASSWORD_HERE@app.eu-west-1.rds.amazonaws.com", HostName()),
        ("rds.amazonaws.com", HostName()),
        ("app.rds.amazonaws.com.example.com", HostName()),
        ("ec2-192-0-2-7.compute-1.amazonaws.com", HostName()),
        ("dpg-a-service", HostName()),
        ("db.example.com", HostName()),
        ("", HostName()),
    ],
)
def test_a_host_name_taken_apart(host: str, expected: HostName) -> None:
    assert recognise(host) == expected


@pytest.mark.parametrize(
    ("host", "hostaddr", "kind"),
    [
        ("db.example.com", "", HostKind.NAME),
        ("10.0.0.1", "", HostKind.IPV4),
        ("127.1", "", HostKind.IPV4),
        ("fe80::1%eth0", "", HostKind.IPV6),
        ("/var/run/postgresql", "", HostKind.SOCKET),
        ("@abstract", "", HostKind.SOCKET),
        ("C:\\socket", "", HostKind.SOCKET),
        ("", "", HostKind.MISSING),
        ("", "::1", HostKind.IPV6),
        ("name", "10.0.0.1", HostKind.NAME),
    ],
)
def test_what_stands_in_the_place_of_the_host(host: str, hostaddr: str, kind: HostKind) -> None:
    assert TargetFacts(host=host, hostaddr=hostaddr).host_kind is kind
