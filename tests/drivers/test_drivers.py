"""Every driver in every situation of fixtures/drivers/: what pgwhy says of it is what it does, and each fix works.

Where the driver connects, no fix of a warning or a note may keep it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

import pytest

from pgwhy.finding import Status
from pgwhy.lab.faults import faults, trial
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.stage import Scene, missing
from tests import parts, sampling
from tests.drivers import situations
from tests.drivers.clients import DRIVERS, Driver, Missing
from tests.drivers.proofs import Tried, tried
from tests.drivers.situations import Situation

pytestmark = pytest.mark.xdist_group("drivers")
SITUATIONS = situations.read()
CASES = [(name, driver.id) for name, situation in SITUATIONS.items() for driver in situation.drivers]
NOTHING_TO_PASTE = {
    ("ipv6-silent", "asyncpg"): "no parameter of a string limits its time, and least of all for one address",
    ("ipv6-silent", "ruby-pg"): "it counts the time for all addresses together, so a limit never leads it to IPv4",
    ("own-server", "node-postgres"): "it checks the certificate, and which name is right only the server's owner knows",
    ("own-server", "tokio-postgres"): "the same",
    ("verify-full", "tokio-postgres"): "its connector checks anyway: sslmode and root file are told to that, in code",
}
"""Where pgwhy names the cause, and the driver needs something else than another string."""


@pytest.fixture(scope="module")
def result_of(request: pytest.FixtureRequest, by_fork: None) -> Iterator[Callable[[str, str], Tried]]:
    """The situations of the chosen cases begin side by side, the drivers of one take turns on its stage."""
    chosen: dict[str, list[str]] = {}
    for case in request.session.items:
        parameters = case.callspec.params if hasattr(case, "callspec") else {}
        if "situation" in parameters and not _lacking(parameters["situation"], parameters["driver"]):
            chosen.setdefault(parameters["situation"], []).append(parameters["driver"])
    with Matrix() as matrix:
        started: dict[str, Future[dict[str, Tried]]] = {}
        for name, drivers in chosen.items():
            work = partial(_in_turn, SITUATIONS[name], [DRIVERS[id] for id in dict.fromkeys(drivers)])
            started |= matrix.each([SITUATIONS[name].fault], work)
        yield lambda situation, driver: started[situation].result()[driver]


@pytest.mark.sampled(by=sampling.each("situation", "driver"))
@pytest.mark.parametrize(("situation", "driver"), CASES)
def test_a_driver_does_what_is_said_of_it_and_each_fix_works(
    situation: str, driver: str, result_of: Callable[[str, str], Tried]
) -> None:
    parts.permitted(_lacking(situation, driver))
    result = result_of(situation, driver)
    verdict = result.report.verdict
    assert (verdict.status is Status.CONNECTS) == result.before.connected, (verdict.summary, result.before)
    for proof in result.proofs:
        assert proof.agree, f"{proof.fix}: the edit, followed, gives another string than the one that is printed"
        assert all(each.connected for each in proof.attempts), (proof.fix, proof.attempts)
    if not result.before.connected:
        assert all(proof.attempts for proof in result.proofs)
        assert bool(result.proofs) is ((situation, driver) not in NOTHING_TO_PASTE)


def test_each_driver_of_today_is_kept_out_often_enough_to_show_something() -> None:
    """By what the situations are: without TLS, by another name, with two names for the endpoint."""
    sure = {"disable", "alias", "alias-channel-binding", "pooler-option"}
    for driver in situations.NEW:
        assert sure <= {name for name, each in CASES if each == driver.id}


def _in_turn(situation: Situation, drivers: list[Driver], stage: Scene) -> dict[str, Tried]:
    results = {}
    for driver in drivers:
        fault = situation.as_of(driver)
        own = replace(stage, fault=fault, given=faults.given(fault, stage.values))
        report = trial.diagnose(own).report
        only_confirmed = report.verdict.status is not Status.CONNECTS
        results[driver.id] = tried(own, driver.find(), report, only_confirmed=only_confirmed, or_kept_back=True)
    return results


def _lacking(situation: str, driver: str) -> str:
    """Why this machine cannot show it; empty if it can."""
    try:
        DRIVERS[driver].find()
    except Missing as error:
        return str(error)
    return missing(SITUATIONS[situation].fault)
