"""What this machine brings along: libpq, PG* variables, root certificates, proxies, an IPv6 route.

Opens nothing: the route is asked of the system, and no packet is sent.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pgwhy.facts import Record, fact
from pgwhy.machine import Machine
from pgwhy.network import Network, stream, trust_store
from pgwhy.probes.probe import Probe, Run
from pgwhy.progress import Stage
from pgwhy.target import parameters
from pgwhy.values import dataclass


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
    kubernetes: bool | None = fact("this process runs in a pod of Kubernetes")
    serverless: str | None = fact("the serverless platform whose variables are set (aws-lambda, vercel ...); or empty")


async def observe(seen: Run, network: Network) -> EnvironmentFacts:
    from pgwhy.network import login

    machine = seen.machine
    variables = machine.environment
    roots = trust_store.system(machine)
    version = await login.libpq_version(network)
    return EnvironmentFacts(
        platform=machine.platform,
        libpq_version=version,
        pg_variables=tuple(sorted(LIBPQ_VARIABLES.intersection(variables))),
        root_file=_root_file(machine),
        system_roots=", ".join(map(str, (*roots.files, *roots.folders))) or ("Windows" if roots.windows else ""),
        proxies=tuple(sorted(name for name in variables if name.lower() in PROXY_VARIABLES)),
        ipv6_route=stream.has_ipv6_route(),
        container=_in_container(machine),
        kubernetes=_POD in variables,
        serverless=next((name for variable, name in SERVERLESS.items() if variable in variables), ""),
    )


LIBPQ_VARIABLES = frozenset(parameters.ENVIRONMENT.values()) | {"PGSERVICEFILE", "PGSYSCONFDIR", "PGREQUIRESSL"}
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
SERVERLESS = {
    "AWS_LAMBDA_FUNCTION_NAME": "aws-lambda",
    "VERCEL": "vercel",
    "NETLIFY": "netlify",
    "K_SERVICE": "google-cloud-run",
    "FUNCTION_TARGET": "google-cloud-functions",
    "FUNCTIONS_WORKER_RUNTIME": "azure-functions",
}
"""A variable that the platform always sets, and its name."""
_POD = "KUBERNETES_SERVICE_HOST"
"""Kubernetes sets it in every container of a pod."""
CONTAINER_FILES = (Path("/.dockerenv"), Path("/run/.containerenv"))


def _root_file(machine: Machine) -> str:
    path = machine.postgres_file("root.crt")
    return str(path) if path and path.exists() else ""


def _in_container(machine: Machine) -> bool:
    if machine.platform != "linux":
        return False
    variables = machine.environment
    return _POD in variables or "container" in variables or any(f.exists() for f in CONTAINER_FILES)


PROBE = Probe(EnvironmentFacts, observe, Stage.CONFIG, needs_readable_settings=False)
