"""The demonstration: what a newcomer sees first."""

from __future__ import annotations

import pytest

from pgwhy.lab import demo


@pytest.fixture(scope="module")
def shown() -> tuple[int, str]:
    """The exit status and everything that was written."""
    lines: list[str] = []
    status = demo.main(lines.append)
    return status, "".join(lines)


def test_the_demo_finds_all_four_causes_and_confirms_three_fixes(shown: tuple[int, str]) -> None:
    status, text = shown
    assert status == 0, text
    assert "4 of 4 causes found" in text
    assert text.count("       CONFIRMED") >= 3


def test_the_demo_shows_no_password(shown: tuple[int, str]) -> None:
    assert "npg_" not in shown[1]


def test_the_demo_fits_a_terminal(shown: tuple[int, str]) -> None:
    commands = [line for line in shown[1].splitlines() if line.startswith("$ ")]
    assert len(commands) == 4
    assert max(len(line) for line in shown[1].splitlines() if line not in commands) <= 80


def test_the_demo_needs_nothing_but_ascii() -> None:
    lines: list[str] = []
    demo.main(lines.append, unicode=False)
    assert "".join(lines).isascii()
