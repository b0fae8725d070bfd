"""What is released: the files for a package index, the image, the workflow and the action."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from pgwhy.cli.group import SHELLS
from tests.installation import ROOT
from tests.servers import closed_port

pytestmark = pytest.mark.xdist_group("installed")


@pytest.mark.full
def test_a_package_index_would_take_wheel_and_sdist(dist):
    files = sorted(map(str, dist.iterdir()))
    assert len(files) == 2
    done = subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *files], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("PASSED") == 2, done.stdout


@pytest.mark.full
def test_the_wheel_is_typed_and_has_its_data_and_its_metadata(dist):
    wheel = zipfile.ZipFile(next(dist.glob("*.whl")))
    names = set(wheel.namelist())
    assert {"pgwhy/py.typed", "pgwhy/agents/SKILL.md", "pgwhy/report/browser/page.css"} <= names
    metadata = wheel.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    for line in ("Requires-Python: >=3.11", "License-Expression: Apache-2.0", "Classifier: Typing :: Typed"):
        assert line in metadata
    assert "Provides-Extra: mcp" in metadata
    with tarfile.open(next(dist.glob("*.tar.gz"))) as source:
        inside = {name.partition("/")[2] for name in source.getnames()}
    assert {"Makefile", "Dockerfile", "hatch_build.py", "website/build.py", "packaging/standalone.spec"} <= inside


def test_the_image_copies_what_is_there_and_runs_without_rights():
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    copied = [word for line in lines if re.match(r"COPY (?!--from)", line) for word in line.split()[1:-1]]
    assert copied and all((ROOT / name).exists() for name in copied)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    assert set(copied) == allowed
    assert "USER 65532:65532" in lines and lines[-1] == 'ENTRYPOINT ["pgwhy"]'


def test_the_workflow_gives_each_job_no_more_rights_than_it_needs():
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        needs = job.get("needs", [])
        assert set([needs] if isinstance(needs, str) else needs) <= set(workflow["jobs"]), name
        for step in job["steps"]:
            assert "${{ github.event" not in step.get("run", ""), name  # nothing that others write becomes a command
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text("utf-8")


def action(folder: Path, **inputs: str) -> tuple[int, str, str]:
    """Run the steps of the composite action as a runner does: status, output, and what it sets."""
    described: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    values = {name: each["default"] for name, each in described["inputs"].items()} | inputs
    outputs = folder / "outputs"
    outputs.touch()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "RUNNER_TEMP": str(folder), "LANG": "C.UTF-8"}
    environment |= {"GITHUB_OUTPUT": str(outputs), "DATABASE_URL": inputs.get("DATABASE_URL", "")}
    told, status = "", 0
    for step in described["runs"]["steps"]:
        if step["name"] == "Install pgwhy":  # the environment of the tests stands in for the download
            (folder / "pgwhy/bin").mkdir(parents=True, exist_ok=True)
            for name in ("pgwhy", "python"):
                (folder / "pgwhy/bin" / name).symlink_to(Path(sys.executable).parent / name)
            continue
        own = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda f: values[f[1]], text)
            for name, text in step["env"].items()
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=folder, env=environment | own, capture_output=True, text=True, timeout=120)
        told, status = told + done.stdout + done.stderr, status or done.returncode
    return status, told, outputs.read_text()


@pytest.mark.full
def test_the_action_waits_names_the_cause_and_refuses_a_string(tmp_path, world):
    for name in ("good", "bad", "string"):
        (tmp_path / name).mkdir()
    assert action(tmp_path / "good", DATABASE_URL=world.uri())[::2] == (0, "cause=\n")
    refused = f"postgresql://alex:npg_Tr0ub4dor3@127.0.0.1:{closed_port()}/x"
    status, told, outputs = action(tmp_path / "bad", DATABASE_URL=refused, wait="1")
    assert (status, outputs) == (1, "cause=connection-refused\n")
    assert "::error" in told and "npg_Tr0ub4dor3" not in told
    assert json.loads((tmp_path / "bad/pgwhy.json").read_text())["verdict"]["status"] == "fails"
    status, told, _ = action(tmp_path / "string", target=refused)
    assert status == 2 and "npg_Tr0ub4dor3" not in told


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_commands_options_and_words(shell):
    program = str(Path(sys.executable).parent / "pgwhy")
    for words, expected in (
        ("pgwhy exp", "explain"),
        ("pgwhy explain --form", "--format"),
        ("pgwhy --cli", "--client"),
    ):
        environment = {**os.environ, "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
        environment |= {"_PGWHY_COMPLETE": f"{shell}_complete"}
        if shell == "fish":
            environment["COMP_CWORD"] = words.split()[-1]
        done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60)
        assert expected in done.stdout, (words, done.stdout, done.stderr)
