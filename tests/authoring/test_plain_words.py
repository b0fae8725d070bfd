"""The words of the house: none of those that trip a reader is on a page or in a rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.authoring.plain_words import remarks
from pgwhy.cli import COMMANDS, run
from tests.plain_text import PAGES, ROOT, SOURCES, of_python

AVOIDED = (
    "Copy it anew.",
    "It is mended since.",
    "Mostly the clock is wrong.",
    "This form takes no password.",
    "The server takes connections.",
    "It does not take TLS.",
    "It is taken for the host.",
    "What stands there is not Postgres.",
    "The server says no.",
    "The password is not the point.",
    "It closes without a word.",
    "Ask whoever runs it.",
    "Somebody between reads along.",
    "It is a matter of time.",
    "Written as it is meant.",
    "What became of the held.",
)
PROPER = (
    "The setting takes effect at once and takes place now; it does not take long, nor take the place.",
    "It takes 15 seconds. %3D stands for =. What stands out is the port.",
    "We recommend to amend it. The command says no more. Most of it is data.",
    "At the point where TLS begins; from the point of view of the client.",
    "The server sends `takes no`.\n```\nmostly anew\n```\nSee https://example.com/anew",
    "the told story, the hidden files",
    "    a command that takes no argument",
)


@pytest.mark.parametrize("text", AVOIDED)
def test_a_word_that_trips_a_reader_is_named_with_a_better_one(text: str) -> None:
    (remark,) = remarks(text)
    word, _, better = remark.partition(": write ")
    assert word.strip('"').lower() in text.lower() and better


@pytest.mark.parametrize("text", PROPER)
def test_proper_english_and_code_are_left_alone(text: str) -> None:
    assert remarks(text) == []


def test_each_place_is_named_once_in_order() -> None:
    assert [remark.partition(":")[0] for remark in remarks("Mostly\nanew, and mostly.")] == [
        '"Mostly"',
        '"anew"',
        '"mostly"',
    ]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_no_page_has_such_a_word(page: Path) -> None:
    assert remarks((ROOT / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_no_docstring_message_or_comment_has_such_a_word(source: Path) -> None:
    assert [remark for text in of_python(ROOT / source) for remark in remarks(text)] == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_help_has_such_a_word(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "--help"]) == 0
    shown = capfd.readouterr().out
    assert "Usage:" in shown
    # Help is indented, which is a block of code in Markdown.
    assert remarks(" ".join(shown.split())) == []


def test_a_source_is_read_with_its_docstrings_texts_and_comments(tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text('"""Mostly so."""\n\nX = f"copy {1} anew"  # it stands here\n', encoding="utf-8")
    assert sorted(remark for text in of_python(source) for remark in remarks(text)) == [
        '"Mostly": write usually',
        '"anew": write again, or new',
        '"stands": write is',
    ]
