"""The smaller commands."""

import json
import re

import jsonschema
import pytest

from diagnostics.causes import Cause
from diagnostics.cli import COMMANDS, run

SNI = "ERROR:  Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page(command, capfd):
    assert run([command, "--help"]) == 0
    assert capfd.readouterr().out.startswith("Usage: pgwhy")


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
    assert "pgwhy env:DATABASE_URL --error" in out
    assert "not known here" not in out and "not tried" not in out and "<sni-since>" not in out


@pytest.mark.parametrize("cause", sorted(Cause))
def test_the_manual_page_of_a_cause_has_words_for_what_only_a_run_would_know(cause, capfd):
    assert run(["explain", cause]) == 0
    out = capfd.readouterr().out
    assert "not known here:" not in out
    assert not re.search(r"<\w+\.\w+>|<sni-since>|<check-version>|\{\w+\.\w+\}", out)
    assert all(len(line) <= 80 or len(line.split()) == 1 for line in out.splitlines())


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
