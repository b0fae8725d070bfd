"""`pgwhy rules`: what a contributor does, in the order in which it is done."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from pgwhy.cli import run
from tests.report.scenarios import FOLDER, SLUGS

RULE = '''
title      = "the gateway of Example Corp does not know this team"
cause      = "permission-denied-connect"
severity   = "error"
owner      = "credentials"
because    = """The gateway lets in who is in the team of a database, and this role is in none of them."""
references = ["https://example.com/gateway"]

[[when]]
error.message = { contains = "gateway: no team for role" }

[fix.join]
kind  = "repair"
title = "join the team of the database"
steps = "Ask its owner; it takes a minute."

[[example]]
name = "psql through the gateway"
[example.given]
error.message = "FATAL:  gateway: no team for role \\"alex\\""

[[example]]
name   = "another failure of the same role"
expect = "no"
[example.given]
error.message = "FATAL:  role \\"alex\\" is not permitted to log in"
'''


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capfd, *arguments: str, status: int = 0) -> str:
    assert run(["rules", *arguments]) == status
    return capfd.readouterr().out


def test_without_anything_it_is_the_catalogue(capfd) -> None:
    out = told(capfd)
    assert re.match(r"\d+ rules\. One in full: pgwhy rules ID", out)
    assert "    startup/endpoint-not-specified" in out
    assert all(len(line) <= 80 or len(line.split()) == 1 for line in out.splitlines())


def test_an_id_a_cause_and_a_code_show_their_page(capfd) -> None:
    assert "It holds where" in told(capfd, "startup/endpoint-not-specified")
    assert told(capfd, "sni-missing").startswith("sni-missing (stage: startup)")
    assert told(capfd, "28P01").startswith("28P01")
    assert run(["rules", "startup/endpoint-not-specifed"]) == 2
    assert "did you mean startup/endpoint-not-specified?" in capfd.readouterr().err


def test_one_stage(capfd) -> None:
    out = told(capfd, "show", "--stage", "dns")
    assert "dns/name-not-found" in out and "tcp/refused" not in out


def test_a_new_rule_reads_well_and_says_what_is_still_to_be_written(capfd, there: Path) -> None:
    assert told(capfd, "new", "startup/my-gateway").startswith("rules/startup/my-gateway.toml is there")
    file = there / "rules/startup/my-gateway.toml"
    assert tomllib.loads(file.read_text())["cause"]
    tested = told(capfd, "test", str(file))
    assert "ok     yes" in tested and "FILL IN  in " in tested and "from line 2 on" in tested
    out = told(capfd, "lint", "--rules", "rules", status=1)
    assert "line 2: still says FILL IN" in out and out.endswith("remarks\n")
    assert run(["rules", "new", "startup/my-gateway"]) == 2
    assert "is there already" in capfd.readouterr().err
    assert run(["rules", "new", "My Gateway"]) == 2


def test_a_finished_rule_has_no_remark_and_is_used(capfd, there: Path) -> None:
    file = there / "rules/startup/my-gateway.toml"
    file.parent.mkdir(parents=True)
    file.write_text(RULE)
    out = told(capfd, "test", str(file))
    assert out.count("  ok ") == 2 and "rules are answered as before." in out
    assert told(capfd, "lint", "--rules", "rules") == "1 rule, 2 examples, 0 remarks\n"
    assert run(["explain", 'gateway: no team for role "x"', "--rules", "rules"]) == 0
    assert "the gateway of Example Corp does not know this team" in " ".join(capfd.readouterr().out.split())


def test_an_example_that_goes_wrong_shows_the_line_that_says_no(capfd, there: Path) -> None:
    file = there / "mine.toml"
    file.write_text(RULE.replace('contains = "gateway: no team', 'contains = "gateway: no such team'))
    out = told(capfd, "test", str(file), status=1)
    assert "  WRONG  yes          psql through the gateway" in out
    assert "the rule says no, expected is yes" in out
    assert 'no          error.message contains "gateway: no such team for role"' in out


def test_a_rule_that_is_told_before_another_is_found_by_its_examples(capfd, there: Path) -> None:
    file = there / "config" / "greedy.toml"
    file.parent.mkdir()
    text = RULE.replace("permission-denied-connect", "malformed-connection-string")
    file.write_text(text.replace("gateway: no team for role", "connection refused"))
    out = told(capfd, "test", str(file), status=1)
    assert 'tcp/refused, example "' in out and "WRONG  config/greedy is told first" in out


def test_a_file_that_cannot_be_read_says_where(capfd, there: Path) -> None:
    file = there / "broken.toml"
    file.write_text(RULE.replace("severity", "severty"))
    out = told(capfd, "test", str(file), status=1)
    assert 'severty: unknown key; did you mean "severity"?' in out


@pytest.mark.full
def test_the_built_in_rules_have_no_remark(capfd) -> None:
    assert told(capfd, "lint").endswith(" 0 remarks\n")


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug.startswith("lab-")])
def test_a_report_becomes_an_example_without_real_names(capfd, slug: str) -> None:
    out = told(capfd, "example", str(FOLDER / slug / "seen.json"))
    example = tomllib.loads(out)["example"][0]
    assert example["name"] and example["given"]
    assert "a1b2c3d4" not in out


def test_an_example_made_of_a_report_passes_the_test_of_its_rule(capfd, there: Path) -> None:
    out = told(capfd, "example", str(FOLDER / "lab-no-sni" / "seen.json"))
    id = out.splitlines()[0].removeprefix("# of ")
    built_in = Path(__file__).parents[2] / f"rules/{id}.toml"
    file = there / f"rules/{id}.toml"
    file.parent.mkdir(parents=True)
    file.write_text(built_in.read_text() + "\n" + out)
    assert "WRONG" not in told(capfd, "test", str(file))
