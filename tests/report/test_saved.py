from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgwhy.probes import VOCABULARY
from pgwhy.report import document, saved
from pgwhy.report.document import NotAReport
from tests.report.scenarios import FOLDER, SLUGS, recorded


@pytest.mark.parametrize("slug", SLUGS)
def test_a_saved_report_is_known_as_one_and_read(slug: str) -> None:
    file = FOLDER / slug / "seen.json"
    assert saved.is_report(file.read_text(encoding="utf-8"))
    assert document.to_json(saved.of_file(file, VOCABULARY)) == document.to_json(recorded(slug))


def test_keys_of_a_newer_version_are_kept() -> None:
    newer = document.to_json(recorded("wrong-password"))
    newer["weather"] = {"sky": "blue"}
    newer["verdict"]["mood"] = "calm"
    newer["findings"][0]["fixes"][0]["colour"] = "red"
    assert document.to_json(saved.read(json.dumps(newer), VOCABULARY)) == newer


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"schema": "pgwhy/report/2"}', "has the schema pgwhy/report/2, and this pgwhy reads pgwhy/report/1"),
        ('{"schema": "pgwhy/report/1"}', "report_id is missing"),
        (
            '{"schema": "pgwhy/report/1", "tool": 5, "verdict": 5, "observations": 5}',
            "tool is a number where an object is expected",
        ),
        ('{"schema": "of another tool"}', "not a report of pgwhy"),
        ("[1]", "not an object"),
        ("FATAL: no such thing", "not JSON"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NotAReport, match=sentence):
        saved.read(text, VOCABULARY)


@pytest.mark.parametrize(
    "text", ['{"error": "pgwhy/ failed"}', '{"schema": 5}', "FATAL: {", "", '{"level": "error", "schema": "public"}']
)
def test_an_error_text_in_json_is_no_report(text: str) -> None:
    assert not saved.is_report(text)


def test_a_report_of_another_schema_is_still_a_report() -> None:
    assert saved.is_report('\ufeff {"schema": "pgwhy/report/9"}')


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        saved.of_file(tmp_path / "no.json", VOCABULARY)
