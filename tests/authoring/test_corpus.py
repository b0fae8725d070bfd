from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgwhy.authoring.corpus import page, score
from pgwhy.authoring.lint import main
from pgwhy.engine import reports

CASES = [
    {"id": "a", "text": "Error: connect ECONNREFUSED 192.0.2.7:5432", "cause": "connection-refused"},
    {
        "id": "b",
        "text": "getaddrinfo ENOTFOUND db.example.com",
        "cause": "env-var-not-loaded",
        "accept": ["dns-not-found"],
    },
    {"id": "c", "text": "ERROR:  syntax error at or near x", "cause": "not-a-connection-problem"},
    {"id": "d", "text": "connection refused, they say", "cause": "not-a-connection-problem"},
    {"id": "e", "text": "it does not work", "cause": "wrong-password"},
]


def test_strict_lenient_and_false_alarms_are_counted() -> None:
    found = score(map(json.dumps, CASES), reports.all_rules())
    assert (found.texts, found.strict, found.lenient) == (5, 2, 3)
    assert (found.no_problem, found.false_alarms) == (2, 1)
    assert [(wrong.id, wrong.cause) for wrong in found.wrong] == [("d", "connection-refused"), ("e", None)]


def test_a_rule_that_one_text_rests_on_is_shown_with_its_words() -> None:
    found = score(map(json.dumps, CASES), reports.all_rules())
    assert found.alone["dns/name-not-found"] == [("b", '"getaddrinfo ENOTFOUND db.example.com"')]
    told = 'b by "getaddrinfo ENOTFOUND db.example.com"'
    assert any("dns/name-not-found" in line and line.endswith(told) for line in page(found))


def test_what_is_no_corpus_is_refused() -> None:
    with pytest.raises((ValueError, KeyError)):
        score(["not json"], reports.all_rules())


@pytest.mark.full
def test_the_linter_reads_a_corpus_that_it_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, CASES)))
    main(["--corpus", str(tmp_path / "corpus.jsonl")])
    assert "  strict        2 (40.0 %)" in capsys.readouterr().out
