"""Ctrl-C cancels the run's task: what is known comes back, and nothing stays open."""

from __future__ import annotations

import asyncio
import threading
import time

import psycopg
import pytest

from pgwhy.engine.diagnosis import diagnose
from pgwhy.facts import Record
from pgwhy.finding import Report
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ROLE, World
from tests.engine.runs import MARKER, hold, page, request
from tests.limits import HANGS_S
from tests.servers import serving, silent

STAGES = ("settings", "tcp", "tls", "startup", "authentication", "session")


def interrupted_after(record: str, text: str, client: str | None = None) -> tuple[Report, set[asyncio.Task[object]]]:
    """The report of a run that is cancelled as soon as this record is there, and the tasks that are left."""

    async def go() -> tuple[Report, set[asyncio.Task[object]]]:
        def progress(seen: Record) -> None:
            if seen.name == record:
                task.cancel()

        asked = request(text, client=client)
        task = asyncio.ensure_future(diagnose(asked, progress))
        report = await task
        hold(report, asked.target)
        await asyncio.sleep(0)
        return report, asyncio.all_tasks() - {asyncio.current_task()}

    return asyncio.run(go())


@pytest.mark.parametrize("record", STAGES)
def test_what_is_known_comes_back_and_no_task_is_left(world: World, record: str) -> None:
    report, left = interrupted_after(record, world.uri())
    assert report.extra["interrupted"] is True
    assert record in report.observations.records
    assert report.verdict.cause is None and report.verdict.status in ("unknown", "connects")
    assert left == set()
    page(report)


@pytest.mark.parametrize("record", ["tcp", "startup", "authentication"])
def test_no_connection_is_left(postgres15: Postgres, record: str) -> None:
    password = postgres15.roles[ROLE].reveal()
    text = f"postgresql://{ROLE}:{password}@127.0.0.1:{postgres15.port}/{DATABASE}"
    interrupted_after(record, text)
    with psycopg.connect(text, application_name="the watcher", autocommit=True) as watcher:
        others = "select count(*) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
        limit = time.monotonic() + HANGS_S
        while watcher.execute(others).fetchone() != (0,):
            assert time.monotonic() < limit, "a session of pgwhy is still there"


def test_a_lookup_under_way_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """getaddrinfo cannot be stopped, but nobody waits for it, and no task does."""
    released = threading.Event()
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", lambda name: (released.wait(2 * HANGS_S), ())[1])
    begin = time.monotonic()
    _, left = interrupted_after("settings", f"postgresql://alex:{MARKER}@db.test/neondb")
    released.set()
    assert time.monotonic() - begin < HANGS_S
    assert left == set()


def test_fixes_that_were_not_reached_are_told_untried(world: World) -> None:
    """Cancelled with the last record of the run itself: the experiments are never begun."""
    report, left = interrupted_after("here", world.uri(channel_binding=None), client="libpq@13")
    assert report.verdict.cause == "sni-missing"
    fixes = [remedy for finding in report.findings for remedy in finding.fixes if remedy.change]
    assert fixes and all(remedy.edit and remedy.verification == "not tried" for remedy in fixes)
    assert left == set()


def test_an_experiment_can_be_interrupted() -> None:
    """The second connection of a kind is the experiment's: it is left as the first one was."""

    async def go() -> Report:
        asked = request(f"psql postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb")
        task = asyncio.ensure_future(diagnose(asked))
        while not came:
            await asyncio.sleep(0.01)
        task.cancel()
        report = await task
        hold(report, asked.target)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return report

    came: list[str] = []

    def take(connection) -> None:
        came.append("connection")
        silent(connection)

    with serving(take) as port:
        begin = time.monotonic()
        report = asyncio.run(go())
    assert time.monotonic() - begin < HANGS_S
    assert report.extra["interrupted"] is True
    assert report.verdict.cause == "malformed-connection-string"
