"""docs/rules: what is generated from the rules is what stands there."""

from __future__ import annotations

import re
from pathlib import Path

from pgwhy.authoring.pages import handbook
from pgwhy.engine import reports

FOLDER = Path(__file__).parents[2] / "docs" / "rules"
RULES = reports.all_rules()


def test_every_rule_has_a_heading_and_every_link_leads_to_one() -> None:
    pages = handbook.pages(RULES)
    headings = {
        f"{name}#{re.sub(r'[^a-z0-9-]', '', heading)}"
        for name, text in pages.items()
        for heading in re.findall(r"^## ([a-z0-9/-]+)$", text, re.MULTILINE)
    }
    links = {link for text in pages.values() for link in re.findall(r"\]\(([a-z]+\.md#[a-z0-9-]+)\)", text)}
    assert links == headings == {handbook.link(rule) for rule in RULES}
