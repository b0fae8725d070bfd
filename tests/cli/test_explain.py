"""`pgwhy explain`: every kind of input, as a person gives it."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from pgwhy.cli import run
from tests.report.scenarios import FOLDER

REFUSED = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: Connection refused'
REPORT = str(FOLDER / "lab-no-sni" / "seen.json")


def told(capfd, *arguments: str, status: int = 0) -> str:
    assert run(["explain", *arguments]) == status
    return capfd.readouterr().out


@pytest.mark.parametrize("name", ["28P01", "28p01", "P1001", "ECONNREFUSED", "endpoint-not-specified", "sni-missing"])
def test_a_code_or_a_name_shows_its_manual_page(capfd, name: str) -> None:
    out = told(capfd, name)
    assert "who acts:" in out or "Each in full: pgwhy rules ID" in out


def test_a_name_that_is_nearly_one_is_said_and_read_as_a_text(capfd) -> None:
    assert run(["explain", "sni-mising"]) == 3
    captured = capfd.readouterr()
    assert "did you mean sni-missing?" in captured.err and captured.out.startswith("CAUSE NOT FOUND")


def test_a_file_needs_no_mark_and_one_that_is_missing_is_told(capfd, tmp_path) -> None:
    file = tmp_path / "error.log"
    file.write_text(REFUSED)
    assert "FAILS for your client" in told(capfd, str(file)) and "FAILS for your client" in told(capfd, f"@{file}")
    assert run(["explain", str(tmp_path / "no.log")]) == 2
    assert "no such file" in capfd.readouterr().err
    assert run(["explain", f"@{tmp_path / 'nothing'}"]) == 2


def test_a_saved_report_is_asked_again(capfd) -> None:
    out = told(capfd, REPORT)
    first, second = out.splitlines()[:2]
    assert first.startswith("Run ") and first.endswith("today's rules: as then")
    assert second.startswith("FAILS") and "CONFIRMED" in out
    again = json.loads(told(capfd, REPORT, "--format", "json"))
    assert again["verdict"]["cause"] == "sni-missing" and again["findings"][0]["fixes"][0]["id"]


def test_a_report_of_a_newer_schema_is_refused_with_a_sentence(capfd, tmp_path) -> None:
    (tmp_path / "r.json").write_text('{"schema": "pgwhy/report/7"}')
    assert run(["explain", str(tmp_path / "r.json")]) == 2
    assert "upgrade pgwhy" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("text", "status", "cause", "ended"),
    [
        (REFUSED, "fails", "connection-refused", 0),
        ('ERROR: relation "orders" does not exist', "connects", "not-a-connection-problem", 0),
        ("something went wrong", "unknown", None, 3),
    ],
)
def test_json_says_it_as_the_contract_has_it(capfd, text: str, status: str, cause: str | None, ended: int) -> None:
    report = json.loads(told(capfd, text, "--format", "json", status=ended))
    assert (report["verdict"]["status"], report["verdict"]["cause"]) == (status, cause)
    assert report["schema"] == "pgwhy/report/1"


def test_why_not_says_of_each_line_what_was_seen(capfd) -> None:
    out = told(capfd, REPORT, "--why-not", "startup/endpoint-not-specified")
    assert out.startswith("startup/endpoint-not-specified: yes")
    assert "  yes         client.sends_sni is false" in out
    out = told(capfd, REFUSED, "--why-not", "auth/wrong-password")
    assert out.startswith("auth/wrong-password: no") and 'seen: "refused"' in out
    assert run(["explain", REFUSED, "--why-not", "auth/wrong-pasword"]) == 2
    assert "did you mean auth/wrong-password?" in capfd.readouterr().err


def test_a_folder_is_a_table_of_causes(capfd, tmp_path) -> None:
    for name in ("a.log", "b.txt"):
        (tmp_path / name).write_text(REFUSED)
    (tmp_path / "old").mkdir()
    shutil.copy(REPORT, tmp_path / "old" / "run.json")
    (tmp_path / "odd.txt").write_text("something went wrong")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\0")
    (tmp_path / ".hidden").write_text(REFUSED)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "c.log").write_text(REFUSED)
    out = told(capfd, str(tmp_path), status=3)
    first = out.splitlines()
    assert first[0] == "5 files, 2 causes, 1 not read"
    assert first[1:5] == ["   2  connection-refused", "   1  sni-missing", "   1  cause not found", "   1  not read"]
    assert (
        out.index("   2  connection-refused: ")
        < out.index("   1  sni-missing: ")
        < out.index("   1  cause not found\n      odd.txt")
    )
    assert "      old/run.json  startup/endpoint-" in out and "picture.png: no text" in out
    lines = [json.loads(line) for line in told(capfd, str(tmp_path), "--format", "jsonl", status=3).splitlines()]
    assert [line["id"] for line in lines] == ["a.log", "b.txt", "odd.txt", "old/run.json", "picture.png"]
    assert lines[3]["cause"] == "sni-missing" and lines[4]["error"] == "no text"


def test_a_batch_ends_with_0_when_every_line_was_answered(capfd, tmp_path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(json.dumps({"id": 1, "text": REFUSED}) + "\n" + json.dumps({"id": 2, "text": "odd"}) + "\n")
    lines = told(capfd, "--batch", str(file)).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert list(json.loads(lines[0])) == ["id", "cause", "rule", "stage", "also"]
    file.write_text("nonsense\n" + json.dumps({"id": 2, "text": "odd"}) + "\n")
    assert len(told(capfd, "--batch", str(file), "--format", "json", status=1).splitlines()) == 2
    assert run(["explain", "--batch", str(tmp_path / "no.jsonl")]) == 2


def test_a_text_that_is_no_text_is_no_accident(capfd, tmp_path) -> None:
    (tmp_path / "bytes.bin").write_bytes(bytes(range(256)) * 50)
    assert run(["explain", str(tmp_path / "bytes.bin")]) in (0, 3)
    assert run(["explain", "x" * 5000]) == 3
    assert run(["explain", "a\0b\x1b[31m"]) == 3
    assert "\x1b" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("text", "words", "look"),
    [
        ('password authentication failed for user "alex"', "password authentication failed for user", "--error"),
        (REFUSED, "Connection refused", "--no-login"),
        ("getaddrinfo ENOTFOUND db.example.com", "ENOTFOUND", "--compare-dns public"),
    ],
)
def test_a_texts_page_says_what_it_read_and_which_look_settles_it(capfd, text: str, words: str, look: str) -> None:
    report = json.loads(told(capfd, text, "--format", "json"))
    assert words in report["findings"][0]["words"][0]
    settles = report["verdict"]["next"][0]
    out = told(capfd, text)
    assert "Matched  " in out and words in out
    assert f"To find out ({settles['settles']}):\n  {settles['command']}\n" in out
    assert look in settles["command"]


def test_several_files_are_told_as_a_folder_is_and_unquoted_words_are_one_text(capfd, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(REFUSED)
    out = told(capfd, "a.log", "b.log")
    assert out.startswith("2 files, 1 cause\n\n   2  connection-refused: ") and "      b.log  tcp/" in out
    assert run(["explain", "a.log", "no.zip"]) == 2
    assert "no such file" in capfd.readouterr().err
    assert json.loads(told(capfd, "--json", *REFUSED.split()))["verdict"]["cause"] == "connection-refused"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_batch_reads_csv_by_the_names_of_its_columns(capfd, tmp_path, mark: str) -> None:
    file = tmp_path / "tickets.csv"
    quoted = REFUSED.replace('"', '""') + "\n  second line"
    rows = [["ticket", "driver", "what"], ["T-1", "psycopg2", f'"{quoted}"'], ["T-2"], ["T-3", "", "odd"]]
    file.write_text("\ufeff" + "\r\n".join(mark.join(row) for row in rows) + "\r\n")
    out = told(capfd, "--batch", str(file), "--text-field", "what", "--id-field", "ticket", status=1)
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["id"] for line in lines] == ["T-1", "T-2", "T-3"]
    assert [line["cause"] for line in lines] == ["connection-refused", None, None]
    assert lines[1]["error"] == 'line 4 has no "what"'


def test_a_batch_of_json_has_other_names_too(capfd, tmp_path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text(json.dumps({"key": 7, "body": REFUSED}) + "\n")
    out = told(capfd, "--batch", str(file), "--text-field", "body", "--id-field", "key")
    assert json.loads(out)["id"] == 7 and json.loads(out)["cause"] == "connection-refused"
    assert run(["explain", "--text-field", "body", "x"]) == 2


def test_quiet_is_one_line_and_json_is_a_format(capfd) -> None:
    assert told(capfd, "-q", REFUSED).startswith("FAILS for your client: ")
    assert told(capfd, "-q", REFUSED).count("\n") == 1
    assert told(capfd, "--json", REFUSED)[0] == "{"
    assert told(capfd, "--json", "--format", "json", REFUSED)[0] == "{"
    for wrong in (["--json", "--format", "html"], ["-q", "-v"], ["-q", "--json"]):
        assert run(["explain", *wrong, REFUSED]) == 2
        assert "cannot be used together" in capfd.readouterr().err


def test_a_terminal_that_shows_links_gets_the_documentation_as_one(capfd, monkeypatch) -> None:
    plain = told(capfd, REPORT)
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    linked = told(capfd, REPORT)
    assert "\x1b]8;;https://" in linked
    assert re.sub(r"\x1b\]8;;[^\x1b]*\x1b\\", "", linked) == plain
