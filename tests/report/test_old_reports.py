"""Reports of every schema version that was ever released are read, told and explained, for ever.

`fixtures/reports/1` was written by pgwhy 0.1.0 and is never written again; `newer.json` is what a later minor version
may write.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pgwhy.cli import run
from pgwhy.cli.options import FORMATS
from pgwhy.cli.output import Terminal, rendered
from pgwhy.engine.explanation import explain
from pgwhy.probes import VOCABULARY
from pgwhy.report import document, saved
from pgwhy.report.document import NotAReport
from pgwhy.rulebook.book import load

FOLDER = Path(__file__).parents[2] / "fixtures" / "reports"
FILES = sorted(FOLDER.glob("*/*.json"))


def named(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("file", FILES, ids=named)
def test_it_is_told_in_every_format(file, form):
    report = saved.of_file(file, VOCABULARY)
    text = rendered(report, form, Terminal(), verbose=True)
    assert form == "junit" or (report.report_id in text and report.verdict.status.upper() in text.upper())
    assert form != "junit" or ("<failure" in text) is (report.verdict.status in ("fails", "unknown"))


def holds(written: object, old: object) -> bool:
    """Everything of the old one stands in what was written, which may have more: facts derived only since then."""
    if isinstance(old, dict) and isinstance(written, dict):
        return all(name in written and holds(written[name], value) for name, value in old.items())
    if isinstance(old, list) and isinstance(written, list):
        return len(old) == len(written) and all(map(holds, written, old))
    return written == old


@pytest.mark.parametrize("file", FILES, ids=named)
def test_nothing_of_it_is_lost(file):
    assert holds(document.to_json(saved.of_file(file, VOCABULARY)), json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", FILES, ids=named)
def test_todays_rules_come_to_the_same_cause(file):
    report = saved.of_file(file, VOCABULARY)
    found = explain(report.observations, load(VOCABULARY))
    assert report.verdict.cause in {None, *(finding.cause for finding in found.findings)}


@pytest.mark.parametrize("file", FILES, ids=named)
def test_pgwhy_explain_takes_it(file, capfd):
    assert run(["explain", f"@{file}", "--format", "json"]) in (0, 1, 3)
    assert json.loads(capfd.readouterr().out)["report_id"] == json.loads(file.read_text(encoding="utf-8"))["report_id"]


def test_what_only_a_newer_version_knows_is_kept():
    kept = document.to_json(saved.of_file(FOLDER / "1" / "newer.json", VOCABULARY))
    assert kept["weather"] == {"now": "rain"} and kept["verdict"]["confidence"] == 0.9
    assert kept["observations"]["moon"] == {"phase": "full"} and kept["timeline"][0]["thread"] == 3


def test_another_major_version_is_refused_with_a_sentence(tmp_path):
    newer = json.loads(FILES[0].read_text(encoding="utf-8")) | {"schema": "pgwhy/report/2"}
    (tmp_path / "report.json").write_text(json.dumps(newer))
    with pytest.raises(NotAReport, match=r"this report has the schema pgwhy/report/2.*upgrade pgwhy"):
        saved.of_file(tmp_path / "report.json", VOCABULARY)
