"""The soak: it counts, names what is not right, and explains each saved report again."""

from __future__ import annotations

import pytest

from benchmarks import soak


def test_answers_that_are_always_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.main(["--times", "2", "wrong-password", "settings-empty"]) == 0
    said = capsys.readouterr().out
    assert "4 answers, 2 of 2 faults always right" in said
    assert "nearest to their limits" in said


def test_a_fault_that_is_answered_in_two_ways_is_called_flaky(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = iter(["right", "the cause is wrong-password, and it says None"])
    monkeypatch.setattr(soak, "_answer", lambda matrix, started: (next(given), started.result().elapsed_s))
    assert soak.main(["--times", "2", "settings-empty"]) == 1
    said = capsys.readouterr().out
    assert "flaky: settings-empty\n     1 times  right\n     1 times  the cause is wrong-password" in said
