"""A target that works gives one short page and exit 0, whatever way it is written and whichever Postgres answers."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pgwhy.cli import run
from pgwhy.finding import Severity
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, DOMAIN, ENDPOINT, ROLE, World
from tests.engine.runs import MARKER, check, machine, page

POOLED = f"{ENDPOINT}-pooler.{DOMAIN}"


@pytest.fixture(params=["Postgres 15", "Postgres of the wheel"])
def secure(request: pytest.FixtureRequest) -> Postgres:
    """A Postgres that offers TLS, under a certificate of the world's authority."""
    server: Postgres = request.getfixturevalue("secure15" if "15" in request.param else "secure_wheel")
    return server


@pytest.fixture(params=["Postgres 15", "Postgres of the wheel"])
def plain(request: pytest.FixtureRequest) -> Postgres:
    """A Postgres without TLS."""
    server: Postgres = request.getfixturevalue("postgres15" if "15" in request.param else "wheel_postgres")
    return server


def healthy(text: str, **environment: str) -> str:
    """The page of a run that must be healthy."""
    report = check(text, on=machine(**environment))
    assert report.verdict.status == "connects", report.verdict
    assert not [finding for finding in report.findings if finding.severity is Severity.ERROR]
    lines = page(report)
    assert lines[0].startswith("CONNECTS in ")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("host", "query", "tls"),
    [
        ("127.0.0.1", "", True),
        ("127.0.0.1", "?sslmode=require", True),
        ("127.0.0.1", "?sslmode=disable", False),
        ("127.0.0.1", "?sslmode=require&channel_binding=require", True),
        ("127.0.0.1", "?sslmode=verify-ca&sslrootcert=ROOT", True),
        ("localhost", "?sslmode=verify-full&sslrootcert=ROOT", True),
        ("localhost", "?sslmode=verify-full&sslrootcert=system", True),
        ("localhost", "?sslrootcert=system", True),
        ("[::1]", "?sslmode=require", True),
        ("localhost", "?hostaddr=127.0.0.1&sslsni=0&sslmode=require", True),
        ("localhost", "?hostaddr=127.0.0.1&gssencmode=disable&sslnegotiation=postgres&sslmode=allow", False),
    ],
)
def test_a_postgres_with_tls(secure: Postgres, world: World, host: str, query: str, tls: bool) -> None:
    query = query.replace("ROOT", str(world.root_certificate))
    text = f"postgresql://{ROLE}:{MARKER}@{host}:{secure.port}/{DATABASE}{query}"
    told = healthy(text, SSL_CERT_FILE=str(world.root_certificate))
    assert f"PostgreSQL {secure.installation.version}" in told
    assert ("TLS 1.3" in told) is tls


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "SOCKET"])
@pytest.mark.parametrize("query", ["", "?sslmode=disable", "?sslmode=allow"])
def test_a_postgres_without_tls(plain: Postgres, host: str, query: str) -> None:
    host = host.replace("SOCKET", str(plain.socket_folder).replace("/", "%2F"))
    password = plain.roles[ROLE].reveal()
    told = healthy(f"postgresql://{ROLE}:{password}@{host}:{plain.port}/{DATABASE}{query}")
    assert f"PostgreSQL {plain.installation.version}" in told and "TLS 1" not in told


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sslmode": None, "channel_binding": None},
        {"sslmode": "prefer"},
        {"sslmode": "verify-full", "sslrootcert": "ROOT"},
        {"sslmode": "verify-full", "sslrootcert": "system"},
        {"hostaddr": "::1"},
        {"sslnegotiation": "direct"},
        {"host": POOLED},
        {"options": f"endpoint={ENDPOINT}"},
        {"options": f"endpoint={ENDPOINT}", "sslsni": "0"},
        {"options": f"project={ENDPOINT} -c statement_timeout=5000", "sslsni": "0", "channel_binding": None},
    ],
    ids=lambda given: " ".join(f"{key}={value}" for key, value in given.items()) or "as the console prints it",
)
def test_through_the_gateway(world: World, given: dict[str, str | None]) -> None:
    root = str(world.root_certificate)
    told = healthy(world.uri(**{k: root if v == "ROOT" else v for k, v in given.items()}), SSL_CERT_FILE=root)
    assert "compute was awake" in told


