from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pgwhy.causes import FixKind
from pgwhy.engine.conclusion import conclude
from pgwhy.engine.explanation import Explanation, Hidden, explain
from pgwhy.engine.reports import of_text
from pgwhy.error_text import Origin
from pgwhy.finding import Evidence
from pgwhy.machine import Machine
from pgwhy.manual.why_not_page import page
from pgwhy.probes import VOCABULARY as SHIPPED_VOCABULARY
from pgwhy.rulebook.book import from_folders
from pgwhy.rulebook.wording import MAX_CHARACTERS
from tests.small_rules import VOCABULARY, write_rule


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return tmp_path


def explained(rules: Path, **given: dict[str, Any]) -> Explanation:
    return explain(VOCABULARY.observations(given), from_folders(VOCABULARY, rules))


def told(explanation: Explanation) -> list[str]:
    return [finding.rule for finding in explanation.findings]


def test_a_finding_is_worded_and_rests_on_the_facts_that_made_it_hold(rules: Path) -> None:
    write_rule(
        rules,
        "tls/expired",
        "tls.trust = 'expired'\ntls.expires_in_days = { below = 0 }\ntarget.problems = { lacks = 'quoted' }",
        title='"the certificate of {target.host} has expired"',
        references='["https://example.com/expired"]',
    )
    (finding,) = explained(
        rules,
        tls={"trust": "expired", "expires_in_days": -3.0, "sni_sent": True},
        target={"host": "db.example.com", "problems": ["empty"]},
    ).findings
    assert finding.title == "the certificate of db.example.com has expired"
    assert finding.evidence == (
        Evidence("tls.trust", "expired"),
        Evidence("tls.expires_in_days", -3.0),
        Evidence("target.problems", ["empty"]),
    )
    assert finding.references == ("https://example.com/expired",)
    assert finding.origin is Origin.OBSERVED


def test_what_rests_on_a_reported_text_is_reported(rules: Path) -> None:
    write_rule(rules, "tls/text", "error.message = { contains = 'expired' }")
    for origin in Origin:
        (finding,) = explained(rules, error={"message": "it has expired", "origin": origin}).findings
        assert finding.origin is origin


def test_a_long_text_is_evidence_only_around_what_matched(rules: Path) -> None:
    write_rule(rules, "tls/text", "error.message = { contains = 'has  expired' }")
    message = "filler line\n" * 10_000 + "certificate has\nexpired\n" + "more lines\n" * 5_000
    (finding,) = explained(rules, error={"message": message, "origin": "reported"}).findings
    assert "certificate has expired" in finding.evidence[0].value
    assert len(finding.evidence[0].value) <= MAX_CHARACTERS + 6


def test_errors_come_before_warnings_and_the_earliest_stage_first(rules: Path) -> None:
    write_rule(rules, "a/note", "tls.sni_sent = false", severity='"note"')
    write_rule(rules, "b/late", "tls.sni_sent = false", stage='"auth"')
    write_rule(rules, "c/early", "tls.sni_sent = false", stage='"tcp"')
    write_rule(rules, "d/warning", "tls.sni_sent = false", severity='"warning"', stage='"config"')
    assert told(explained(rules, tls={"sni_sent": False})) == ["c/early", "b/late", "d/warning", "a/note"]


def test_among_equals_the_rule_with_more_tests_is_told_first(rules: Path) -> None:
    write_rule(rules, "a/general", "tls.sni_sent = false")
    write_rule(rules, "b/special", "tls.sni_sent = false\ntls.trust = 'expired'", cause='"unknown-ca"')
    assert told(explained(rules, tls={"sni_sent": False, "trust": "expired"})) == ["b/special", "a/general"]


def test_a_superseded_rule_is_hidden_only_while_the_other_holds(rules: Path) -> None:
    write_rule(rules, "a/general", "tls.sni_sent = false", stage='"config"')
    write_rule(rules, "b/special", "tls.trust = 'expired'", supersedes='["a/general"]')
    both = explained(rules, tls={"sni_sent": False, "trust": "expired"})
    assert (told(both), both.hidden) == (["b/special"], (Hidden("a/general", "b/special"),))
    one = explained(rules, tls={"sni_sent": False, "trust": "trusted"})
    assert (told(one), one.hidden) == (["a/general"], ())


def test_with_a_reported_text_the_users_client_comes_before_what_is_seen_from_here(rules: Path) -> None:
    write_rule(rules, "a/here", "tls.sni_sent = false", stage='"dns"')
    write_rule(rules, "b/settings", "target.port = 1", stage='"tcp"')
    write_rule(rules, "c/text", "error.message = { contains = 'expired' }")
    seen: dict[str, dict[str, Any]] = {"tls": {"sni_sent": False}, "target": {"port": 1}}
    reported = explained(rules, **seen, error={"message": "expired", "origin": "reported"})
    observed = explained(rules, **seen, error={"message": "expired", "origin": "observed"})
    assert told(reported) == ["b/settings", "c/text", "a/here"]
    assert told(observed) == ["a/here", "b/settings", "c/text"]


FIXES = """
[fix.work-around]
kind = "workaround"
title = "go around it"

[fix.perhaps]
kind = "repair"
title = "only if it has expired"
for = { tls.trust = "expired" }

[fix.others]
kind = "repair"
title = "for others"
for = { tls.sni_sent = true }

[fix.rewrite]
kind = "repair"
title = "name {target.endpoint}"
change = { add_option = "endpoint={target.endpoint}", set = { sslmode = "require" }, remove = ["sslsni"] }
expect = { tls.trust = "trusted" }
"""


