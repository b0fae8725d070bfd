"""What was built is used again only where nothing that went in, and nothing that came out, has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers import build
from tests.drivers.build import Recipe


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe that copies a file, built once; gives what came out."""
    (tmp_path / "sources/greeting").mkdir(parents=True)
    (tmp_path / "sources/greeting/text").write_text("hello")
    monkeypatch.setattr(build, "SOURCES", tmp_path / "sources")
    monkeypatch.setattr(build, "BUILT", tmp_path / "built")
    recipe = Recipe("greeting", (("cp", "text", "program"),), ("uname",))
    monkeypatch.setattr(build, "RECIPES", {"greeting": recipe})
    assert build.main([]) == 0
    return tmp_path / "built/greeting/program"


def test_a_second_time_nothing_is_done(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert build.main([]) == 0
    assert capsys.readouterr().out == "greeting: as it was\n"


def test_what_was_touched_since_is_built_anew(built: Path) -> None:
    built.write_text("something else")
    assert build.main([]) == 0
    assert built.read_text() == "hello"


def test_other_sources_are_built_anew(built: Path) -> None:
    (build.SOURCES / "greeting/text").write_text("good day")
    assert build.main([]) == 0
    assert built.read_text() == "good day"


def test_what_cannot_be_built_is_said_and_not_kept(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Recipe("greeting", (("cat", "missing"),), ("uname",))
    monkeypatch.setattr(build, "RECIPES", {"greeting": broken})
    assert build.main([]) == 1
    assert "missing: No such file" in capsys.readouterr().err
    assert build.main([]) == 1
