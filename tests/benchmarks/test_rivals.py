"""How other tools are read."""

from __future__ import annotations

import pytest

from benchmarks import phrases, rivals
from benchmarks.rows import ask_all
from pgwhy.lab.faults import faults
from pgwhy.lab.faults.stage import missing, staged
from pgwhy.lab.network.namespace import Ran
from pgwhy.lab.world import World
from tests import parts

PSQL, PG_ISREADY, *_ = rivals.RIVALS


@pytest.fixture(autouse=True)
def _names() -> None:
    parts.network_namespace()


def test_psql_names_a_wrong_password(world: World) -> None:
    with staged(faults.load("wrong-password"), world) as stage:
        answer = rivals.ask(PSQL, stage)
    assert (answer.detected, answer.causes, answer.stages) == (True, {"wrong-password"}, {"auth"})


def test_pg_isready_calls_a_wrong_password_healthy(world: World) -> None:
    with staged(faults.load("wrong-password"), world) as stage:
        assert not rivals.ask(PG_ISREADY, stage).detected


def test_a_healthy_server_is_healthy_to_psql_and_the_name_leads_to_it(world: World) -> None:
    with staged(faults.load("healthy-sni"), world) as stage:
        assert not rivals.ask(PSQL, stage).detected
        names = rivals._with_names(stage, rivals._target(stage))
        asked = stage.run([*names, "getent", "hosts", stage.values["host"]])
    assert asked.stdout.split() == ["127.0.0.1", stage.values["host"]]


def test_sslyze_is_judged_by_the_roots_that_it_was_given() -> None:
    said = "   Mozilla CA Store (2026):   FAILED - NOT Trusted\n   Supplied CA file CA Store (N/A):   {}\n"
    trusted, expired = said.format("OK - Certificate is trusted"), said.format("FAILED - cert is not valid at ...")
    assert not rivals._sslyze_complains(Ran(0, trusted, ""))
    assert rivals._sslyze_complains(Ran(0, expired, ""))


def test_netdoctor_is_judged_by_its_rungs_of_name_and_port_and_not_by_http() -> None:
    ladder = '{{"rungs": [{{"key": "port", "status": "{}", "detail": "connection refused"}}, {}]}}'
    http = '{"key": "http", "status": "fail", "detail": "no HTTP response"}'
    healthy, refused = ladder.format("ok", http), ladder.format("fail", http)
    assert not rivals._netdoctor_complains(Ran(2, healthy, ""))
    assert not rivals._netdoctor_complains(Ran(1, "", "Traceback (most recent call last): BadStatusLine"))
    assert rivals._netdoctor_complains(Ran(2, refused, ""))
    assert rivals._rung(Ran(2, refused, "")) == {"tcp"}
    assert phrases.causes(rivals._netdoctor_complaints(Ran(2, refused, ""))) == {"connection-refused"}


def test_a_phrase_is_found_across_the_lines_of_a_box() -> None:
    assert phrases.causes("FATAL:  password authentication\n   failed for user alex") == {"wrong-password"}


@pytest.mark.full
def test_who_waits_is_asked_at_the_end_and_every_tool_has_an_answer() -> None:
    """psql waits out its own limit of two seconds; pg_isready answers at once that nobody does."""
    chosen = [faults.load("tcp-accepted-closed"), faults.load("tcp-dropped-connect-timeout")]
    for fault in chosen:
        parts.permitted(missing(fault))
    rows = ask_all(chosen, [PSQL, PG_ISREADY])
    assert [row.fault.slug for row in rows] == ["tcp-accepted-closed", "tcp-dropped-connect-timeout"]
    for row in rows:
        assert row.trial and row.trial.mistakes == ()
        assert set(row.answers) == {PSQL.name, PG_ISREADY.name}
        assert all(answer.detected for answer in row.answers.values())
