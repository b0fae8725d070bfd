"""A fault as a value: what its file says. `fault_file` describes the files and reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pgwhy.causes import Cause
from pgwhy.finding import Status
from pgwhy.lab.network.bridge import Link
from pgwhy.lab.network.packets import Filter, Route
from pgwhy.progress import Stage

LIMIT_S = 10.5
"""The run's own deadline, and half a second to start and to write."""


class Tier(StrEnum):
    """What a fault needs of the machine."""

    LOOPBACK = "loopback"
    NAMESPACE = "namespace"


@dataclass(frozen=True)
class Expected:
    """What a diagnosis of the fault must say."""

    cause: Cause | None = None
    rule: str | None = None
    """The rule that must find it, where several have the cause; `None`: any."""
    stage: Stage | None = None
    status: Status = Status.CONNECTS
    fix: str | None = None
    """The id of the fix that must be confirmed."""
    advances: str | None = None
    """The id of the fix that must have advanced: it does its part, and another obstacle follows."""
    offers: str | None = None
    """The id of the fix that must come first, where only a person can make it."""
    also: tuple[Cause, ...] = ()
    """What must be named beside the cause, as looking the same."""
    warns: tuple[Cause, ...] = ()
    limit_s: float = LIMIT_S


@dataclass(frozen=True)
class Written:
    """A file in the user's home."""

    text: str = field(repr=False)
    mode: int = 0o600


@dataclass(frozen=True)
class Printed:
    """What a real client printed."""

    client: str
    text: str
    connected: bool | None = None
    """It got in, so the text shows no failure; `None`: read from a file, which does not say."""


@dataclass(frozen=True)
class Wiring:
    """The network of a fault: what the client's side sees. `None`: the usual."""

    gateway: tuple[str, ...] | None = None
    hosts: Mapping[str, tuple[str, ...]] | None = None
    names: tuple[Mapping[str, Any], ...] | None = None
    resolvers: tuple[str, ...] | None = None
    resolver_options: str = ""
    hosts_file: Mapping[str, str] = field(default_factory=dict)
    breaks: tuple[Filter | Route, ...] = ()
    link: Link | None = None
    ipv6: bool = True


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
    options: tuple[str, ...] = ()
    files: Mapping[str, Written] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the gateway's `Endpoint`."""
    behind: Mapping[str, str] = field(default_factory=dict)
    """Further fields of it that are addresses: the placeholder of each one's port."""
    world: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `World`; where there are any, the fault needs a world of its own."""
    pgbouncer: Mapping[str, Any] | None = None
    doors: tuple[Mapping[str, Any], ...] = ()
    needs: tuple[str, ...] = ()
    """Programs."""
    tier: Tier = Tier.LOOPBACK
    wiring: Wiring = Wiring()
    seen: Printed | None = None
    expect: Expected = Expected()
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The file as TOML reads it: what the server's side of a namespace is told."""
