"""The faults there are, and what the user of a running one has. `fault_file` describes the files.

They are in `fixtures/faults`; in an installed wheel the folder lies beside the package's modules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from urllib.parse import quote

from pgwhy import shipped
from pgwhy.lab.faults import fault_file
from pgwhy.lab.faults.fault import Fault, Written
from pgwhy.lab.world import DATABASE, DOMAIN, ENDPOINT, ROLE, Lent, World
from pgwhy.secret import Secret


class FaultError(ValueError):
    """There is no such fault, or its file is wrong; the message names the file and what to write."""


@dataclass(frozen=True)
class Given:
    """What the user of a running fault has. Target, environment and files contain the password."""

    target: Secret | None
    environment: Mapping[str, str] = field(repr=False)
    client: str | None
    error: str | None
    files: Mapping[str, Written] = field(default_factory=dict)


def folder() -> Path:
    """Where the fault files are: in the package as installed, else in the source tree."""
    return shipped.faults()


@cache
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
        return fault_file.read(slug, tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise FaultError(f"{path}: {error}") from error


def world_for(fault: Fault, lent: Lent | None = None) -> World:
    """A world, not yet entered, in which this fault is all that is wrong. With `lent` it has no Postgres of its own."""
    return World(lent=lent, **fault.world)


def prepare(fault: Fault, world: World) -> dict[str, str]:
    """Break a running world, by an endpoint of its own where the gateway is concerned; gives what fills its texts.

    Several faults can share a world, as long as none of them has `Fault.world`.
    """
    host = world.add_endpoint(**fault.endpoint) if fault.endpoint or fault.behind else f"{ENDPOINT}.{DOMAIN}"
    password = world.password.reveal()
    proof = world.authority.issue_client(ROLE)
    return {
        "role": ROLE,
        "password": password,
        "encoded_password": quote(password, safe=""),
        "wrong_password": "npg_" + password[:3:-1],
        "database": DATABASE,
        "host": host,
        "endpoint": host.partition(".")[0],
        "domain": DOMAIN,
        "port": str(world.gateway.port),
        "postgres_port": str(world.postgres_port),
        "socket_folder": world.socket_folder,
        "root_certificate": str(world.root_certificate),
        "client_certificate": str(proof.chain_file),
        "client_key": str(proof.key_file),
        "root_certificate_text": world.root_certificate.read_text(encoding="ascii"),
    }


def given(fault: Fault, values: Mapping[str, str]) -> Given:
    """What the user has, with all its texts filled in. Raises `FaultError` for a placeholder that nothing fills."""
    try:
        return Given(
            target=None if fault.target is None else Secret(fault.target.format_map(values)),
            environment={name: text.format_map(values) for name, text in fault.environment.items()},
            client=fault.client,
            error=None if fault.error is None else fault.error.format_map(values),
            files={n: replace(file, text=file.text.format_map(values)) for n, file in fault.files.items()},
        )
    except (KeyError, ValueError, IndexError) as error:
        raise FaultError(f"{fault.slug}: a text has a placeholder {error}; there are: {', '.join(values)}") from None
