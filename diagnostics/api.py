"""The library: the same runs as the command line, for a Python program. Every report leaves it without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from diagnostics import client as clients
from diagnostics import redaction
from diagnostics import target as targets
from diagnostics.engine import DEADLINE_S, Request, explain_text, selector_loop
from diagnostics.engine import diagnose as run
from diagnostics.facts import Record
from diagnostics.finding import Report
from diagnostics.machine import Machine
from diagnostics.probes.probe import Options
from diagnostics.target.model import Target


async def diagnose(
    target: str | Target | None = None,
    *,
    error: str | None = None,
    client: str | None = None,
    timeout_s: float = DEADLINE_S,
    login: bool = True,
    verify: bool = True,
    web: bool | None = None,
    compare_dns: tuple[str, ...] = (),
    rules: tuple[Path, ...] = (),
    machine: Machine | None = None,
    progress: Callable[[Record], None] | None = None,
) -> Report:
    """Go through the stages to a target and say why it fails and what makes it work.

    `target` is what the command line takes: a connection string in any dialect, `@file`, `env:NAME`, or `None` for the
    settings of the environment. `error` is what the failing client printed, `client` its `NAME` or `NAME@VERSION`.
    Raises `diagnostics.client.UnknownClient`; a target that cannot be read is a finding, not an exception.
    """
    machine = machine or Machine.here()
    read = target if isinstance(target, Target) else targets.read(target, machine)
    redactor = redaction.for_target(read)
    request = Request(
        target=read,
        machine=machine,
        client=clients.resolve(client, error, read.driver),
        error=error,
        options=Options(login=login, web=web, compare_dns=compare_dns),
        deadline_s=timeout_s,
        verify=verify,
        rules=rules,
    )
    told = None if progress is None else lambda record: progress(redactor.clean_value(record))
    return redactor.clean_value(await run(request, told))


def diagnose_sync(target: str | Target | None = None, **options: Any) -> Report:
    """`diagnose`, with the same options, for a program without an event loop."""
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        return runner.run(diagnose(target, **options))


def explain(
    text: str, *, client: str | None = None, rules: tuple[Path, ...] = (), machine: Machine | None = None
) -> Report:
    """What an error text alone tells; opens no connection. Raises `diagnostics.client.UnknownClient`."""
    report = explain_text(text, machine or Machine.here(), client, rules)
    return redaction.Redactor().clean_value(report)
