"""Every page of the repository that is generated from the rules and from the package. Adding one = a line in `PAGES`.

What is generated from the tests is in `tests/pages.py`, as the package does not know them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pgwhy.authoring import coverage
from pgwhy.authoring.pages import clients, handbook, rules_readme
from pgwhy.authoring.pages import coverage as coverage_page
from pgwhy.authoring.pages.generated import Generated
from pgwhy.probes import VOCABULARY
from pgwhy.rulebook.book import Rulebook, from_folders
from pgwhy.target.editing.repair import REPAIRS


@lru_cache(maxsize=1)
def _rules(checkout: Path) -> Rulebook:
    """The rules as their files say, not as they were compiled. Raises `RuleError`."""
    return from_folders(VOCABULARY, checkout / "rules", repairs=frozenset(REPAIRS))


def _readme(checkout: Path) -> Mapping[str, str]:
    before = (checkout / "rules" / "README.md").read_text(encoding="utf-8")
    return {"rules/README.md": rules_readme.refreshed(_rules(checkout), before)}


def _handbook(checkout: Path) -> Mapping[str, str]:
    return {f"docs/rules/{name}": text for name, text in handbook.pages(_rules(checkout)).items()}


def _coverage(checkout: Path) -> Mapping[str, str]:
    documented = coverage.read(checkout / "rules", _rules(checkout), coverage.fault_slugs(), checkout)
    return {"docs/coverage.md": coverage_page.page(documented)}


PAGES = (
    Generated("rules/README.md", _readme),
    Generated("docs/rules/*.md", _handbook),
    Generated("docs/coverage.md", _coverage),
    Generated("docs/clients.md", lambda _: {"docs/clients.md": clients.page()}),
)
