"""Every documented failure has its rule and its proof, and the page says what the file says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgwhy import shipped
from pgwhy.authoring import coverage
from pgwhy.authoring.coverage import Coverage
from pgwhy.authoring.pages import coverage as coverage_page
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.book import Rulebook, RuleError, from_folders, load
from tests import small_rules

FOLDER = shipped.built_in()
CHECKOUT = FOLDER.parent
EXAMPLE = '[[example]]\nname = "it has expired"\n[example.given]\ntls.trust = "expired"\n'
ROW = '[part.a]\ntitle = "A"\nabout = "Of it."\n[[row]]\nid = "a/one"\nsays = "It says so."\nrules = ["tls/expired"]\n'
GONE = (
    "https://neon.com/docs/guides/prisma#connection-timeouts",
    "https://neon.com/docs/guides/prisma#connect-pooling-with-prisma-migrate",
)
"""Anchors to which the documentation itself still links."""


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load(VOCABULARY)


@pytest.fixture(scope="module")
def documented(rulebook: Rulebook) -> Coverage:
    return coverage.read(FOLDER, rulebook, coverage.fault_slugs(), CHECKOUT)


def test_every_row_has_a_rule_and_a_proof_that_exist(documented: Coverage) -> None:
    assert len(documented.rows) >= 130
    assert {part.id for part in documented.parts} == {row.part for row in documented.rows}


def test_every_link_of_the_page_leads_to_a_file(documented: Coverage) -> None:
    links = re.findall(r"\]\((\.\./[^)]*)\)", coverage_page.page(documented))
    assert len(links) > 300
    assert [link for link in links if not (CHECKOUT / "docs" / link).is_file()] == []


def test_every_fault_of_neons_is_the_proof_of_a_row(documented: Coverage) -> None:
    proofs = {fault for row in documented.rows for fault in row.faults}
    neon = {slug for slug in coverage.fault_slugs() if slug.startswith("neon-")}
    # Two are of other stages: a compute that sleeps on, and the host of another service.
    assert neon - proofs <= {"neon-cold-start-20s", "neon-api-host", "neon-alias-hostaddr-hidden"}


def test_no_rule_links_to_an_anchor_that_is_gone(rulebook: Rulebook, documented: Coverage) -> None:
    linked = {url for rule in rulebook for url in rule.references} | {row.page for row in documented.rows}
    assert linked.isdisjoint(GONE)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ROW, 'row "a/one": has no proof: a fault of the lab, a rule\'s example or a test'),
        (ROW.replace("tls/expired", "tls/expird"), 'rules: no rule "tls/expird"; did you mean "tls/expired"?'),
        (ROW.replace('["tls/expired"]', "[]"), "rules: names no rule: who finds it?"),
        (ROW + 'faults = ["no-sny"]', 'faults: no fault "no-sny"; did you mean "no-sni"?'),
        (ROW + 'examples = ["tls/expired: it expired"]', 'has no example "it expired"; did you mean "it has expired"?'),
        (ROW + 'examples = ["tls/expird: it has expired"]', 'examples: no rule "tls/expird"'),
        (ROW + 'tests = ["tests/rules/test_coverage.py::test_nothing"]', "tests: no test tests/rules/test_coverage.py"),
        (ROW + 'fault = ["no-sni"]', 'fault: unknown key; did you mean "faults"?'),
        (ROW + 'faults = "no-sni"', "faults: is of another kind"),
        (ROW + "faults = [1]", "faults: is a list of texts"),
        (ROW + 'page = "http://example.com"', "page: http://example.com is no https address"),
        (ROW.replace("a/one", "b/one"), 'id: no part "b"'),
        (ROW.replace('says = "It says so."\n', ""), "says: missing"),
        (ROW + 'faults = ["no-sni"]\n' + ROW.partition('Of it."\n')[2] + 'faults = ["no-sni"]', "is there twice"),
        (ROW + "faults = [", "not TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_near_word(tmp_path: Path, text: str, says: str) -> None:
    small_rules.write_rule(tmp_path, "tls/expired", "tls.trust = 'expired'", rest=EXAMPLE)
    small = from_folders(small_rules.VOCABULARY, tmp_path)
    (tmp_path / "coverage.toml").write_text(text, "utf-8")
    with pytest.raises(RuleError) as wrong:
        coverage.read(tmp_path, small, {"no-sni"}, CHECKOUT)
    assert any(says in str(problem) for problem in wrong.value.problems), str(wrong.value)
