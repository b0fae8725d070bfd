"""The library: the names of `pgwhy` and what they give back."""

import asyncio
import json
import subprocess
import sys

import pytest

import pgwhy
from pgwhy.client import UnknownClient
from tests.servers import closed_port

PASSWORD = "Tr0ub4dor+3xyz"


def test_importing_the_package_imports_none_of_its_modules():
    code = "import sys, pgwhy; print(*[name for name in sys.modules if name.startswith('pgwhy.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", pgwhy.__all__)
def test_every_public_name_is_there(name):
    code = f"import pgwhy; assert pgwhy.{name} is not None; from pgwhy import {name}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'frobnicate'"):
        pgwhy.frobnicate  # noqa: B018


def test_diagnose_gives_a_report_without_secrets():
    target = f"postgresql://alex:{PASSWORD}@127.0.0.1:{closed_port()}/neondb"
    seen = []
    report = asyncio.run(pgwhy.diagnose(target, progress=seen.append))
    assert isinstance(report, pgwhy.Report)
    assert report.verdict.status == "fails" and report.verdict.stage == "tcp"
    assert PASSWORD not in repr(report)
    assert {"settings", "tcp"} <= {record.name for record in seen}


def test_diagnose_sync_gives_the_same(world):
    report = pgwhy.diagnose_sync(world.uri())
    assert report.verdict.status == "connects"
    assert world.password.reveal() not in repr(report)


def test_a_target_can_be_given_as_a_value(world):
    from pgwhy import target as targets
    from pgwhy.machine import Machine

    read = targets.read(world.uri(), Machine.here())
    assert isinstance(read, pgwhy.Target)
    assert pgwhy.diagnose_sync(read, login=False).verdict.status == "reachable"


def test_an_unknown_client_is_an_exception():
    with pytest.raises(UnknownClient, match="did you mean psycopg2"):
        pgwhy.diagnose_sync("postgresql://h/d", client="psycpg2")


def test_explain_tells_of_a_text_without_a_network():
    from pgwhy.api import explain

    report = explain("ERROR:  Endpoint ID is not specified. password=hunter2abc")
    assert report.verdict.cause == "sni-missing"
    assert "hunter2abc" not in repr(report) + str(report.observations.plain())


def test_a_report_writes_itself_as_the_command_does():
    report = pgwhy.explain('FATAL:  role "alex" does not exist')
    assert json.loads(report.to_json())["verdict"]["cause"] == report.verdict.cause == "role-not-found"
    assert report.to_text(100).startswith("FAILS for your client: ") and len(report.to_text(verbose=True)) > 200
