"""A run of chosen probes against loopback, on a machine that each test describes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from pgwhy import target as targets
from pgwhy.client import LIBPQ_HERE, Client
from pgwhy.engine.observation import begin, observe
from pgwhy.facts import Observations
from pgwhy.lab.authority import Authority
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes.probe import Options, Probe

NEON_HOST = "ep-cool-darkness-123456.us-east-2.aws.neon.tech"


class Look(Protocol):
    """Run probes for a connection string and give what they saw; times and spans are in `network`."""

    def __call__(
        self,
        text: str,
        *probes: Probe,
        client: Client = LIBPQ_HERE,
        options: Options = Options(),
        network: Callable[[], Network] = Network,
    ) -> Observations: ...


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with nothing on it: no variables, no hosts file, no resolver, no root certificates."""
    home = tmp_path / "home"
    home.mkdir()
    return Machine(
        environment={},
        home=home,
        folder=tmp_path,
        platform="linux",
        now=datetime.now(UTC),
        hosts_file=tmp_path / "hosts",
        resolver_file=tmp_path / "resolv.conf",
    )


@pytest.fixture
def look(machine: Machine) -> Look:
    def run(
        text: str,
        *probes: Probe,
        client: Client = LIBPQ_HERE,
        options: Options = Options(),
        network: Callable[[], Network] = Network,
    ) -> Observations:
        async def main() -> Observations:
            return await observe(begin(targets.read(text, machine), client, machine, options), network(), probes)

        return asyncio.run(main())

    return run


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
