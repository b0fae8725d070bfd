"""A stage that the ladder has no words for has those of its row."""

from __future__ import annotations

import pytest

from pgwhy.probes import VOCABULARY
from pgwhy.progress import Stage, row
from pgwhy.report import ladder
from pgwhy.report.ladder.rung import Mark

RUN = {"settings": {"readable": True}, "dns": {"outcome": "found"}, "tcp": {"outcome": "none"}}


def test_the_rungs_of_a_stage_without_a_function_come_from_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "_OF_STAGE", {})
    found = ladder.rungs(VOCABULARY.observations(RUN))
    assert [(rung.mark, rung.stage) for rung in found] == [(Mark.OK, Stage.DNS), (Mark.FAIL, Stage.TCP)]
    assert found[-1].text == row(Stage.TCP).still_stopped


def test_such_a_stage_shows_the_server_s_own_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "_OF_STAGE", {})
    run = {"startup": {"reached": "startup", "message": "FATAL:  no such team"}}
    assert ladder.rungs(VOCABULARY.observations(run))[0].text == "no such team"
