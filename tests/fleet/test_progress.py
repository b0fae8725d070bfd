"""The line that says how far a fleet is: in a terminal alone, and gone at the end."""

from __future__ import annotations

import io

import pytest

from pgwhy.cli.progress import ProgressBar


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_line_says_how_much_is_done_how_fast_and_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    times = iter((0.0, 0.05, 10.0))
    out = Screen()
    bar = ProgressBar(out, 1000, 200, lambda: next(times))
    bar.show(201, 0)
    assert out.getvalue() == ""
    bar.show(400, 7)
    assert "[########            ]  40%  400 done, 7 fail, 20/s, 30 s left" in out.getvalue()
    bar.clear()
    assert out.getvalue().endswith("\r\x1b[K")


def test_without_a_terminal_nothing_is_shown_and_without_a_total_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    plain = io.StringIO()
    ProgressBar.here(plain, 10, 0).show(1, 0)
    assert plain.getvalue() == ""
    times, out = iter((0.0, 1.0)), Screen()
    ProgressBar(out, None, 0, lambda: next(times)).show(1234, 1)
    assert "1,234 done, 1 fail, 1234/s" in out.getvalue()
    assert max(map(len, out.getvalue().replace("\x1b[K", "").split("\r"))) < 40
