"""Two runs side by side: where they part, what differs, and what each run has of its own."""

import pytest

from pgwhy.comparison.difference import compare
from pgwhy.probes import VOCABULARY
from pgwhy.report.document import from_json, to_json
from tests.report.scenarios import SLUGS, recorded


def changed(slug, record, **facts):
    """A recorded run in which a record says something else."""
    document = to_json(recorded(slug))
    document["observations"][record] |= facts
    return from_json(document, VOCABULARY)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_run_beside_itself_differs_in_nothing(slug):
    found = compare(recorded(slug), recorded(slug), VOCABULARY)
    assert not found.parts
    assert (found.stage, found.differences, found.incidental, found.explained_by) == (None, (), (), None)


def test_the_first_stage_that_went_differently_is_where_they_part():
    found = compare(recorded("lab-healthy-sni"), recorded("lab-no-sni"), VOCABULARY)
    assert found.parts
    assert found.stage == "startup"
    assert found.explained_by is not None and found.explained_by.cause == "sni-missing"
    assert found.failing == "right"


def test_what_the_rule_rests_on_comes_first():
    found = compare(recorded("lab-healthy-sni"), recorded("lab-no-sni"), VOCABULARY)
    explaining = [each.fact for each in found.differences if each.explains]
    assert "client.sends_sni" in explaining
    assert [each.fact for each in found.differences[: len(explaining)]] == explaining


def test_it_is_the_same_story_from_the_other_side():
    there = compare(recorded("lab-healthy-sni"), recorded("lab-no-sni"), VOCABULARY)
    back = compare(recorded("lab-no-sni"), recorded("lab-healthy-sni"), VOCABULARY)
    assert (back.stage, back.explained_by, back.failing) == (there.stage, there.explained_by, "left")
    assert {each.fact for each in back.differences} == {each.fact for each in there.differences}


def test_of_two_that_fail_the_one_that_stops_earlier_is_explained():
    found = compare(recorded("lab-wrong-password"), recorded("lab-no-sni"), VOCABULARY)
    assert (found.stage, found.failing) == ("startup", "right")


@pytest.mark.parametrize(
    ("record", "facts"),
    [
        ("authentication", {"elapsed_ms": 999.0, "local": "10.0.0.9:50000"}),
        ("session", {"round_trip_ms": 99.0, "clock_offset_s": 1}),
        ("tls", {"handshake_ms": 99.0, "expires_in_days": 12.5}),
    ],
)
def test_times_and_ports_are_each_runs_own(record, facts):
    found = compare(recorded("healthy-neon"), changed("healthy-neon", record, **facts), VOCABULARY)
    assert found.differences == ()
    assert {each.fact for each in found.incidental} >= {f"{record}.{name}" for name in facts}


def test_other_addresses_of_one_pool_do_not_matter():
    other = changed("healthy-neon", "dns", addresses=["192.0.2.7"])
    found = compare(recorded("healthy-neon"), other, VOCABULARY)
    assert "dns.addresses" in {each.fact for each in found.incidental}


def test_another_certificate_under_another_address_matters():
    other = changed("healthy-neon", "dns", addresses=["192.0.2.7"])
    document = to_json(other)
    chain = document["observations"]["tls"]["chain"]
    chain[0] = {**chain[0], "fingerprint": "00" * 32, "der": ""}
    found = compare(recorded("healthy-neon"), from_json(document, VOCABULARY), VOCABULARY)
    assert {"dns.addresses", "tls.chain"} <= {each.fact for each in found.differences}


def test_what_only_one_run_got_to_see_follows_from_the_parting():
    found = compare(recorded("lab-healthy-sni"), recorded("lab-no-sni"), VOCABULARY)
    follows = {each.fact for each in found.differences if each.follows}
    assert "session.usable" in follows
    assert "startup.answer" not in follows


def test_a_setting_that_differs_is_told_although_both_connect():
    other = changed("healthy-neon", "target", sslmode="verify-full")
    found = compare(recorded("healthy-neon"), other, VOCABULARY)
    assert not found.parts and found.stage is None
    assert "target.sslmode" in {each.fact for each in found.differences}
