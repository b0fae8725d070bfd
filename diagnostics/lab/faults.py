"""Faults as files: which parts run and how they are broken, what the user wrote, and what a diagnosis must say.

A file is `fixtures/faults/<slug>.toml`; in an installed wheel the folder lies beside the package's modules.

    title = "a client that sends no server name"
    [world]                    # how the parts are broken; nothing here: all is well
    endpoint.refuse_with = "compute-time-quota"     # a name of messages.ON_DEMAND
    endpoint.wake_s = 6.0
    endpoint.certificate = "expired"                # a word of CertificateFault
    gateway.default_name = "*.example.net"          # on the certificate for clients that send no name
    postgres.tls = "none"                           # Postgres itself offers TLS, with a certificate with this fault
    postgres.hba = ["host all all all scram-sha-256"]
    postgres.settings = { max_connections = "5" }
    [given]                    # what the user has
    target = "postgresql://{role}:{password}@{host}:{port}/{database}?hostaddr=127.0.0.1&sslmode=require"
    environment = { PGSSLMODE = "disable" }
    client = "libpq@13"
    error = "what the client printed"
    [expect]                   # without a cause: it connects
    cause = "sni-missing"
    stage = "startup"
    fix = "option-in-uri"      # the fix that must be confirmed
    limit_s = 5.0              # for the whole run
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from diagnostics.causes import Cause, Stage
from diagnostics.lab import messages
from diagnostics.lab.authority import CertificateFault
from diagnostics.lab.installation import Installation
from diagnostics.lab.world import DATABASE, DOMAIN, ENDPOINT, ROLE, World
from diagnostics.target.model import Secret

_DEADLINE_S = 10.0


class FaultError(ValueError):
    """There is no such fault, or its file is wrong; the message names the file and what to write."""


@dataclass(frozen=True)
class Expected:
    """What a diagnosis of the fault must say. Without a cause: that it connects."""

    cause: Cause | None = None
    stage: Stage | None = None
    fix: str | None = None
    """The id of the fix that must be confirmed."""
    limit_s: float = _DEADLINE_S


@dataclass(frozen=True)
class Fault:
    """One file."""

    slug: str
    title: str
    target: str | None
    """As a user would write it, with `{host}`, `{password}` ... where the world decides; `None`: no target at all."""
    environment: Mapping[str, str] = field(default_factory=dict)
    client: str | None = None
    error: str | None = None
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the gateway's `Endpoint`."""
    world: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `World`; where there are any, the fault needs a world of its own."""
    expect: Expected = Expected()


@dataclass(frozen=True)
class Given:
    """What the user of a running fault has. Target and environment contain the password."""

    target: Secret | None
    environment: Mapping[str, str] = field(repr=False)
    client: str | None
    error: str | None


def folder() -> Path:
    """Where the fault files are: in the package as installed, else in the source tree."""
    installed = Path(str(resources.files("diagnostics"))) / "faults"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "fixtures" / "faults"


def slugs() -> tuple[str, ...]:
    """The names of all faults, in the order of the alphabet."""
    return tuple(sorted(path.stem for path in folder().glob("*.toml")))


def load(slug: str) -> Fault:
    """Read a fault's file. Raises `FaultError`."""
    import tomllib

    path = folder() / f"{slug}.toml"
    if slug not in slugs():
        raise FaultError(f"there is no fault {slug!r}; there are: {', '.join(slugs())}")
    try:
        return read(slug, tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise FaultError(f"{path}: {error}") from error


def read(slug: str, content: Mapping[str, Any]) -> Fault:
    """A fault from the content of its file. Raises `ValueError`, `KeyError` or `TypeError` for a mistake in it."""
    known = {"title": (), "world": ("endpoint", "gateway", "postgres"), "given": _GIVEN, "expect": _EXPECT}
    _only(content, known, "the file")
    for name in ("world", "given", "expect"):
        _only(content.get(name, {}), known[name], f"[{name}]")
    world, given, expect = content.get("world", {}), content["given"], content.get("expect", {})
    cause, stage = expect.get("cause"), expect.get("stage")
    return Fault(
        slug=slug,
        title=content["title"],
        target=given.get("target"),
        environment=given.get("environment", {}),
        client=given.get("client"),
        error=given.get("error"),
        endpoint=_endpoint(world.get("endpoint", {})),
        world=_postgres(world.get("postgres", {})) | _gateway(world.get("gateway", {})),
        expect=Expected(
            cause=Cause(cause) if cause else None,
            stage=Stage(stage) if stage else None,
            fix=expect.get("fix"),
            limit_s=float(expect.get("limit_s", _DEADLINE_S)),
        ),
    )


def world_for(fault: Fault, installation: Installation | None = None) -> World:
    """A world, not yet entered, in which this fault is all that is wrong."""
    return World(installation, **fault.world)


def prepare(fault: Fault, world: World) -> Given:
    """Break a running world, by an endpoint of its own where the gateway is concerned, and say what the user has.

    Several faults can share a world, as long as none of them has `Fault.world`.
    """
    host = world.add_endpoint(**fault.endpoint) if fault.endpoint else f"{ENDPOINT}.{DOMAIN}"
    values = {
        "role": ROLE,
        "password": world.password.reveal(),
        "wrong_password": "npg_" + world.password.reveal()[:3:-1],
        "database": DATABASE,
        "host": host,
        "endpoint": host.partition(".")[0],
        "domain": DOMAIN,
        "port": str(world.gateway.port),
        "postgres_port": str(world.postgres.port),
        "socket_folder": str(world.postgres.socket_folder or ""),
        "root_certificate": str(world.root_certificate),
    }
    return Given(
        target=None if fault.target is None else Secret(fault.target.format_map(values)),
        environment={name: text.format_map(values) for name, text in fault.environment.items()},
        client=fault.client,
        error=fault.error,
    )


_GIVEN = ("target", "environment", "client", "error")
_EXPECT = ("cause", "stage", "fix", "limit_s")


def _endpoint(given: Mapping[str, Any]) -> dict[str, Any]:
    _only(given, ("refuse_with", "wake_s", "certificate"), "world.endpoint")
    fields = dict(given)
    if "refuse_with" in fields:
        fields["refuse_with"] = messages.ON_DEMAND[fields["refuse_with"]]
    if "certificate" in fields:
        fields["certificate"] = CertificateFault(fields["certificate"])
    return fields


def _postgres(given: Mapping[str, Any]) -> dict[str, Any]:
    _only(given, ("tls", "hba", "settings"), "world.postgres")
    return dict(given) | ({"tls": CertificateFault(given["tls"])} if "tls" in given else {})


def _gateway(given: Mapping[str, Any]) -> dict[str, Any]:
    _only(given, ("default_name",), "world.gateway")
    return dict(given)


def _only(given: Mapping[str, Any], known: Any, place: str) -> None:
    for key in given:
        if key not in known:
            raise ValueError(f"{place} has no key {key!r}; it has: {', '.join(known)}")
