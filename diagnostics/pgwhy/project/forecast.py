"""What each driver of a project will do with a target: the same stages once more, as that driver, without a login."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pgwhy.client import Client
from pgwhy.engine.diagnosis import Request, diagnose
from pgwhy.finding import Report, Status
from pgwhy.progress import NETWORK
from pgwhy.project import Driver
from pgwhy.values import replace

MAX_CLIENTS = 12
"""Runs for one project; each opens up to seven connections and logs in nowhere."""


async def forecast(request: Request, report: Report, drivers: Iterable[Driver]) -> list[dict[str, Any]]:
    """The `project` part of a report: an entry a driver. `report` is this machine's own run with the same request.

    `status` is `connects` (it gets a password request, and this machine logs in with the same string), `reachable` (it
    gets a password request), `fails`, `unknown` (it depends on what no file of the project says), or `not asked`, where
    nobody gets past the network or there are too many.
    """
    runs: dict[Client, Report | None] = {}
    told = []
    for driver in drivers:
        if driver.client not in runs:
            asked = report.verdict.stage not in NETWORK and len(runs) < MAX_CLIENTS
            runs[driver.client] = await diagnose(_without_login(request, driver.client)) if asked else None
        told.append(_entry(driver, runs[driver.client], report))
    return told


def _without_login(request: Request, client: Client) -> Request:
    options = replace(request.options, login=False, web=False, wildcard_check=False, compare_dns=())
    return replace(request, client=client, error=None, options=options, verify=False)


def _entry(driver: Driver, run: Report | None, here: Report) -> dict[str, Any]:
    finding = next((f for f in run.findings if f.rule == run.verdict.rule), None) if run else None
    fix = next((fix for fix in finding.fixes if fix.edit), None) if finding else None
    return {
        "driver": driver.package,
        "version": driver.version or None,
        "exact": driver.exact,
        "certain": driver.certain,
        "files": list(driver.files),
        "client": driver.client.id,
        "note": driver.note,
        "status": _status(run, here) if run else "not asked",
        "cause": run.verdict.cause.value if run and run.verdict.cause else None,
        "rule": run.verdict.rule if run else None,
        "title": finding.title if finding else "",
        "edit": fix.edit if fix else "",
    }


def _status(run: Report, here: Report) -> str:
    if run.verdict.cause is not None:
        return run.verdict.status.value
    whether_it_sends_sni = run.observations.get("client.sends_sni")
    if whether_it_sends_sni is None and run.observations.get("startup.needs_sni"):
        return "unknown"
    if run.verdict.status is not Status.REACHABLE:
        return "unknown"
    return "connects" if here.verdict.status is Status.CONNECTS else "reachable"
