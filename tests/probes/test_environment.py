"""What this machine brings along."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest

from pgwhy import target as targets
from pgwhy.client import LIBPQ_HERE
from pgwhy.engine.observation import begin, observe
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes import environment
from pgwhy.probes.environment import EnvironmentFacts
from pgwhy.probes.probe import Options


def look(machine: Machine) -> EnvironmentFacts:
    async def main() -> EnvironmentFacts:
        seen = begin(targets.read("host=db.test", machine), LIBPQ_HERE, machine, Options())
        found = (await observe(seen, Network(), [environment.PROBE])).records["environment"]
        assert isinstance(found, EnvironmentFacts)
        return found

    return asyncio.run(main())


def test_a_bare_machine_brings_nothing(machine: Machine) -> None:
    seen = look(machine)
    assert (seen.platform, seen.pg_variables, seen.proxies, seen.root_file, seen.serverless) == (
        "linux",
        (),
        (),
        "",
        "",
    )
    assert seen.libpq_version and seen.libpq_version >= 160000
    assert isinstance(seen.ipv6_route, bool) and isinstance(seen.container, bool)


def test_variables_are_named_and_never_told(machine: Machine) -> None:
    variables = {"PGPASSWORD": "secret", "PGSSLMODE": "disable", "PGPLAN": "x", "HTTPS_PROXY": "http://u:secret@p"}
    seen = look(dataclasses.replace(machine, environment=variables))
    assert (seen.pg_variables, seen.proxies) == (("PGPASSWORD", "PGSSLMODE"), ("HTTPS_PROXY",))
    assert "secret" not in repr(seen)


def test_a_root_file_is_noticed(machine: Machine) -> None:
    assert machine.postgres_folder
    machine.postgres_folder.mkdir()
    root = machine.postgres_folder / "root.crt"
    root.write_text("")
    assert look(machine).root_file == str(root)


def test_where_the_trusted_roots_are_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgwhy.network.trust_store._BUNDLES", ())
    assert look(machine).system_roots == ""
    named = dataclasses.replace(machine, environment={"SSL_CERT_FILE": "/a.pem", "SSL_CERT_DIR": "/b"})
    assert look(named).system_roots == "/a.pem, /b"


def test_containers_and_serverless_platforms_show_in_their_variables(machine: Machine) -> None:
    lambda_ = dataclasses.replace(machine, environment={"AWS_LAMBDA_FUNCTION_NAME": "f"})
    pod = dataclasses.replace(machine, environment={"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert look(lambda_).serverless == "aws-lambda"
    assert (look(pod).container, look(pod).kubernetes, look(lambda_).kubernetes) == (True, True, False)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_platforms_do_not_crash(platform: str, machine: Machine, tmp_path: Path) -> None:
    elsewhere = dataclasses.replace(machine, platform=platform, home=None, environment={"APPDATA": str(tmp_path)})
    seen = look(elsewhere)
    assert (seen.platform, seen.container) == (platform, False)
