from __future__ import annotations

import dataclasses

import pytest

from pgwhy.engine import reports
from pgwhy.finding import Verification
from pgwhy.report import document
from tests.report.scenarios import SLUGS, recorded

RULES = reports.all_rules()


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug.startswith("lab-")])
def test_a_saved_run_that_is_asked_again_has_the_same_verdict(slug: str) -> None:
    then = recorded(slug)
    now = reports.of_saved(then, RULES)
    assert (now.verdict.status, now.verdict.cause, now.verdict.rule) == (
        then.verdict.status,
        then.verdict.cause,
        then.verdict.rule,
    )
    assert (now.report_id, now.started_at, now.observations) == (then.report_id, then.started_at, then.observations)


def test_what_became_of_a_fix_is_still_said_where_it_is_the_same_fix() -> None:
    then = recorded("lab-no-sni")
    confirmed = [fix.id for fix in then.findings[0].fixes if fix.verification is Verification.CONFIRMED]
    now = reports.of_saved(then, RULES)
    assert confirmed
    assert [fix.id for fix in now.findings[0].fixes if fix.verification is Verification.CONFIRMED] == confirmed
    assert all(fix.edit for fix in now.findings[0].fixes if fix.id in confirmed)


def test_todays_rules_are_named_and_what_they_did_not_see_is_kept() -> None:
    newer = {"comment": "of a newer version"}
    then = dataclasses.replace(recorded("lab-plaintext"), rules_digest="of long ago", version="0.0.1", extra=newer)
    now = reports.of_saved(then, RULES)
    assert now.rules_digest == RULES.digest
    assert document.to_json(now)["comment"] == "of a newer version"


def test_the_same_text_gives_the_same_verdict_saved_or_not() -> None:
    from pgwhy.machine import Machine

    told = reports.of_text('FATAL:  password authentication failed for user "alex"', Machine.here())
    assert reports.of_saved(told, RULES).verdict == told.verdict
