"""Reports as JSON: to the contract, and back without loss."""

import copy
import json
from dataclasses import fields

import jsonschema
import pytest

from pgwhy.finding import Report
from pgwhy.probes import VOCABULARY
from pgwhy.probes.tcp import Attempt
from pgwhy.report import document
from pgwhy.report.document import NotAReport, from_json, to_json
from pgwhy.report.schema import schema
from pgwhy.report.text import page
from tests.report.scenarios import FOLDER, SLUGS, recorded

SCHEMA = schema(VOCABULARY)


def saved(slug: str) -> dict:
    return json.loads((FOLDER / slug / "seen.json").read_text(encoding="utf-8"))


def as_old_as(old: dict, written: dict) -> dict:
    """What was written, without the facts and the ends of connections that came only after the old report."""
    observations = {
        record: {fact: value for fact, value in facts.items() if fact in old["observations"].get(record, {})}
        for record, facts in written["observations"].items()
    }
    spans = zip(old["timeline"], written["timeline"], strict=True)
    timeline = [{key: value for key, value in span.items() if key in before} for before, span in spans]
    return {**written, "observations": observations, "timeline": timeline}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_is_the_same_after_it_was_written_and_read(slug):
    once = to_json(recorded(slug))
    assert as_old_as(saved(slug), once) == saved(slug)
    assert to_json(from_json(json.loads(json.dumps(once)), VOCABULARY)) == once


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_follows_the_published_schema(slug):
    jsonschema.Draft202012Validator(SCHEMA).validate(to_json(recorded(slug)))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_says_what_every_fact_means():
    facts = [
        fact
        for record in SCHEMA["properties"]["observations"]["properties"].values()
        for fact in record["properties"].values()
    ]
    assert len(facts) == len(list(VOCABULARY))
    assert all(fact["description"] for fact in facts)


@pytest.mark.parametrize("path", [["verdict", "status"], ["findings", 0, "severity"], ["observations", "tls", "trust"]])
def test_the_schema_refuses_a_word_that_is_not_in_a_closed_set(path):
    changed = saved("sni-missing-elsewhere")
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = "splendid"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(changed)


def test_the_keys_of_the_contract_come_first_and_in_its_order():
    assert list(to_json(recorded("healthy-neon")))[:12] == [
        "schema", "report_id", "tool", "started_at", "duration_ms", "target", "tested_as", "verdict", "findings",
        "fits", "observations", "timeline",
    ]  # fmt: skip


def test_json_lines_is_one_line():
    text = document.to_line(recorded("sni-missing-elsewhere"))
    assert text.count("\n") == 1 and text.endswith("\n")
    assert json.loads(text) == to_json(recorded("sni-missing-elsewhere"))


def test_records_have_their_types_again():
    report = recorded("port-blocked")
    tcp = report.observations.records["tcp"]
    assert isinstance(tcp.attempts[0], Attempt)
    assert tcp.failure is tcp.attempts[0].failure
    assert page(report) == page(from_json(to_json(report), VOCABULARY))


def test_what_a_newer_version_wrote_is_kept():
    newer = copy.deepcopy(saved("sni-missing-elsewhere"))
    newer["weather"] = {"now": "rain"}
    newer["verdict"]["confidence"] = 0.9
    newer["findings"][0]["fixes"][1]["effort"] = "small"
    newer["observations"]["moon"] = {"phase": "full"}
    newer["observations"]["tls"]["ech"] = True
    newer["timeline"][0]["thread"] = 3
    assert as_old_as(newer, to_json(from_json(newer, VOCABULARY))) == newer


def test_a_cause_that_only_a_newer_version_knows_is_no_cause_here_and_is_kept():
    newer = saved("sni-missing-elsewhere")
    newer["verdict"]["cause"] = newer["findings"][0]["cause"] = "gremlins"
    report = from_json(newer, VOCABULARY)
    assert report.verdict.cause is None
    assert as_old_as(newer, to_json(report)) == newer
    page(report)


@pytest.mark.parametrize("schema_name", ["pgwhy/report/2", "something/else", None, 1])
def test_another_schema_is_refused_with_a_sentence(schema_name):
    changed = saved("healthy-neon") | {"schema": schema_name}
    with pytest.raises(NotAReport, match="pgwhy/report/1"):
        from_json(changed, VOCABULARY)


@pytest.mark.parametrize("missing", ["verdict", "tool", "findings", "observations", "timeline", "target"])
def test_an_incomplete_report_is_refused_with_the_name_of_what_is_missing(missing):
    changed = saved("healthy-neon")
    del changed[missing]
    with pytest.raises(NotAReport, match=missing):
        from_json(changed, VOCABULARY)


def test_a_report_of_another_shape_is_refused():
    with pytest.raises(NotAReport):
        from_json(saved("healthy-neon") | {"verdict": []}, VOCABULARY)


def test_no_field_of_a_report_is_forgotten():
    written = set(to_json(recorded("healthy-neon")))
    assert {f.name for f in fields(Report)} - {"version", "rules_digest", "extra"} <= written
