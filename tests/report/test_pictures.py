"""The pictures of the README are those of today's pages: `make pictures` draws them anew."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from pgwhy.report import text as terminal
from tests.browser import shown
from tests.report import session
from tests.report.pictures import BROWSERS, FOLDER, TERMINALS
from tests.report.scenarios import recorded

ESCAPE = r"\x1b\[[\d;]*m"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", TERMINALS)
def test_the_picture_shows_the_page_and_loads_nothing(name):
    scenario, typed = TERMINALS[name]
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    shown = re.sub(r"\s+", "", "".join(part.text or "" for part in root.iter(f"{SVG}text")))
    assert shown == re.sub(r"\s+", "", f"$ {typed}{terminal.page(recorded(scenario), 80)}")
    assert not re.search(r"(?:href|src|url\()", text) and "@import" not in text


def test_the_pictures_of_the_browser_are_kept_small():
    kept = sorted(FOLDER.glob("*.png"))
    assert [file.stem for file in kept] == sorted(BROWSERS)
    assert all(file.read_bytes().startswith(b"\x89PNG") and file.stat().st_size < 250_000 for file in kept)


def test_the_session_is_the_one_that_was_recorded_and_takes_about_twenty_seconds():
    text = (FOLDER / "session.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    scenes = session.recorded()
    shown = re.sub(r"\s+", "", "".join(part.text or "" for part in root.iter(f"{SVG}text")))
    printed = "".join(f"$ {scene.typed}{re.sub(ESCAPE, '', scene.printed)}" for scene in scenes)
    assert shown == re.sub(r"\s+", "", printed)
    assert "CONFIRMED" in scenes[1].printed and "CONNECTS" in scenes[3].printed
    assert 15 < float(re.search(r"animation: ([\d.]+)s", text)[1]) < 35
    assert not re.search(r"(?:href|src|url\()", text) and "@import" not in text


def test_the_session_moves_in_a_browser(browser):
    with shown(browser, FOLDER / "session.svg", 800) as seen:
        seen.page.evaluate("document.getAnimations().forEach((one) => { one.pause(); one.currentTime = 1000 })")
        first = seen.page.screenshot()
        seen.page.evaluate("document.getAnimations().forEach((one) => { one.currentTime = 8000 })")
        assert first != seen.page.screenshot() and seen.console == []
