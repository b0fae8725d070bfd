"""pgwhy installed as its users install it, beside a project that has a folder `diagnostics/` of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOW = {"wheel": [str(ROOT)], "editable": ["--editable", str(ROOT)]}
TEST = """
import diagnostics, pgwhy
def test_both_are_what_they_should_be():
    assert diagnostics.OWN == "the project's"
    assert pgwhy.explain("ERROR:  Endpoint ID is not specified.").verdict.cause == "sni-missing"
"""
DATA = """
from pgwhy.lab.faults import faults
from pgwhy import shipped
from pgwhy.rulebook import compiled
print(shipped.built_in(), len(compiled.files(shipped.built_in())), len(compiled.compiled()))
print(faults.folder(), len(faults.slugs()))
"""


class Installed(NamedTuple):
    """An environment with pgwhy."""

    how: str
    python: Path
    site: Path

    def run(self, folder: Path, *command: str) -> str:
        """What a command prints in a folder. Raises `AssertionError` if it fails."""
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command, cwd=folder, env=clean() | {"PATH": path}, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def clean() -> Mapping[str, str]:
    """Our environment without what would lead Python elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PIP_"))}


@pytest.fixture(scope="module", params=HOW)
def installed(request, tmp_path_factory) -> Installed:
    """What is built with the environment's own hatchling, so that nothing is fetched; the libraries are ours too."""
    place = tmp_path_factory.mktemp(request.param) / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=120)
    python = place / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth files are not read
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", *HOW[request.param]]
    done = subprocess.run(pip, cwd=place, env=clean(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(request.param, python, site)


@pytest.fixture
def project(tmp_path) -> Path:
    """A project with a package `diagnostics` and a test of its own."""
    (tmp_path / "diagnostics").mkdir()
    (tmp_path / "diagnostics" / "__init__.py").write_text('OWN = "the project\'s"\n')
    (tmp_path / "test_project.py").write_text(TEST)
    return tmp_path


def test_it_is_found_where_it_was_installed(installed, project):
    where = Path(installed.run(project, str(installed.python), "-c", "import pgwhy; print(pgwhy.__file__)").strip())
    assert where.parent == (installed.site if installed.how == "wheel" else ROOT / "diagnostics") / "pgwhy"


def test_the_tests_of_a_project_with_a_folder_of_the_same_name_run(installed, project):
    assert "1 passed" in installed.run(project, str(installed.python), "-m", "pytest", "-p", "no:cacheprovider")


def test_the_command_and_the_module_run_there(installed, project):
    for program in (["pgwhy"], [str(installed.python), "-m", "pgwhy"]):
        report = json.loads(
            installed.run(project, *program, "explain", "--format", "json", "Endpoint ID is not specified.")
        )
        assert report["verdict"]["cause"] == "sni-missing"


def test_rules_and_faults_come_along(installed, project):
    rules, faults = installed.run(project, str(installed.python), "-c", DATA).splitlines()
    inside = installed.site / "pgwhy"
    folder, files, compiled = rules.split()
    assert Path(folder) == (inside / "rules" if installed.how == "wheel" else ROOT / "rules")
    assert (
        int(files) == int(compiled) == len(list((ROOT / "rules").glob("[!m]*/*.toml")))  # not messages
    )
    folder, known = faults.split()
    assert Path(folder) == (inside / "faults" if installed.how == "wheel" else ROOT / "fixtures" / "faults")
    assert int(known) == len(list((ROOT / "fixtures" / "faults").glob("*.toml")))


def test_no_other_name_is_taken(installed):
    """What a wheel puts beside the package would be importable by everybody."""
    ours = {path.name for path in installed.site.iterdir()} - {"libraries.pth", "__pycache__"}
    inside = {"pgwhy"} if installed.how == "wheel" else {name for name in ours if name.endswith(".pth")}
    assert len(inside) == 1
    assert {name for name in ours - inside if not name.endswith(".dist-info")} == set()
