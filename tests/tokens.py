"""Made-up access tokens of every kind, and what must be told of each of them."""

# ruff: noqa: E501  a token is a line
from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""The moment of every run with these tokens."""
HIDDEN_CLAIM = "Zq7claim9Kx2"
"""In a claim of every token that has claims, and in no output."""
RDS = "app.abcdefgh1234.eu-west-1.rds.amazonaws.com"
DSQL = "abcdefghijklmnop.dsql.us-east-1.on.aws"
AZURE = "app.postgres.database.azure.com"
LAKEBASE = "instance-0a1b.database.cloud.databricks.com"
GOOGLE = "abc.def.europe-west1.sql.goog"
AZURE_DATABASE = "https://ossrdbms-aad.database.windows.net"
PERSON = "alex@example.com"


@dataclass(frozen=True)
class Sample:
    """A password, the login that it is used for, and what the token record must say of it."""

    name: str
    password: str
    host: str = "db.example.com"
    user: str = "alex"
    told: dict[str, Any] = field(default_factory=dict)
    rule: str = ""
    """The rule that comes first where the server rejects the password; empty: none about tokens."""


def signed(
    host: str,
    action: str = "connect",
    service: str = "rds-db",
    region: str = "eu-west-1",
    user: str = "alex",
    age_s: int = 60,
) -> str:
    """A request signed for Amazon `age_s` seconds ago and valid for 15 minutes, as its command line prints it."""
    at = NOW - timedelta(seconds=age_s)
    scope = quote(f"AKIDEXAMPLE/{at:%Y%m%d}/{region}/{service}/aws4_request", safe="")
    role = f"&DBUser={quote(user, safe='')}" if service == "rds-db" else ""
    return (
        f"{host}/?Action={action}{role}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}"
        f"&X-Amz-Date={at:%Y%m%dT%H%M%SZ}&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
        f"&X-Amz-Security-Token={HIDDEN_CLAIM}%2F%2Fx&X-Amz-Signature={'0f' * 32}"
    )


def web_token(left_s: int = 3000, **claims: Any) -> str:
    """A JSON Web Token that expires in so many seconds."""
    at = int(NOW.timestamp())
    parts = {"alg": "RS256", "typ": "JWT"}, {"iat": at - 600, "exp": at + left_s, "jti": HIDDEN_CLAIM, **claims}
    return ".".join([*(_base64url(json.dumps(part).encode()) for part in parts), _base64url(bytes(range(64)))])


def entra(left_s: int = 3000, audience: str = AZURE_DATABASE, person: str = PERSON) -> str:
    return web_token(left_s, iss="https://sts.windows.net/00000000-0000/", aud=audience, upn=person)


def databricks(left_s: int = 3000, person: str = PERSON) -> str:
    return web_token(left_s, iss="https://dbc-1.cloud.databricks.com/oidc", aud="1234567890", sub=person)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _wrapped(token: str) -> str:
    return "\n".join(token[start : start + 76] for start in range(0, len(token), 76))


def _twice(token: str) -> str:
    return quote(token, safe="")  # a URL decodes the other time


EXPIRED, ELSEWHERE, EARLY = "auth/token-expired", "auth/token-for-another-login", "auth/clock-skew"
DAMAGED = "config/token-damaged"
_GOOGLE_TOKEN = "ya29.a0" + "Zq7vR2nW9tXk" * 10


def samples(port: int = 5432) -> tuple[Sample, ...]:
    """Thirty tokens for a server on that port."""
    rds = f"{RDS}:{port}"
    return (
        Sample("RDS, valid", signed(rds), RDS, told={"kind": "rds-iam", "expired": False, "elsewhere": False}),
        Sample("RDS, expired", signed(rds, age_s=900 + 720), RDS, told={"expired": True, "expired_for": "12 minutes"}, rule=EXPIRED),
        Sample("RDS, another host", signed(f"test.abcdefgh9999.eu-west-1.rds.amazonaws.com:{port}"), RDS, rule=ELSEWHERE,
               told={"other_host": "test.abcdefgh9999.eu-west-1.rds.amazonaws.com", "other_port": ""}),
        Sample("RDS, another port", signed(f"{RDS}:6543"), RDS, told={"other_host": "", "other_port": "6543"}, rule=ELSEWHERE),
        Sample("RDS, another region", signed(rds, region="us-east-1"), RDS, told={"other_region": "us-east-1"}, rule=ELSEWHERE),
        Sample("RDS, another role", signed(rds, user="sam"), RDS, told={"other_user": "sam"}, rule=ELSEWHERE),
        Sample("RDS, signed for the end of a tunnel", signed("localhost:5432"), "127.0.0.1", rule=ELSEWHERE,
               told={"other_host": "localhost", "other_port": None}),
        Sample("RDS, used through a tunnel", signed(rds), "127.0.0.1", told={"other_host": None, "elsewhere": None}),
        Sample("RDS, wrapped", _wrapped(signed(rds)), RDS, told={"damage": "white-space", "expired": False}, rule=DAMAGED),
        Sample("RDS, encoded twice", _twice(signed(rds)), RDS, told={"damage": "encoded-twice", "elsewhere": False}, rule=DAMAGED),
        Sample("RDS, cut by a shell", signed(rds).split("&")[0], RDS, told={"kind": "rds-iam", "damage": "cut"}, rule=DAMAGED),
        Sample("DSQL, valid", signed(DSQL, "DbConnectAdmin", "dsql", "us-east-1"), DSQL, "admin",
               told={"kind": "dsql-iam", "expired": False, "elsewhere": False}),
        Sample("DSQL, expired", signed(DSQL, "DbConnect", "dsql", "us-east-1", age_s=900 + 7200), DSQL, rule=EXPIRED,
               told={"expired_for": "2 hours", "other_user": ""}),
        Sample("DSQL, of another cluster", signed("q" + DSQL, "DbConnect", "dsql", "us-east-1"), DSQL,
               told={"other_host": "q" + DSQL}, rule=ELSEWHERE),
        Sample("DSQL, not for admin", signed(DSQL, "DbConnect", "dsql", "us-east-1"), DSQL, "admin",
               told={"other_user": "every role but admin"}, rule=ELSEWHERE),
        Sample("Entra, valid", entra(), AZURE, PERSON, told={"kind": "entra", "expired": False, "elsewhere": False}),
        Sample("Entra, expired", entra(-60), AZURE, PERSON, told={"expired": True, "expired_for": "1 minute"}, rule=EXPIRED),
        Sample("Entra, for another service", entra(audience="https://management.azure.com"), AZURE, PERSON,
               told={"other_audience": "https://management.azure.com"}, rule=ELSEWHERE),
        Sample("Entra, another person", entra(person="sam@example.com"), AZURE, PERSON,
               told={"other_user": "sam@example.com"}, rule=ELSEWHERE),
        Sample("Entra, a group that the person belongs to", entra(), AZURE, "data-team", told={"other_user": None}),
        Sample("Databricks, valid", databricks(), LAKEBASE, PERSON, told={"kind": "databricks", "expired": False}),
        Sample("Databricks, expired", databricks(-86_400), LAKEBASE, PERSON, told={"expired_for": "1 day"}, rule=EXPIRED),
        Sample("Databricks, another person", databricks(person="sam@example.com"), LAKEBASE, PERSON,
               told={"other_user": "sam@example.com"}, rule=ELSEWHERE),
        Sample("Databricks, a header's value", f"Bearer {databricks()}", LAKEBASE, PERSON, told={"damage": "bearer"}, rule=DAMAGED),
        Sample("Databricks, personal", "dapi" + "0a1b2c3d" * 4, LAKEBASE, PERSON,
               told={"kind": "databricks-pat", "expired": None, "elsewhere": None}),
        Sample("Google", _GOOGLE_TOKEN, GOOGLE, PERSON, told={"kind": "google", "expired": None, "elsewhere": None}),
        Sample("JWT, valid", web_token(iss="https://id.example.com", aud="x"), told={"kind": "jwt", "expired": False}),
        Sample("JWT, expired", web_token(-300, iss="https://id.example.com"), told={"expired_for": "5 minutes"}, rule=EXPIRED),
        Sample("JWT, from the future", web_token(nbf=int(NOW.timestamp()) + 3600), told={"expired": False, "early": True}, rule=EARLY),
    )  # fmt: skip


NO_TOKENS = (
    "hunter2",
    "npg_Zq7vR2nW9tXk",
    "eyJhbGciOiJub3QganNvbg.eyJhIjoxfQ.c2ln",
    "one.two.three",
    "eyJub2FsZyI6MX0.eyJleHAiOjF9.c2ln",
    "ya29.short",
    "dapi-is-my-dog",
    "dapi" + "0a1b2c3d" * 5,
    "app.example.com:5432/?Action=none&DBUser=alex",
    "https://example.com/?token=1&X-Amz-Signature=x",
    "Bearer of bad news",
    "p%40ss word\n",
)
"""Passwords that are none."""