@pytest.mark.parametrize(
    ("sslmode", "sslrootcert"), [("verify-full", "ROOT"), ("verify-full", "system"), ("require", None)]
)
def test_through_the_gateway_with_the_endpoint_in_the_password(
    world: World, sslmode: str, sslrootcert: str | None
) -> None:
    """Clear text, so only over a certificate that passes; where this machine trusts it, `require` is raised to that."""
    root = str(world.root_certificate)
    text = world.uri(
        password=f"endpoint={ENDPOINT};{world.password.reveal()}",
        sslsni="0",
        channel_binding=None,
        sslmode=sslmode,
        sslrootcert=root if sslrootcert == "ROOT" else sslrootcert,
    )
    healthy(text, SSL_CERT_FILE=root)


def test_a_keyword_string_and_variables_do_as_well(plain: Postgres) -> None:
    password = plain.roles[ROLE].reveal()
    healthy(f"host=127.0.0.1 port={plain.port} user={ROLE} password={password} dbname={DATABASE}")
    report = check(
        None,
        on=machine(PGHOST="127.0.0.1", PGPORT=str(plain.port), PGUSER=ROLE, PGPASSWORD=password, PGDATABASE=DATABASE),
    )
    assert report.verdict.status == "connects"


def test_the_command_exits_0(world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(world.root_certificate))
    monkeypatch.setenv("COLUMNS", "80")
    for text in (world.uri(), world.uri(sslmode="verify-full", sslrootcert="system"), world.uri(sslmode=None)):
        monkeypatch.setenv("DATABASE_URL", text)
        assert run(["env:DATABASE_URL"]) == 0
        printed = capfd.readouterr()
        assert printed.out.startswith("CONNECTS in ") and printed.err == ""
        assert len(printed.out.rstrip("\n").split("\n")) <= 24
        assert world.password.reveal() not in printed.out


def test_a_command_that_connects_imports_nothing_that_explains_a_failure(world: World) -> None:
    """Most of what a healthy check costs is what it imports."""
    code = (
        "import os, sys\n"
        "from pgwhy.cli import main, process\n"
        "def leave(status):\n"
        "    print(status, *sorted(sys.modules), file=sys.stderr)\n"
        "    os._exit(status)\n"
        "process.leave = leave\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "env:HEALTHY"],
        env=os.environ | {"HEALTHY": world.uri()},
        capture_output=True,
        text=True,
        timeout=60,
    )
    status, *modules = ran.stderr.split()
    assert status == "0", ran.stdout
    assert not {"html", "psycopg", "tomllib", "yaml", "jinja2", "_ssl", "encodings.idna"} & set(modules)
    explain = ("pgwhy.error_text.deciding", "pgwhy.error_text.catalogue", "pgwhy.target.files")
    assert not [name for name in modules if name.startswith(explain)]


def test_parameters_that_the_target_asks_for_take_effect(world: World, plain: Postgres) -> None:
    password = plain.roles[ROLE].reveal()
    options = "-c%20statement_timeout%3D5000%20-c%20search_path%3D%22a%5C%20b%22"
    report = check(f"postgresql://{ROLE}:{password}@127.0.0.1:{plain.port}/{DATABASE}?options={options}")
    assert report.observations.get("target.requested") == ("statement_timeout", "search_path")
    assert report.observations.get("session.ignored_parameters") == ()


def test_each_connection_is_told_with_both_of_its_ends(world: World) -> None:
    """So that the server's log, and that of whatever stands between, can be searched for it."""
    spans = [span for span in check(world.uri()).timeline if span.probe in ("tcp", "tls", "startup", "authentication")]
    carried_on = [span.local for span in spans if span.label in ("with SNI", "without SNI")]
    alone = [span.local for span in spans if span.local not in carried_on]
    assert len(carried_on) == 4 and len(set(carried_on)) == 2, "the start-up message goes where TLS was begun"
    assert len(set(alone)) == len(alone) >= 3
    assert len({span.remote for span in spans}) == 1
    assert spans[0].remote.startswith("127.0.0.1:")


def test_a_clock_that_is_wrong_is_measured_against_the_servers(world: World) -> None:
    right, now = machine(), datetime.now(UTC)
    offsets = [
        check(world.uri(), on=replace(right, now=now - behind)).observations.get("session.clock_offset_s")
        for behind in (timedelta(0), timedelta(hours=1))
    ]
    assert abs(offsets[0]) <= 60 and abs(offsets[1] - 3600) <= 60
