"""Every fix that a fault expects to be confirmed, put to the client that the fault was shown true by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from pgwhy.finding import Report, Verification
from pgwhy.lab.faults import faults, trial
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.real_clients import RealClient
from pgwhy.lab.faults.stage import Scene, missing, staged
from tests import parts
from tests.drivers import edits
from tests.drivers.clients import SHOWN_BY, Missing, attempt
from tests.drivers.proofs import LIMIT_S, PATIENT_S, Proof, Tried, handed_over, read, tried

pytestmark = pytest.mark.xdist_group("drivers")
ABLE = {"ssl-request-direct-only": "psql 17"}
"""Where the file's own client is too old for the fix: `sslnegotiation` came with libpq 17."""
CONFIRMED = tuple(slug for slug in faults.slugs() if faults.load(slug).expect.fix)


def _shown_by(slug: str) -> str:
    seen = faults.load(slug).seen
    return seen.client if seen else ""


@pytest.fixture(scope="module")
def started(request: pytest.FixtureRequest, by_fork: None) -> Iterator[Callable[[str], Tried]]:
    """The faults of the chosen cases begin side by side."""
    cases = (case for case in request.session.items if "started" in getattr(case, "fixturenames", ()))
    chosen = {case.callspec.params["slug"] for case in cases}  # type: ignore[attr-defined]
    possible = [faults.load(slug) for slug in CONFIRMED if slug in chosen and not _lacking(slug)]
    with Matrix() as matrix:
        futures: dict[str, Future[Tried]] = matrix.each(possible, _put_to_its_client)
        yield lambda slug: futures[slug].result()


@pytest.mark.sampled(by=lambda slug: {faults.load(slug).expect.stage, _shown_by(slug)})
@pytest.mark.parametrize("slug", CONFIRMED)
def test_what_is_confirmed_lets_the_real_client_in(slug: str, started: Callable[[str], Tried]) -> None:
    parts.permitted(_lacking(slug))
    result = started(slug)
    assert not result.before.connected, "it connects without any fix"
    assert faults.load(slug).expect.fix in {proof.fix for proof in result.proofs}
    for proof in result.proofs:
        assert proof.verification is Verification.CONFIRMED
        assert proof.agree, f"{proof.fix}: the edit, followed, gives another string than the one that is printed"
        assert proof.attempts, f"{proof.fix}: there is nothing to paste"
        assert all(each.connected for each in proof.attempts), (proof.fix, proof.attempts)


def _put_to_its_client(stage: Scene) -> Tried:
    client, report = _client(stage.fault), trial.diagnose(stage).report
    if stage.fault.endpoint.get("wake_s"):
        return _asleep_each_time(stage.fault, client, report)
    return tried(stage, client, report, only_confirmed=True)


def _asleep_each_time(fault: Fault, client: RealClient, report: Report) -> Tried:
    """The first to connect wakes the compute for all who come after: each attempt has a stage of its own."""
    with staged(fault) as stage:
        before = attempt(stage, client, handed_over(read(stage)), {}, LIMIT_S)
    proofs = []
    for fix in (each for finding in report.findings for each in finding.fixes):
        if fix.verification is Verification.CONFIRMED:
            with staged(fault) as stage:
                setup = edits.followed(fix.edit, edits.Setup(handed_over(read(stage))))
                assert setup is not None, fix.edit
                proofs.append(Proof(fix.id, fix.verification, (attempt(stage, client, setup.text, {}, PATIENT_S),)))
    return Tried(report, before, tuple(proofs))


def _client(fault: Fault) -> RealClient:
    """Raises `Missing`."""
    assert fault.seen is not None
    title = ABLE.get(fault.slug, fault.seen.client)
    if title not in SHOWN_BY:
        raise Missing(f"{title} is not among the clients of tests/drivers/clients.py")
    return SHOWN_BY[title]()


def _lacking(slug: str) -> str:
    """Why this machine cannot show it; empty if it can."""
    fault = faults.load(slug)
    try:
        _client(fault)
    except Missing as error:
        return str(error)
    return missing(fault)
