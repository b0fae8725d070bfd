"""Folders of saved reports: what each says, and which causes came when."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pgwhy.archive import history, pages, told, workers
from pgwhy.causes import Cause
from pgwhy.cli import run
from pgwhy.engine import reports
from pgwhy.finding import Report
from pgwhy.probes import VOCABULARY
from pgwhy.redaction import Redactor
from pgwhy.report import document, saved

SCENARIOS = sorted(Path("fixtures/scenarios").glob("*/seen.json"))
RULES = reports.all_rules()
CLEAN = Redactor()


def of_today(path: Path, at: str = "2026-11-29T16:47:27.785Z") -> Report:
    """A saved run, as it would be saved by the rules of today."""
    return replace(reports.of_saved(saved.of_file(path, VOCABULARY), RULES), started_at=at)


def put(folder: Path, name: str, report: Report) -> Path:
    path = folder / name
    path.write_text(document.to_text(report))
    return path


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_a_report_of_the_same_rules_says_what_they_say_again(path: Path, tmp_path: Path) -> None:
    report = of_today(path)
    file = put(tmp_path, "a.json", report)
    text = file.read_text()
    assert told._by_the_same_rules(json.loads(text), RULES) is not None
    assert told._in_short(text, "a", RULES) == told._of_report(text, "a", RULES)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cause", "made-up"),
        ("stage", 7),
        ("rule", "<b>x</b>"),
        ("status", None),
        ("also", [{"cause": "x"}]),
        ("also", 1),
    ],
)
def test_a_verdict_that_pgwhy_did_not_write_is_not_believed(key: str, value: object, tmp_path: Path) -> None:
    report = of_today(SCENARIOS[0])
    data: dict[str, Any] = document.to_json(report)
    data["verdict"][key] = value
    text = json.dumps(data)
    assert told._by_the_same_rules(data, RULES) is None
    (tmp_path / "a.json").write_text(text)
    found = told.told(tmp_path / "a.json", "a", RULES, CLEAN)
    assert found.what in (told.SKIPPED, report.verdict.cause), "asked again, or refused"
    assert found.answer.rule in (None, report.verdict.rule)


def test_a_report_of_other_rules_is_asked_again(tmp_path: Path) -> None:
    report = of_today(SCENARIOS[0])
    wrong = replace(report, rules_digest="0" * 64, verdict=replace(report.verdict, cause=Cause.QUOTA_EXCEEDED))
    found = told.told(put(tmp_path, "a.json", wrong), "a", RULES, CLEAN)
    assert found.what == (report.verdict.cause or report.verdict.status)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_a_report_of_other_rules_is_read_in_short_and_says_what_the_whole_says(path: Path, tmp_path: Path) -> None:
    then = replace(
        of_today(path), rules_digest="0" * 64, extra={"ignored": [{"rule": "session/always", "reason": "x"}]}
    )
    text = put(tmp_path, "a.json", then).read_text()
    short = told._in_short(text, "a", RULES)
    assert short is not None
    assert short == told._of_report(text, "a", RULES)


@pytest.mark.parametrize(
    ("record", "values"),
    [
        ("tls", {"handshake": "yes"}),
        ("tls", {"trust": "a-newer-word"}),
        ("tls", {"verifies": 7}),
        ("tcp", {"attempts": [{"host": 1}]}),
        ("tcp", ["no", "table"]),
        ("startup", {"message": "red \x1b[31m"}),
    ],
)
def test_facts_that_this_version_would_not_write_are_read_as_a_whole(record: str, values: Any, tmp_path: Path) -> None:
    data: dict[str, Any] = document.to_json(replace(of_today(SCENARIOS[0]), rules_digest="0" * 64))
    data["observations"][record] = values
    text = json.dumps(data)
    assert told._in_short(text, "a", RULES) is None
    (tmp_path / "a.json").write_text(text)
    assert told.told(tmp_path / "a.json", "a", RULES, CLEAN).what, "an answer, or refused: no exception"


def test_many_processes_give_the_answers_of_one_in_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FEW", 4)
    monkeypatch.setattr(workers, "PARCEL", 3)
    files = [(put(tmp_path, f"{n}.json", of_today(SCENARIOS[n % 3])), f"{n}.json") for n in range(11)]
    (tmp_path / "x.txt").write_text("something went wrong")
    files.append((tmp_path / "x.txt", "x.txt"))
    alone = list(workers.every(files, (), 1))
    assert [one.name for one in alone] == [name for _, name in files]
    assert list(workers.every(files, (), 2)) == alone


def test_causes_over_time_and_when_each_was_first_seen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fails = next(path for path in SCENARIOS if of_today(path).verdict.cause)
    well = next(path for path in SCENARIOS if not of_today(path).verdict.cause)
    cause = str(of_today(fails).verdict.cause)
    for n, day in enumerate(("01", "02", "02", "30")):
        put(tmp_path, f"f{n}.json", of_today(fails, f"2026-11-{day}T08:00:00.000Z"))
    put(tmp_path, "w.json", of_today(well, "2026-11-15T08:00:00.000Z"))
    put(tmp_path, "odd.json", of_today(well, "31 February, about noon"))
    assert run(["explain", str(tmp_path)]) == 0
    out = capfd.readouterr().out
    row = next(line for line in out.splitlines() if line.startswith("2026-11-01"))
    assert row.startswith("2026-11-01  2026-11-30  [") and row.endswith(cause)
    assert "February" not in out
    whole = history.of(workers.every([(path, path.name) for path in sorted(tmp_path.iterdir())], ()))
    group = next(group for group in whole.groups() if group.what == cause)
    assert whole.over_time(group, 3) == [3, 0, 1]
    assert sum(whole.over_time(group, 1000)) == 4
    assert run(["explain", str(tmp_path), "--format", "html"]) == 0
    page = capfd.readouterr().out
    assert "first seen 2026-11-01 08:00 UTC, last seen 2026-11-30 08:00 UTC" in page
    assert run(["explain", str(tmp_path), "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert lines[0]["at"] == "2026-11-01T08:00:00.000Z" and "at" not in lines[4]


def test_a_large_group_names_its_first_files_and_counts_the_rest() -> None:
    one = told.Told("a.json", Cause.CONNECTION_REFUSED, told.NOTHING, at="2026-11-29T16:47:27.785Z")
    whole = history.of(replace(one, name=f"{n:05}.json") for n in range(5000))
    lines = list(pages.table(whole, 60, False))
    assert "      and 4,900 more: --format jsonl names all" in lines
    assert max(map(len, lines)) <= 60


def test_ctrl_c_ends_with_the_table_of_what_is_known_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for n in range(5):
        put(tmp_path, f"{n}.json", of_today(SCENARIOS[0]))
    whole = told.told

    def interrupted(path: Path, name: str, *more: Any) -> told.Told:
        if name == "3.json":
            signal.raise_signal(signal.SIGINT)
        return whole(path, name, *more)

    monkeypatch.setattr(workers, "told", interrupted)
    assert run(["explain", str(tmp_path)]) == 130
    out, err = capfd.readouterr()
    assert err == "Interrupted. 3 of 5 files are answered.\n"
    assert out.startswith("3 files, 1 cause\n")


def test_ctrl_c_keeps_the_lines_that_were_written(tmp_path: Path) -> None:
    """Nobody reads on, so that the command waits in the middle of its lines."""
    for n in range(1500):
        (tmp_path / f"{n:04}.txt").write_text("FATAL:  the database system is starting up")
    command = [sys.executable, "-m", "pgwhy", "explain", str(tmp_path), "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    lines = [json.loads(line)["id"] for line in (first + rest).splitlines()]
    assert lines == [f"{n:04}.txt" for n in range(len(lines))] and len(lines) < 1500
    assert process.returncode == 130
    assert re.fullmatch(r"Interrupted\. [\d,]+ of 1,500 files are answered\.\n", err)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.json", of_today(SCENARIOS[0]))
    for format in ("text", "jsonl"):
        with Path("/dev/full").open("w") as full:
            command = [sys.executable, "-m", "pgwhy", "explain", str(tmp_path), str(tmp_path), "--format", format]
            ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert ended.returncode == 2
        assert ended.stderr == "Error: nothing more can be written to the output: No space left on device\n"


def test_what_is_no_report_is_told_and_the_others_are_answered(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "a.json", of_today(SCENARIOS[0]))
    (tmp_path / "b.json").write_text('{"schema": "pgwhy/report/1", "report_id"')
    (tmp_path / "c.bin").write_bytes(b"\0\1")
    assert run(["explain", str(tmp_path), "--format", "jsonl"]) == 3
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line.get("error", "") for line in lines] == [
        "",
        "this is not a report of pgwhy: it is not JSON (line 1, column 41). `--format json` writes one",
        "no text",
    ]
