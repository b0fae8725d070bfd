"""What this machine brings along: libpq, PG* variables, root certificates, proxies, an IPv6 route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from diagnostics.facts import Record, fact


@dataclass(frozen=True)
class EnvironmentFacts(Record):
    """This machine, as far as a Postgres client looks at it."""

    name: ClassVar[str] = "environment"

    platform: str | None = fact("linux, darwin, win32")
    libpq_version: int | None = fact("the libpq that pgwhy uses, as libpq numbers it: 180000")
    pg_variables: tuple[str, ...] | None = fact("names of the PG* variables that are set")
    root_file: str | None = fact("~/.postgresql/root.crt if it exists: it turns sslmode=require into CA verification")
    system_roots: str | None = fact("where this machine keeps its trusted root certificates; empty if not found")
    proxies: tuple[str, ...] | None = fact("names of proxy variables that are set (https_proxy ...)")
    ipv6_route: bool | None = fact("this machine has a route for IPv6 beyond itself")
    container: bool | None = fact("this process runs in a container")
    serverless: str | None = fact("the serverless platform whose variables are set (aws-lambda, vercel ...); or empty")
