"""Every fault: its file is in order, it was shown true by a real client, and it is diagnosed as it expects."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwhy.causes import Cause
from pgwhy.engine import reports
from pgwhy.finding import Status
from pgwhy.lab.faults import faults
from pgwhy.lab.faults.fault import LIMIT_S
from pgwhy.lab.faults.stage import missing
from pgwhy.lab.faults.trial import Trial
from pgwhy.lab.neon import messages
from tests import parts, sampling

RULES = reports.all_rules()
NOT_SHOWN = ("healthy-npgsql", "healthy-npgsql-pool", "healthy-npgsql-verify-full")
"""No .NET runtime is to be had on the machines that test this: the strings are read by their grammar alone."""
NO_FAULT = (
    Cause.SERVER_DID_NOT_START,
    Cause.LOCAL_PORTS_EXHAUSTED,
    Cause.SERVER_MESSAGE_UNDECODABLE,
)
"""Of a server that did not start a client sees that nothing accepts its connection, which is a fault of its own: only
the server's log says why. That a machine has no free ports is seen by the failing client alone.
A message is undecodable where the server runs under another language and encoding than the client: only a text of one
client (psycopg 2) shows that. These are broken for real in test_seen_by_one_side.py.
"""
BLACK_HOLES = (
    "tcp-dropped",
    "tcp-dropped-all",
    "tcp-full-backlog",
    "tcp-blackhole-route",
    "dns-private-address-dropped",
)
SILENT = ("tcp-accepted-silent", "tls-stalls", "not-postgres-redis", "tcp-path-mtu", "tcp-path-mtu-both-ways")
DEMO = ("no-sni", "plaintext", "wrong-password", "option-contradicts-host")


def test_the_demo_has_its_four_faults() -> None:
    assert [faults.load(slug).expect.cause for slug in DEMO] == [
        "sni-missing",
        "ssl-required",
        "wrong-password",
        "endpoint-mismatch",
    ]


def test_there_are_enough_faults() -> None:
    healthy = [slug for slug in faults.slugs() if slug.startswith("healthy-")]
    assert len(healthy) >= 80
    assert len(faults.slugs()) - len(healthy) >= 280


def test_every_cause_has_a_fault_and_so_has_every_message_of_the_gateway() -> None:
    every = [faults.load(slug) for slug in faults.slugs()]
    shown = {fault.expect.cause for fault in every}.union(*(fault.expect.warns for fault in every))
    assert set(Cause) - shown == set(NO_FAULT)
    refused = {fault.content.get("world", {}).get("endpoint", {}).get("refuse_with") for fault in every}
    assert set(messages.ON_DEMAND) <= refused


@pytest.mark.parametrize(("slugs", "limit_s"), [(BLACK_HOLES, 3.5), (SILENT, 6.0), (faults.slugs(), LIMIT_S)])
def test_how_long_an_answer_may_take_by_default(slugs: tuple[str, ...], limit_s: float) -> None:
    """The trial of each is late beyond what its file allows; here it is that no file allows more."""
    for fault in map(faults.load, slugs):
        assert fault.expect.limit_s <= limit_s, fault.slug
        assert limit_s == LIMIT_S or "--timeout" not in fault.options, fault.slug


@pytest.mark.parametrize("slug", faults.slugs())
def test_a_file_is_named_for_what_it_expects_and_shown_true_by_a_real_client(slug: str) -> None:
    fault = faults.load(slug)
    connects = fault.expect.status is not Status.FAILS
    # A fault can let the client in: a parameter that was dropped silently, a text that is about SQL.
    told = bool(fault.expect.warns) or fault.expect.cause is not None
    assert connects if slug.startswith("healthy-") else told or not connects
    assert fault.seen is not None or slug in NOT_SHOWN, f"pgwhy lab record {slug}"


@pytest.mark.xdist_group("faults")
@pytest.mark.sampled(by=lambda slug: sampling.of_a_fault(faults.load(slug).content))
@pytest.mark.parametrize("slug", faults.slugs())
def test_a_fault_is_diagnosed_as_its_file_expects(slug: str, trial_of: Callable[[str], Trial]) -> None:
    parts.permitted(missing(faults.load(slug)))
    trial = trial_of(slug)
    assert trial.mistakes == ()
    again = reports.of_saved(trial.report, RULES).verdict
    assert (again.cause, again.stage, again.status) == (
        trial.fault.expect.cause,
        trial.report.verdict.stage,
        trial.report.verdict.status,
    )
