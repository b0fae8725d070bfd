"""The library as a program uses it: in its own loop, several at once, for another client."""

from __future__ import annotations

import asyncio

import pgwhy
from pgwhy.lab.world import World
from tests.engine.runs import MARKER
from tests.limits import HANGS_S
from tests.servers import closed_port, serving, silent


def test_runs_in_one_loop_do_not_disturb_each_other(world: World) -> None:
    """Each has its own deadline, password exchanges and lookups; none of them leaves a task."""

    async def several() -> list[pgwhy.Report]:
        reports = await asyncio.gather(
            pgwhy.diagnose(world.uri()),
            pgwhy.diagnose(world.uri(channel_binding=None), client="libpq@13"),
            pgwhy.diagnose(f"postgresql://alex:{MARKER}@localhost:{closed_port()}/neondb"),
            pgwhy.diagnose(world.uri(), error="ERROR:  Endpoint ID is not specified."),
        )
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return reports

    told = [(report.verdict.status, report.verdict.cause) for report in asyncio.run(several())]
    assert told == [
        ("connects", None),
        ("fails", "sni-missing"),
        ("fails", "connection-refused"),
        ("fails", "sni-missing"),
    ]


def test_the_deadline_is_the_callers() -> None:
    with serving(silent) as port:
        report = pgwhy.diagnose_sync(f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb", timeout_s=0.5)
    assert report.verdict.status == "fails"
    assert report.duration_ms < HANGS_S * 1000


def test_a_text_is_explained_for_a_client() -> None:
    report = pgwhy.explain("ERROR:  Endpoint ID is not specified.", client="psycopg2@2.8")
    assert report.verdict.cause == "sni-missing"
    assert report.tested_as["client"] == "psycopg2"
