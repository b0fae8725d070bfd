"""The situations of fixtures/drivers/situations.toml, and the driver in one of them as a fault."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pgwhy.lab.faults import fault_file
from pgwhy.lab.faults.fault import Fault
from tests.drivers.clients import DRIVERS, NEW, Driver

_FILE = Path(__file__).resolve().parents[2] / "fixtures/drivers/situations.toml"


@dataclass(frozen=True)
class Situation:
    """A network, a server and a target that is about to be tried."""

    fault: Fault
    """In the dialect of URIs."""
    jdbc: str
    old: tuple[str, ...]
    """Drivers of the past that it is shown to."""

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """All of today, and those of the past that the file names."""
        return (*NEW, *(DRIVERS[id] for id in self.old))

    def as_of(self, driver: Driver) -> Fault:
        """What this driver's user has: the fault in which pgwhy speaks for the driver."""
        target = self.jdbc if driver.reads == "jdbc" else self.fault.target
        return replace(self.fault, target=target, client=driver.speaks_as)


def read() -> Mapping[str, Situation]:
    """By name."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: _situation(name, dict(each)) for name, each in content.items()}


def _situation(name: str, content: dict[str, Any]) -> Situation:
    jdbc, old = str(content.pop("jdbc")), tuple(content.pop("old", ()))
    fault = fault_file.read(name, {"tier": "namespace", **content})
    return Situation(replace(fault, environment=_TRUST), jdbc, old)


_TRUST = {"SSL_CERT_FILE": "{root_certificate}", "NODE_EXTRA_CA_CERTS": "{root_certificate}"}
"""OpenSSL's (Go's, Rust's) and Node's."""
