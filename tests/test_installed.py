"""pgwhy installed as its users install it, beside a project that has a folder `diagnostics/` of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import installation
from tests.installation import ROOT

pytestmark = [pytest.mark.xdist_group("installed"), pytest.mark.full]
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
            command, cwd=folder, env=installation.clean() | {"PATH": path}, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installed(request, tmp_path_factory) -> Installed:
    if request.param == "wheel":
        python = request.getfixturevalue("wheel_python")
    else:
        place = tmp_path_factory.mktemp("editable") / "venv"
        python = installation.installed(place, "--editable", str(ROOT))
    return Installed(request.param, python, installation.site_of(python.parents[1]))


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
