"""docs/rules: what is generated from the rules is what stands there."""

from __future__ import annotations

import re
from pathlib import Path

from pgwhy.authoring.pages import handbook
from pgwhy.engine import reports
from pgwhy.rulebook.book import from_folders
from tests.small_rules import VOCABULARY, write_rule

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
RULES = reports.all_rules()


def test_the_pages_are_not_stale() -> None:
    assert handbook.stale(RULES, FOLDER) == [], "run python -m pgwhy.authoring.lint"


def test_every_rule_has_a_heading_and_every_link_leads_to_one() -> None:
    pages = handbook.pages(RULES)
    headings = {
        f"{name}#{re.sub(r'[^a-z0-9-]', '', heading)}"
        for name, text in pages.items()
        for heading in re.findall(r"^## ([a-z0-9/-]+)$", text, re.MULTILINE)
    }
    links = {link for text in pages.values() for link in re.findall(r"\]\(([a-z]+\.md#[a-z0-9-]+)\)", text)}
    assert links == headings == {handbook.link(rule) for rule in RULES}


def test_pages_are_written_when_stale_and_removed_when_no_rule_is_on_them(tmp_path: Path) -> None:
    write_rule(tmp_path / "rules", "tls/expired", "tls.trust = 'expired'")
    rules = from_folders(VOCABULARY, tmp_path / "rules")
    docs = tmp_path / "docs"
    assert handbook.stale(rules, docs) == ["README.md", "tls.md"]
    docs.mkdir()
    (docs / "dns.md").write_text("of a rule that has gone")
    handbook.refresh(rules, docs)
    assert handbook.stale(rules, docs) == [] and not (docs / "dns.md").exists()
    before = (docs / "tls.md").read_text()
    handbook.refresh(rules, docs)
    assert (docs / "tls.md").read_text() == before
