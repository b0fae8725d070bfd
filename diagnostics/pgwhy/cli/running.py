"""One run in an event loop of its own, watched in a terminal; Ctrl-C ends it with what is known."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from pgwhy import target as targets
from pgwhy.cli.output import Terminal
from pgwhy.engine.diagnosis import Request, diagnose, selector_loop
from pgwhy.facts import Record
from pgwhy.finding import Report
from pgwhy.redaction import Redactor
from pgwhy.values import replace

if TYPE_CHECKING:
    from pgwhy.project import Scan
    from pgwhy.report.live import Live


def run(request: Request, redactor: Redactor, watched: Terminal | None, wait_s: float | None = None) -> Report:
    """The report of a run, without secrets. With a terminal, its ladder grows while the run goes on and is then gone.

    With `wait_s`, runs follow one another until it connects, for so many seconds; standard error says what for.
    Ctrl-C cancels the run, and `diagnose` answers that with a report; a second one raises `KeyboardInterrupt`.
    """
    live: Live | None = None
    preparing: Thread | None = None

    def progress(record: Record) -> None:
        nonlocal live, preparing
        if preparing is None:  # with the first record: the login has begun, and the network is waited for
            preparing = Thread(target=_prepare, args=(redactor,), name="pgwhy-prepare", daemon=True)
            with contextlib.suppress(RuntimeError):  # no thread can be started: it only saves time
                preparing.start()
        if watched is None:
            return
        if live is None:  # with the first record: until then the packets are what matters
            from pgwhy.report.live import Live

            live = Live(sys.stdout, watched.width, unicode=watched.unicode, colour=watched.colour)
            live.show(redactor.clean_value(targets.facts_of(request.target)))
        live.show(redactor.clean_value(record))

    try:
        with asyncio.Runner(loop_factory=selector_loop) as runner:
            if wait_s is None:
                report = runner.run(diagnose(request, progress))
            else:
                report = runner.run(_waiting(wait_s, request, redactor))
    finally:
        if live is not None:
            live.clear()
    return redactor.clean_value(report)


async def _waiting(wait_s: float, request: Request, redactor: Redactor) -> Report:
    from pgwhy.engine.waiting import connects_within
    from pgwhy.report.waited import waiting_for

    said: list[str] = []

    def told(report: Report) -> None:
        text = waiting_for(redactor.clean_value(report), wait_s)
        if said[-1:] != [text] and sys.stderr is not None:  # a log is no place for each attempt
            said.append(text)
            sys.stderr.write(redactor.clean(text) + "\n")
            sys.stderr.flush()

    return await connects_within(wait_s, request, told)


def with_project(report: Report, request: Request, project: Scan, folder: Path, redactor: Redactor) -> Report:
    """The report with what each driver of a project will do. One that was interrupted stays as it is."""
    from pgwhy.project.forecast import forecast

    if report.extra.get("interrupted"):
        return report
    try:
        with asyncio.Runner(loop_factory=selector_loop) as runner:
            drivers = runner.run(forecast(request, report, project.drivers))
    except KeyboardInterrupt:
        return replace(report, extra={**report.extra, "interrupted": True})
    told = {"folder": str(folder), "files": project.files, "left_out": list(project.left_out), "drivers": drivers}
    return replace(report, extra={**report.extra, "project": redactor.clean_value(told)})


def _prepare(redactor: Redactor) -> None:
    """What comes after the run, as far as it can be done before: 15 ms."""
    redactor.prepare()
    from pgwhy.report import text as terminal  # noqa: F401
