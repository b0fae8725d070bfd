"""What is generated is what its source says, one command writes all of it, and nothing else writes any of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pgwhy import shipped
from pgwhy.authoring import lint
from pgwhy.authoring.page_list import PAGES
from pgwhy.authoring.pages import generated
from pgwhy.authoring.pages.generated import Generated
from pgwhy.rulebook import compiled
from tests import pages

ROOT = pages.ROOT
EVERY = {each.pattern: each for each in (*PAGES, *pages.PAGES)}


@pytest.mark.parametrize("pattern", EVERY)
def test_no_page_is_stale(pattern: str) -> None:
    assert generated.stale([EVERY[pattern]], ROOT) == []


def test_every_page_that_says_it_is_generated_is_in_a_list() -> None:
    """And says it in the same words."""
    texts = {path: path.read_text("utf-8") for path in (*ROOT.glob("docs/**/*.md"), *ROOT.glob("rules/*.md"))}
    named = {path for path, text in texts.items() if "<!-- generated" in text}
    known = {path for pattern in EVERY for path in ROOT.glob(pattern)}
    assert named == {path for path in known if path.suffix == ".md"}
    assert [path for path in named if "by `make pages`; do not edit" not in texts[path]] == []


def test_what_is_stale_is_named_written_and_removed(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "same.md").write_text("as it is\n")
    (tmp_path / "made" / "old.md").write_text("before\n")
    (tmp_path / "made" / "gone.md").write_text("nothing generates it\n")
    (tmp_path / "made" / "other.txt").write_text("of somebody else\n")
    wanted = {"made/same.md": "as it is\n", "made/old.md": "after\n", "made/new.md": "new\n"}
    each = Generated("made/*.md", lambda _: wanted)
    assert generated.stale([each], tmp_path) == [
        f"made/{name}.md is stale: make pages" for name in ("gone", "new", "old")
    ]
    assert generated.write([each], tmp_path) == ["made/gone.md", "made/new.md", "made/old.md"]
    assert generated.stale([each], tmp_path) == []
    assert {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.md")} == wanted
    assert (tmp_path / "made" / "other.txt").exists()


@pytest.mark.full
def test_the_linter_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where a page is stale nor where the rules are not compiled."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    readme = tmp_path / "rules" / "README.md"
    readme.write_text(readme.read_text("utf-8") + "| stale |\n", encoding="utf-8")
    (tmp_path / "docs" / "coverage.md").unlink()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(shipped, "built_in", lambda: tmp_path / "rules")
    monkeypatch.setattr(compiled, "compile_folder", lambda *_: pytest.fail("the linter compiles"))
    assert lint.main() == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
