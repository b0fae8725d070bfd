"""The smaller commands."""

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import jsonschema
import pytest

from pgwhy.causes import Cause
from pgwhy.cli import COMMANDS, run

SNI = "ERROR:  Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support"


def command_of(name):
    return import_module(f"pgwhy.cli.commands.{name}").command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(command, capfd):
    assert run([command, "--help"]) == 0
    assert capfd.readouterr().out.startswith("Usage: pgwhy")


GROUPS = {name: GROUP.commands for name in COMMANDS if isinstance(GROUP := command_of(name), click.Group)}
PAGES = [[name] for name in COMMANDS] + [[name, command] for name in GROUPS for command in GROUPS[name]]


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_a_help_page_fits_80_columns(words, capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*words, "--help"]) == 0
    assert [line for line in capfd.readouterr().out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", GROUPS)
def test_the_line_of_every_sub_command_is_whole(name, capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([name, "--help"]) == 0
    lines = capfd.readouterr().out.partition("Commands:")[2].split("\n")
    assert len(lines) > len(GROUPS[name]) and not any("..." in line for line in lines)


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_every_option_says_what_it_does(words):
    command = command_of(words[0])
    if words[1:]:
        command = command.commands[words[1]]
    options = [param for param in command.params if isinstance(param, click.Option)]
    assert all((option.help or "").endswith(".") for option in options), [option.name for option in options]


@pytest.mark.parametrize("command", ["fleet", "watch"])
def test_json_of_a_command_that_answers_in_lines_is_json_lines(command, tmp_path, capfd):
    targets = tmp_path / "targets.txt"
    targets.write_text("postgresql://alex@127.0.0.1:1/app\n")
    given = [str(targets)] if command == "fleet" else ["--rounds", "1", "--targets", str(targets)]
    assert run([command, "--json", "--timeout", "5", *given]) == 1
    assert all(json.loads(line)["schema"].startswith("pgwhy/") for line in capfd.readouterr().out.splitlines())


def test_schema_prints_a_schema_that_a_report_follows(capfd):
    assert run(["schema"]) == 0
    schema = json.loads(capfd.readouterr().out)
    assert run(["explain", SNI, "--format", "json"]) == 0
    jsonschema.Draft202012Validator(schema).validate(json.loads(capfd.readouterr().out))


def test_explain_names_the_cause_of_a_text(capfd):
    assert run(["explain", SNI]) == 0
    out = capfd.readouterr().out
    assert out.startswith("FAILS in your client") and "pgwhy explain sni-missing" in out


def test_explain_hides_passwords_that_stand_in_a_text(capfd):
    run(["explain", f"could not connect to postgresql://alex:hunter2abc@h.example/db: {SNI}", "-v"])
    captured = capfd.readouterr()
    assert "hunter2abc" not in captured.out + captured.err


def test_explain_reads_a_file(tmp_path, capfd):
    (tmp_path / "error.txt").write_text(SNI)
    assert run(["explain", f"@{tmp_path / 'error.txt'}"]) == 0


def test_explain_tells_of_a_cause_and_of_a_rule(capfd):
    assert run(["explain", "sni-missing"]) == 0
    out = capfd.readouterr().out
    assert out.startswith("sni-missing (stage: startup)")
    assert "startup/endpoint-not-specified, error" in out and "Fix 1" in out
    assert run(["explain", "startup/endpoint-not-specified"]) == 0
    assert "https://neon.com/docs/connect/connection-errors" in capfd.readouterr().out


def test_explain_says_how_to_have_the_fixes_of_a_text_tried(capfd):
    assert run(["explain", SNI]) == 0
    out = capfd.readouterr().out
    assert "  pgwhy --error '<this text>'" in out
    assert "not known here" not in out and "not tried" not in out and "<sni-since>" not in out


@pytest.mark.parametrize("cause", sorted(Cause))
def test_the_manual_page_of_a_cause_has_words_for_what_only_a_run_would_know(cause, capfd):
    assert run(["explain", cause]) == 0
    out = capfd.readouterr().out
    assert "not known here:" not in out
    assert not re.search(r"<\w+\.\w+>|<sni-since>|<check-version>|\{\w+\.\w+\}", out)
    # A command of a step stays whole, to be pasted.
    lines = [line for line in out.splitlines() if not line.startswith(" " * 13)]
    assert all(len(line) <= 80 or len(line.split()) == 1 for line in lines)


def test_the_manual_page_begins_with_the_general_case(capfd):
    run(["explain", "sni-missing"])
    out = capfd.readouterr().out
    assert out.index("startup/endpoint-not-specified") < out.index("startup/alias-hides-endpoint")


def test_rules_are_listed(capfd):
    assert run(["rules", "list"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) >= 40
    assert any(line.startswith("startup/endpoint-not-specified ") for line in lines)


def test_faults_are_listed(capfd):
    assert run(["lab", "list"]) == 0
    assert "wrong-password" in capfd.readouterr().out


def test_an_unknown_fault_is_told(capfd):
    assert run(["lab", "up", "no-such-fault"]) == 2
    assert "no-such-fault" in capfd.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_help_page_under_h_and_help_as_well(command, capfd):
    assert run([command, "--help"]) == 0
    page = capfd.readouterr().out
    for other in ([command, "-h"], ["help", command]):
        assert run(other) == 0
        assert capfd.readouterr().out == page


@pytest.mark.parametrize(
    "word, meant", [("exlain", "explain"), ("chek", "check"), ("version", "--version"), ("tickets", "ticket")]
)
def test_a_command_that_is_mistyped_is_no_target(word, meant, capfd):
    assert run([word]) == 2
    assert f"did you mean: pgwhy {meant}\n" in capfd.readouterr().err


PASSWORD = "Zq9secretpw"
URL = f"postgresql://alex:{PASSWORD}@127.0.0.1:1/d"


@pytest.mark.parametrize(
    "arguments",
    [
        ["host=127.0.0.1", f"password={PASSWORD}", "user=alex"],  # a keyword string without quotes
        ["@no-such-file", URL],
        [f"--{URL}"],
        ["--output", f"{URL}/x/y", URL],
        ["--client", URL, URL],
        ["--rules", URL],
        [f"--rules={URL}"],
        ["--error", f"@{URL}", URL],
        ["--compare-dns", URL],
        ["--fail-on", URL],
        ["diff", URL, "b"],
        ["explain", f"@{URL}"],
        ["explain", "--batch", URL],
        ["run", URL],
        ["run", "--timeout", URL, "--", "true"],
        ["checklist", URL, "--answers", URL],
        ["lab", "up", URL],
        ["rules", URL],
        ["rules", "example", URL],
        ["snippets", "--for", URL],
        ["demo", URL],
    ],
)
def test_a_target_in_the_wrong_place_is_not_printed_with_its_password(arguments, capfd):
    assert run(arguments) in (2, 127)
    captured = capfd.readouterr()
    assert captured.err and PASSWORD not in captured.out + captured.err


def test_a_file_for_error_that_is_not_there_is_no_error_text(capfd):
    assert run(["--error", "@no-such-file.log", "postgresql://h/d"]) == 2
    assert "no-such-file.log" in capfd.readouterr().err


def test_a_misspelt_rule_is_not_ignored_in_silence(capfd):
    assert run(["--ignore", "session/far-awy", "postgresql://h/d"]) == 2
    assert "session/far-away" in capfd.readouterr().err


def test_a_version_is_a_number(capfd):
    assert run(["--client", "psycopg2@banana", "postgresql://h/d"]) == 2
    assert "'banana' is no version" in capfd.readouterr().err


def test_an_empty_text_and_an_empty_folder_have_no_cause(tmp_path, capfd):
    assert run(["explain", ""]) == 3
    assert run(["explain", str(tmp_path)]) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["ticket", "no-such-report.json"],
        ["checklist", "--answers", "no-such-answers.toml", URL],
        ["--plan", "--output", "no-such-folder/plan.txt", URL],
        ["explain", "@no-such-file.log"],
        ["diff", "no-such-report.json", "b.json"],
    ],
)
def test_a_file_that_is_not_there_is_named_and_is_no_diagnosis(arguments, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 2
    captured = capfd.readouterr()
    assert "no-such-" in captured.err and "Errno" not in captured.err and captured.out == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("arguments", [["schema"], ["explain", SNI], ["--plan", URL]])
def test_a_full_disk_is_no_mistake_of_ours(arguments):
    program = "import sys\nfrom pgwhy.cli import run\nsys.exit(run(sys.argv[1:]))"
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", program, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert ended.returncode == 2
    assert "No space left on device" in ended.stderr and "Traceback" not in ended.stderr


def test_what_a_run_would_open_fits_the_terminal(monkeypatch, capfd):
    monkeypatch.setenv("COLUMNS", "60")
    assert run(["--plan", URL]) == 0
    assert all(len(line) <= 60 for line in capfd.readouterr().out.splitlines())