def test_fixes_are_offered_to_whom_they_fit_repairs_first_and_doubtful_ones_last(rules: Path) -> None:
    write_rule(rules, "tls/one", "tls.sni_sent = false", rest=FIXES)
    (finding,) = explained(rules, tls={"sni_sent": False}, target={"host": "ep-one.example.com"}).findings
    assert [fix.id for fix in finding.fixes] == ["rewrite", "work-around", "perhaps"]
    rewrite = finding.fixes[0]
    assert (rewrite.kind, rewrite.title) == (FixKind.REPAIR, "name ep-one")
    assert rewrite.change == {
        "add_option": "endpoint=ep-one",
        "set": {"sslmode": "require"},
        "remove": ["sslsni"],
    }
    assert finding.fixes[1].change is None


def test_a_change_that_needs_an_unknown_fact_is_not_tried_and_says_why(rules: Path) -> None:
    write_rule(rules, "tls/one", "tls.sni_sent = false", rest=FIXES)
    (finding,) = explained(rules, tls={"sni_sent": False}).findings
    rewrite = finding.fixes[0]
    assert (rewrite.title, rewrite.change) == ("name <endpoint>", None)
    assert rewrite.note == "not known here: target.endpoint"


def test_doubts_are_errors_for_which_something_speaks_with_what_would_settle_them(rules: Path) -> None:
    write_rule(rules, "a/two-missing", "tls.sni_sent = false\ntls.trust = 'expired'\ntarget.port = 1")
    write_rule(rules, "b/one-missing", "tls.sni_sent = false\ntls.trust = 'expired'")
    write_rule(rules, "c/nothing-speaks", "tls.trust = 'expired'")
    write_rule(rules, "d/warning", "tls.sni_sent = false\ntls.trust = 'expired'", severity='"warning"')
    write_rule(rules, "e/no", "tls.sni_sent = true\ntls.trust = 'expired'")
    doubts = explained(rules, tls={"sni_sent": False}).doubts
    assert [(doubt.rule, doubt.missing) for doubt in doubts] == [
        ("b/one-missing", ("tls.trust",)),
        ("a/two-missing", ("tls.trust", "target.port")),
    ]


def test_with_an_error_found_there_are_no_doubts(rules: Path) -> None:
    write_rule(rules, "a/open", "tls.sni_sent = false\ntls.trust = 'expired'")
    write_rule(rules, "b/found", "tls.sni_sent = false")
    assert explained(rules, tls={"sni_sent": False}).doubts == ()


def test_a_stage_that_the_run_has_passed_is_not_in_doubt(rules: Path) -> None:
    write_rule(rules, "a/name", "tls.sni_sent = false\ntls.trust = 'expired'", cause='"dns-not-found"')
    seen: dict[str, dict[str, Any]] = {"tls": {"sni_sent": False}, "dns": {"outcome": "found"}}
    assert explained(rules, **seen).doubts == ()
    assert len(explained(rules, **seen, error={"message": "x", "origin": "reported"}).doubts) == 1


@pytest.mark.parametrize(
    ("login", "doubted"),
    [
        ({"outcome": "not-tried", "not_tried_because": "oauth-taken"}, []),
        ({"outcome": "refused"}, ["a/open"]),
    ],
)
def test_where_nothing_failed_nothing_is_called_possible(
    rules: Path, login: dict[str, Any], doubted: list[str]
) -> None:
    write_rule(rules, "a/open", "startup.reached = 'auth'\nsession.usable = false", cause='"wrong-password"')
    given = {"startup": {"reached": "auth"}, "authentication": login}
    concluded = conclude(SHIPPED_VOCABULARY.observations(given), from_folders(SHIPPED_VOCABULARY, rules))
    assert [doubt.rule for doubt in concluded.doubts] == doubted


def test_which_client_it_is_speaks_for_no_cause() -> None:
    report = of_text("psycopg2.OperationalError", Machine.here())
    assert report.observations.get("client.family") == "libpq"
    assert report.fits == ()


def test_why_not_says_what_is_not_told_in_a_text_about_another_service(rules: Path) -> None:
    write_rule(rules, "a/words", "error.message = { contains = 'refused' }")
    rulebook = from_folders(VOCABULARY, rules)
    given = {"message": "redis: connection refused", "about_another_service": True}
    seen = VOCABULARY.observations({"error": given})
    told = page(rulebook.rules[0], seen, rulebook, 100)
    assert told.startswith("a/words: yes") and "not told: the text is about another service" in told


@pytest.mark.parametrize(
    "text",
    [
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
        "MongoServerSelectionError: connect ECONNREFUSED 127.0.0.1:27017",
        "curl: (28) Connection timed out after 5000 milliseconds",
    ],
)
def test_a_text_about_another_service_is_said_to_be_one(text: str) -> None:
    report = of_text(text, Machine.here())
    assert (report.verdict.status, report.verdict.cause, report.fits) == ("unknown", None, ())
    assert report.verdict.summary == "The text is about another service, not about Postgres."
    assert [step.command for step in report.verdict.next] == ["pgwhy"]


def test_nothing_observed_is_nothing_found(rules: Path) -> None:
    write_rule(rules, "a/one", "tls.sni_sent = false")
    explanation = explained(rules)
    assert (explanation.findings, explanation.doubts, explanation.hidden) == ((), (), ())
