"""The library: the same runs as the command line, for a Python program. Every report leaves it without secrets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from pgwhy import client as clients
from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.engine.diagnosis import DEADLINE_S, Request, explain_text, selector_loop
from pgwhy.engine.diagnosis import diagnose as run
from pgwhy.facts import Record
from pgwhy.finding import Report as Concluded
from pgwhy.incident.exceptions import driver_of, text_of
from pgwhy.machine import Machine
from pgwhy.probes.probe import Options
from pgwhy.target.model import Target
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Report(Concluded):
    """What a run says, without secrets: `verdict`, `findings`, `observations` (`pgwhy.finding.Report`)."""

    def to_json(self) -> str:
        """The JSON of the contract (`pgwhy schema`), as `pgwhy --format json` writes it."""
        from pgwhy.report import document

        return document.to_text(self)

    def to_text(self, width: int = 80, *, verbose: bool = False) -> str:
        """The page for a person, with a line break at its end. `width`: columns; `verbose`: everything, as `-v`."""
        from pgwhy.report import text

        return text.page(self, width, verbose=verbose)


async def diagnose(
    target: str | Target | None = None,
    *,
    error: str | BaseException | None = None,
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
    settings of the environment. `error` is what the failing client printed or raised, `client` its `NAME` or
    `NAME@VERSION`.
    Raises `pgwhy.client.UnknownClient`; a target that cannot be read is a finding, not an exception.
    """
    machine = machine or Machine.here()
    read = target if isinstance(target, Target) else targets.read(target, machine)
    redactor = redaction.for_target(read)
    error, client = _told(error, client)
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
    return _given(redactor.clean_value(await run(request, told)))


def diagnose_sync(target: str | Target | None = None, **options: Any) -> Report:
    """`diagnose`, with the same options, for a program without an event loop."""
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        return runner.run(diagnose(target, **options))


def explain(
    error: str | BaseException,
    *,
    client: str | None = None,
    rules: tuple[Path, ...] = (),
    machine: Machine | None = None,
) -> Report:
    """What an error text, or an exception with all that it was raised from, tells alone; opens no connection.

    Exceptions of psycopg, asyncpg, SQLAlchemy and Django give the driver away. Raises
    `pgwhy.client.UnknownClient`.
    """
    text, client = _told(error, client)
    machine = machine or Machine.here()
    return _given(redaction.for_machine(machine).clean_value(explain_text(text or "", machine, client, rules)))


def _given(report: Concluded) -> Report:
    return Report(**{each.name: getattr(report, each.name) for each in fields(report)})


def _told(error: str | BaseException | None, client: str | None) -> tuple[str | None, str | None]:
    """The text and the client of what was given, where it says them."""
    if isinstance(error, BaseException):
        return text_of(error), client or driver_of(error)
    return error, client
