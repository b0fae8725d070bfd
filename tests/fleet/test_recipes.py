"""The recipes for places without Dask: run as they are printed, and their answers joined."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pgwhy.cli import run
from tests.fleet.test_command import PASSWORD, closed_port, url

PGWHY = Path(sys.executable).with_name("pgwhy")


def printed(name: str, capfd: pytest.CaptureFixture[str]) -> str:
    assert run(["fleet", "--recipe", name]) == 0
    return capfd.readouterr().out


@pytest.mark.full
def test_the_playbook_brings_the_answers_of_two_hosts_and_leaves_nothing(
    tmp_path: Path, ansible_playbook: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fleet.yml").write_text(printed("ansible", capfd))
    (tmp_path / "targets.txt").write_text(url(closed_port(), "app"))
    places = "one ansible_connection=local\nother ansible_connection=local\n"
    (tmp_path / "inventory").write_text(f"{places}[all:vars]\nansible_python_interpreter={sys.executable}\n")
    (tmp_path / "tmp").mkdir()
    command = [ansible_playbook, "-i", "inventory", "fleet.yml", "-e", "targets=targets.txt", "-e", f"pgwhy={PGWHY}"]
    own = {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"}
    ran = subprocess.run(command, cwd=tmp_path, env={**os.environ, **own}, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert {path.name for path in (tmp_path / "answers").iterdir()} == {"one.jsonl", "other.jsonl"}
    assert not list((tmp_path / "tmp").glob("pgwhy-*"))
    assert PASSWORD not in ran.stdout + ran.stderr
    assert run(["fleet", "report", str(tmp_path / "answers")]) == 1
    said = capfd.readouterr().out
    assert "0 of 1 work from one" in said
    assert "Each target has the same answer from every place." in said


def test_a_pod_of_the_job_does_what_it_says(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The cluster itself is not here: the manifest is read, and its container's script run with what it mounts."""
    job = yaml.safe_load(printed("kubernetes", capfd))
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounted = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert set(mounted.values()) == {volume["name"] for volume in pod["volumes"]}
    assert job["spec"]["template"]["metadata"]["labels"]["app"] == "pgwhy-fleet"
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    (tmp_path / "targets.txt").write_text(url(closed_port(), "app"))
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "pgwhy").symlink_to(PGWHY)
    (tmp_path / "venv" / "bin" / "pip").symlink_to("/bin/true")
    (tmp_path / "python").symlink_to("/bin/true")
    (script,) = container["args"]
    script = script.replace("/targets/", f"{tmp_path}/").replace("/scratch/", f"{tmp_path}/")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PGWHY_PLACE": "node 7"}
    ran = subprocess.run(
        [*container["command"], script], env=environment, capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    (found,) = map(json.loads, ran.stdout.splitlines())
    assert (found["place"], found["cause"]) == ("node 7", "connection-refused")
