"""What a stage is: every fact and record that its row names exists, and has the values that the row asks for."""

from __future__ import annotations

import pytest

from pgwhy.causes import Cause
from pgwhy.facts import Observations
from pgwhy.probes import PROBES, STAGE_OF, VOCABULARY
from pgwhy.progress import NETWORK, Stage, last_text, passed, row, stopped_at

RECORDS = {probe.name for probe in PROBES}


@pytest.mark.parametrize("stage", Stage)
def test_the_facts_of_a_row_exist(stage: Stage) -> None:
    of = row(stage)
    assert of.record in {"", *RECORDS}
    for path in filter(None, (*of.outcomes, of.text)):
        assert path in VOCABULARY.facts
    for shown in (*of.passed, *of.past):
        fact = VOCABULARY.facts[shown.path]
        assert all(value in fact.choices or (fact.kind == "bool" and value is True) for value in shown.values)


def test_what_rules_a_cause_out_shows_that_its_stage_or_a_later_one_was_passed() -> None:
    shows = {shown.path: stage for stage in Stage for shown in row(stage).past}
    for cause in Cause:
        if path := cause.about.ruled_out_by:
            assert cause.about.stage is not None
            assert cause.about.stage.order <= shows[path].order


def test_no_two_stages_share_a_word_or_a_record() -> None:
    rows = [row(stage) for stage in Stage]
    for words in ([r.name for r in rows], [r.place for r in rows], [r.noun for r in rows]):
        assert len(set(words)) == len(words)
    records = [r.record for r in rows if r.record]
    assert len(set(records)) == len(records)


def test_nothing_observed_is_nothing_stopped_or_passed() -> None:
    assert stopped_at(Observations({})) is None
    assert passed(Observations({})) == 0
    assert last_text(Observations({})) == ""


def test_the_network_is_the_name_and_the_port() -> None:
    assert NETWORK == (Stage.DNS, Stage.TCP)
    assert Cause.DNS_NOT_FOUND.about.stage in NETWORK


def test_every_record_of_a_row_is_that_of_the_probe_of_its_stage() -> None:
    deciding = {probe.stage: probe.name for probe in PROBES if probe.decides}
    assert deciding == {stage: row(stage).record for stage in Stage if row(stage).record}
    assert STAGE_OF.keys() == VOCABULARY.records.keys()


def test_a_text_of_a_stage_that_the_run_got_past_ended_nothing() -> None:
    plain = {"tls": {"error_message": "unsupported frontend protocol"}, "startup": {"reached": "startup"}}
    assert last_text(VOCABULARY.observations(plain)) == "unsupported frontend protocol"
    assert last_text(VOCABULARY.observations(plain | {"startup": {"reached": "auth"}})) == ""


def test_the_text_of_a_later_stage_comes_first_and_that_of_the_settings_before_all() -> None:
    plain = {"startup": {"message": "first answer"}, "authentication": {"message": "login"}}
    assert last_text(VOCABULARY.observations(plain)) == "login"
    assert last_text(VOCABULARY.observations(plain | {"settings": {"client_refusal": "no"}})) == "no"
