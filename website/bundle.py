"""What runs in the reader's browser: Python as WebAssembly from its npm package, and pgwhy as people install it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYODIDE = ROOT / ".parts/pyodide/node_modules/pyodide"
"""`make parts` installs it."""
_OF_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
_LIBRARIES = ("jinja2", "markupsafe")
"""For the HTML report; both run without compiled code."""


class MissingPart(RuntimeError):
    """The npm package is not there."""


def put(folder: Path) -> None:
    """Everything into a folder of the site. Raises `MissingPart`, and `CalledProcessError` if no wheel can be built."""
    if not PYODIDE.is_dir():
        raise MissingPart("the npm package pyodide is missing: make parts installs it")
    folder.mkdir(parents=True, exist_ok=True)
    for name in _OF_PYODIDE:
        shutil.copyfile(PYODIDE / name, folder / name)
    _build_wheel(folder)
    with zipfile.ZipFile(folder / "libraries.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _LIBRARIES:
            spec = find_spec(name)
            assert spec is not None and spec.origin is not None
            package = Path(spec.origin).parent
            for file in sorted(package.glob("*.py")):
                archive.write(file, f"{name}/{file.name}")


def _build_wheel(folder: Path) -> None:
    """With the environment's own hatchling, so that nothing is fetched."""
    made = folder / "wheel"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = made.glob("*.whl")
    shutil.move(wheel, folder / "pgwhy.zip")
    made.rmdir()
