"""`pgwhy [TARGET]`: options, exit statuses, what is printed and where."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pgwhy import __version__
from pgwhy.cli import run
from pgwhy.cli.options import FORMATS
from tests.servers import closed_port, serving, silent

PASSWORD = "Tr0ub4dor+3xyz"
PGWHY = [sys.executable, "-m", "pgwhy"]


@pytest.fixture(autouse=True)
def _a_terminal_of_80_columns(monkeypatch, tmp_path):
    for name in ("NO_COLOR", "FORCE_COLOR", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def refused() -> str:
    return f"postgresql://alex:{PASSWORD}@127.0.0.1:{closed_port()}/neondb"


def test_a_refused_connection_is_told_and_exits_1(refused, capfd):
    assert run([refused]) == 1
    out, err = capfd.readouterr()
    assert out.startswith("FAILS at the port: ")
    assert "refused" in out and err == ""


def test_check_is_the_default_command(refused, capfd):
    assert run(["check", refused]) == 1
    assert capfd.readouterr().out.startswith("FAILS")


def test_a_healthy_target_connects_and_exits_0(world, capfd):
    assert run([world.uri()]) == 0
    assert capfd.readouterr().out.startswith("CONNECTS in ")


def test_without_a_login_a_healthy_target_is_reachable(world, capfd):
    assert run([world.uri(), "--no-login"]) == 0
    assert capfd.readouterr().out.startswith("REACHABLE in ")


def test_the_client_that_fails_can_be_named(world, capfd):
    assert run([world.uri(channel_binding=None), "--client", "libpq@13"]) == 1
    out = capfd.readouterr().out
    assert out.startswith("FAILS in libpq 13: ")
    assert "CONFIRMED" in out


def test_a_malformed_target_is_a_diagnosis_and_exits_1(capfd):
    assert run(["postgresql//alex@host/db"]) == 1
    assert capfd.readouterr().out.startswith("FAILS at the settings")


def test_a_cause_that_is_not_found_exits_3(capfd):
    assert run(["explain", "something odd happened on a Tuesday"]) == 3


@pytest.mark.parametrize("where", ["env:MY_URL", "@url.txt", "-", "string"])
def test_a_target_comes_from_where_it_is_said_to_be(where, refused, capfd, monkeypatch, tmp_path):
    monkeypatch.setenv("MY_URL", refused)
    (tmp_path / "url.txt").write_text(refused + "\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(refused.encode() + b"\n"), "utf-8"))
    assert run([refused if where == "string" else where]) == 1
    assert "refused" in capfd.readouterr().out


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_is_the_document_of_the_contract(form, refused, capfd):
    assert run([refused, "--format", form]) == 1
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == "pgwhy/report/1"
    assert document["verdict"]["cause"] == "connection-refused"
    assert document["target"]["password"]["value"] == "PASSWORD_HERE"


@pytest.mark.parametrize("options", [[], ["-v"], ["--format", "json"], ["--format", "jsonl"], ["--plan"]])
def test_the_password_is_in_no_output(options, world, capfd):
    for uri in (world.uri(), world.uri(password=PASSWORD)):
        run([uri, *options])
        captured = capfd.readouterr()
        for secret in (PASSWORD, world.password.reveal()):
            assert secret not in captured.out + captured.err


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("markdown", "### **FAILS** at the port: "),
        ("html", "<!doctype html>"),
        ("junit", '<?xml version="1.0"'),
        ("github", "::error title=FAILS at the port%3A "),
    ],
)
def test_every_format_has_the_same_answer_and_exit_status(form, begins, refused, capfd):
    assert run([refused, "--format", form]) == 1
    out, err = capfd.readouterr()
    assert out.startswith(begins) and "refused" in out and err == ""
    assert PASSWORD not in out
    assert run(["explain", "FATAL: password authentication failed for user 'alex'", "--format", form]) == 0


@pytest.mark.parametrize("form", FORMATS)
def test_the_exit_status_of_a_healthy_target_is_the_same_in_every_format(form, world, capfd):
    assert run([world.uri(), "--format", form]) == 0
    assert run([world.uri(), "--format", form, "--fail-on", "error"]) == 0


def test_a_step_of_github_actions_gets_a_summary(refused, capfd, monkeypatch, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("what another step wrote\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run([refused, "--format", "github"]) == 1
    assert capfd.readouterr().out.startswith("::error title=")
    assert summary.read_text().startswith("what another step wrote\n### **FAILS** at the port: ")
    assert PASSWORD not in summary.read_text()
    assert run([refused, "--format", "json"]) == 1
    assert summary.read_text().count("FAILS") == 1


def test_a_summary_that_cannot_be_written_stops_nobody(refused, capfd, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such" / "folder"))
    assert run([refused, "--format", "github"]) == 1
    assert "::error title=" in capfd.readouterr().out


def test_a_file_is_written_as_a_whole_and_nothing_is_left_beside_it(refused, capfd, tmp_path):
    file = tmp_path / "report.json"
    file.write_text("what was there before")
    file.chmod(0o600)  # one that is replaced keeps its mode
    assert run([refused, "--format", "json", "--output", str(file)]) == 1
    assert json.loads(file.read_text())["verdict"]["status"] == "fails"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert capfd.readouterr().out == ""


def test_a_file_that_cannot_be_written_is_said_in_a_sentence(refused, capfd):
    assert run([refused, "--output", "/nonexistent/folder/x.txt"]) == 2
    assert "/nonexistent/folder/x.txt" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--client", "psycpg2"], "did you mean psycopg2?"),
        (["--format", "yaml"], "'yaml' is not one of"),
        (["--timeout", "0"], "0"),
        (["--timeout", "0.5"], "1<=x"),
        (["--compare-dns", "resolver.example"], "resolver.example is no IP address"),
        (["--compare-dns", "1.1.1.1:99999"], "1.1.1.1:99999"),
        (["--rules", "nowhere"], "nowhere"),
        (["--frobnicate"], "--frobnicate"),
        (["--ignore", "tls/"], "there is no rule tls/"),
        (["--ignore", "tls/expires-soon="], "RULE=REASON"),
        (["--error", "-", "-"], "standard input"),
    ],
)
def test_a_wrong_option_exits_2_with_a_sentence(options, said, capfd):
    target = [] if options[-1] == "-" else ["postgresql://h/d"]
    assert run([*options, *target]) == 2
    captured = capfd.readouterr()
    assert said in captured.err and captured.out == ""


def test_fail_on_a_warning_exits_4_when_it_connects(world, capfd, tmp_path):
    rule = tmp_path / "rules" / "session" / "always.toml"
    rule.parent.mkdir(parents=True)
    rule.write_text(
        'title = "a rule of our own"\nseverity = "warning"\nowner = "client"\nretry = "no"\nbecause = "x"\n'
        "references = []\n[[when]]\nsession.usable = true\n"
        '[[example]]\nname = "it connects"\ngiven.session.usable = true\n'
        '[[example]]\nname = "it does not"\nexpect = "no"\ngiven.session.usable = false\n'
    )
    common = [world.uri(), "--rules", str(tmp_path / "rules")]
    assert run([*common, "--fail-on", "warning"]) == 4
    assert "a rule of our own (session/always)" in capfd.readouterr().out
    assert run([*common, "--fail-on", "error"]) == 0
    capfd.readouterr()
    accepted = [*common, "--fail-on", "warning", "--ignore", "session/always=it is always so"]
    assert run(accepted) == 0
    out = capfd.readouterr().out
    assert "a rule of our own" not in out and "1 ignored as you asked" in out
    for form in ("markdown", "html", "json", "github"):
        assert run([*accepted, "--format", form]) == 0
        out = capfd.readouterr().out
        assert "session/always" in out and "it is always so" in out
    assert run([*accepted, "--format", "junit"]) == 0
    assert "<failure" not in capfd.readouterr().out
    (tmp_path / "pyproject.toml").write_text('[tool.pgwhy.ignore]\n"session/always" = "the team accepts it"\n')
    assert run([*common, "--fail-on", "warning", "-v"]) == 0
    assert "session/always: the team accepts it" in capfd.readouterr().out


def test_a_mistake_in_a_rule_of_ones_own_is_told_with_its_file(refused, capfd, tmp_path):
    rule = tmp_path / "rules" / "session" / "broken.toml"
    rule.parent.mkdir(parents=True)
    rule.write_text('title = "x"\nsevrity = "warning"\n')
    assert run([refused, "--rules", str(tmp_path / "rules")]) == 2
    err = capfd.readouterr().err
    assert "broken.toml" in err and "sevrity" in err and "Traceback" not in err


def test_ignored_rules_need_a_reason(refused, capfd, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.pgwhy.ignore]\n"session/far-away" = ""\n')
    assert run([refused]) == 2
    assert "no reason for session/far-away" in capfd.readouterr().err


def test_the_plan_opens_nothing(capfd):
    with serving(silent) as port:
        assert run(["--plan", f"postgresql://alex:{PASSWORD}@localhost:{port}/neondb"]) == 0
    assert f"localhost port {port}" in capfd.readouterr().out


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_the_plan_is_json_where_json_is_asked_for(format, capfd):
    assert run(["--plan", "--format", format, f"postgresql://alex:{PASSWORD}@localhost:1/neondb"]) == 0
    out = capfd.readouterr().out
    assert any("localhost port 1" in line for line in json.loads(out)["plan"])
    assert PASSWORD not in out and (format == "json" or out.count("\n") == 1)


def test_help_leads_with_ways_that_keep_the_password_out_of_the_history(capfd):
    assert run(["--help"]) == 0
    out = capfd.readouterr().out
    assert out.index("env:DATABASE_URL") < out.index("@.env") < out.index("  -  ") < out.index("'postgresql://...'")
    assert "explain" in out and "Exit status" in out


def test_the_version_is_told_before_anything_is_imported():
    code = (
        "import sys; sys.argv = ['pgwhy', '--version']\nfrom pgwhy.cli import main\n"
        "try: main()\nexcept SystemExit as e: assert e.code == 0\n"
        "assert not {'click', 'asyncio', 'dataclasses', 'psycopg'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"pgwhy {__version__}\n"


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert version("pgwhy") == __version__


def test_a_reader_that_goes_away_is_no_error(refused):
    command = subprocess.Popen([*PGWHY, refused, "-v"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout and command.stderr
    command.stdout.close()
    assert command.wait(20) == 1
    assert command.stderr.read() == b""
    command.stderr.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_prints_what_is_known_and_exits_130():
    with serving(silent) as port:
        target = f"postgresql://alex:{PASSWORD}@127.0.0.1:{port}/neondb"
        command = subprocess.Popen([*PGWHY, target, "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _wait_for_a_connection(command.pid, port)
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=20)
    assert command.returncode == 130
    document = json.loads(out)
    assert document["interrupted"] is True
    assert document["verdict"]["summary"].startswith("The run was interrupted: ")
    assert document["observations"]["target"]["port"] == port
    assert err == b""


def _wait_for_a_connection(pid: int, port: int) -> None:
    """Until the process has a connection to the port (/proc/net/tcp), or, elsewhere, has had time for one."""
    table, sought = Path(f"/proc/{pid}/net/tcp"), f":{port:04X} 01"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and (not table.exists() or sought not in table.read_text()):
        time.sleep(0.05)


def test_a_mistake_of_ours_exits_70_and_says_so_without_a_secret(refused, capfd, monkeypatch):
    async def broken(request, progress=None):
        raise ZeroDivisionError(f"while looking at {refused}")

    monkeypatch.setattr("pgwhy.cli.running.diagnose", broken)
    assert run([refused]) == 70
    err = capfd.readouterr().err
    assert "a bug in pgwhy, not in your connection" in err and "PGWHY_DEBUG=1" in err
    assert "Traceback" not in err

    monkeypatch.setenv("PGWHY_DEBUG", "1")
    assert run([refused]) == 70
    err = capfd.readouterr().err
    assert "Traceback" in err and "ZeroDivisionError" in err
    assert PASSWORD not in err


def test_a_document_with_a_secret_in_it_does_not_leave(refused, capfd, monkeypatch):
    monkeypatch.setattr("pgwhy.redaction.Redactor.clean_value", lambda self, value: value)
    monkeypatch.setattr("pgwhy.target.masked", lambda target: {"x": {"value": PASSWORD, "source": ""}})
    assert run([refused, "--format", "json"]) == 70
    captured = capfd.readouterr()
    assert captured.out == "" and PASSWORD not in captured.err


def test_colours_can_be_forced_and_refused(refused, capfd, monkeypatch):
    run([refused])
    assert "\x1b[" not in capfd.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    run([refused])
    assert "\x1b[1;31mFAILS\x1b[0m" in capfd.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    run([refused])
    assert "\x1b[" not in capfd.readouterr().out


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "cp1252"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_a_terminal_without_unicode_gets_ascii(environment):
    target = f"postgresql://jürgen:{PASSWORD}@127.0.0.1:{closed_port()}/neondb"
    done = subprocess.run(
        [*PGWHY, target, "-v"], capture_output=True, env={**os.environ, "COLUMNS": "80", **environment}, check=False
    )
    assert done.returncode == 1
    assert done.stdout.isascii() and b"Traceback" not in done.stderr
