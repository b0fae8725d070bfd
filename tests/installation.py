"""pgwhy as its users get it: what a package index would hold, and an environment in which it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def built(folder: Path) -> Path:
    """Wheel and sdist, built into the folder with the environment's own hatchling, so that nothing is fetched."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return folder


def clean() -> Mapping[str, str]:
    """Our environment without what would lead Python elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PIP_"))}


def site_of(place: Path) -> Path:
    """Where an environment keeps what is installed in it."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))


def installed(place: Path, *what: str) -> Path:
    """The `python` of a new environment at this place with pgwhy in it, and our libraries. `what` is for `pip install`.

    Raises `AssertionError` with what pip says if it cannot be installed.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=120)
    python = place / "bin" / "python"
    (site_of(place) / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")  # its own .pth are not read
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed", *what]
    done = subprocess.run(pip, cwd=place, env=clean(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return python
