"""The published source of a program, unpacked: from the registry that this machine is set up for, by its own client.

No host is named here: pip, npm, mvn, go, cargo and apt know where they get their packages from.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

SECONDS = 300
"""A client that is silent for longer is ended."""


class NotToBeHad(Exception):
    """The source cannot be fetched here: why, in one line."""

    version: str = ""


def cache() -> Path:
    """Where sources are kept, outside the repository."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pgwhy-messages"


def fetched(registry: str, package: str, version: str, folder: Path) -> Path:
    """The folder with the source of this version. Raises `NotToBeHad`."""
    target = (
        folder / registry / f"{re.sub(r'[^A-Za-z0-9.@_-]+', '+', package)}-{re.sub(r'[^A-Za-z0-9._-]+', '+', version)}"
    )
    if (target / ".whole").exists():
        return target
    if registry not in CLIENTS:
        raise NotToBeHad(f"the registry {registry} is not served here")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    try:
        CLIENTS[registry](package, version, target)
    except (OSError, ValueError, tarfile.TarError, zipfile.BadZipFile) as problem:
        raise NotToBeHad(str(problem) or type(problem).__name__) from problem
    _lift(target)
    (target / ".whole").touch()
    return target


def _pypi(package: str, version: str, target: Path) -> None:
    """The source archive; of a package that has none, a wheel."""
    wanted = f"{package}=={version}"
    common = ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(target), wanted]
    try:
        # Asking for its metadata builds a package, so a wheel is asked for first: most are pure Python.
        _run([*common, "--only-binary", ":all:"])
    except NotToBeHad:
        _run([*common, "--no-binary", ":all:"])
    _unpack_all(target)


def _npm(package: str, version: str, target: Path) -> None:
    _run(["npm", "pack", "--silent", f"{package}@{version}"], target)
    _unpack_all(target)


def _maven(package: str, version: str, target: Path) -> None:
    """The jar of its sources."""
    group, artifact = package.split(":")
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get"
    _run(["mvn", "-q", "-B", goal, f"-Dartifact={group}:{artifact}:{version}:jar:sources", "-Dtransitive=false"])
    local = Path.home() / ".m2" / "repository" / group.replace(".", "/") / artifact / version
    shutil.copy(local / f"{artifact}-{version}-sources.jar", target)
    _unpack_all(target)


def _go(package: str, version: str, target: Path) -> None:
    said = json.loads(_run(["go", "mod", "download", "-json", f"{package}@{version}"], target))
    shutil.copytree(said["Dir"], target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    target.chmod(0o755)


def _crates(package: str, version: str, target: Path) -> None:
    """Cargo unpacks what a project needs; a project that needs this crate alone is enough."""
    project = target / ".project"
    (project / "src").mkdir(parents=True)
    (project / "src" / "lib.rs").touch()
    (project / "Cargo.toml").write_text(
        f'[package]\nname = "fetching"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{package} = "={version}"\n'
    )
    said = json.loads(_run(["cargo", "metadata", "--format-version", "1"], project))
    manifest = next(each["manifest_path"] for each in said["packages"] if each["name"] == package)
    shutil.rmtree(project)
    shutil.copytree(Path(manifest).parent, target, dirs_exist_ok=True)


def _debian(package: str, version: str, target: Path) -> None:
    """The newest source package of any suite whose upstream version begins like this."""
    apt = _apt(target.parent / ".apt")
    known = re.findall(
        r"^Version: (\S+)$", _run(["apt-cache", *apt, "showsrc", "--only-source", package]), re.MULTILINE
    )
    fits = [each for each in known if re.match(rf"(?:\d+:)?{re.escape(version)}(?![0-9])", each)]
    if not fits:
        raise NotToBeHad(f"Debian has {', '.join(known) or 'no source'} of {package}")
    for each in reversed(fits):
        try:
            _run(["apt-get", *apt, "source", "--download-only", f"{package}={each}"], target)
            break
        except NotToBeHad:  # of a suite whose pool has moved on
            if each == fits[0]:
                raise
    _unpack_all(target)


def _apt(state: Path) -> list[str]:
    """Options for apt: every suite of the machine's own Debian mirror as source, its lists kept apart."""
    lists = state / "lists"
    if not lists.exists():
        uris = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)"]).split("\n")
        mirror = next((each.split()[0] for each in uris if re.search(r"/debian/? [a-z]+$", each)), "")
        if not mirror:
            raise NotToBeHad("apt knows no mirror of Debian")
        lists.mkdir(parents=True)
        suites = ("bullseye", "bookworm", "trixie", "sid")
        (state / "sources.list").write_text("".join(f"deb-src {mirror} {each} main\n" for each in suites))
    options = {
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": lists,
        "Dir::Cache": state,
    }
    apt = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    if not any(lists.glob("*Sources*")):
        _run(["apt-get", *apt, "update"])
    return apt


def _git(package: str, version: str, target: Path) -> None:
    """A branch or tag of a clone that the developer has put into the cache: git/<owner>+<name>.git."""
    clone = target.parent / f"{package.replace('/', '+')}.git"
    if not clone.exists():
        raise NotToBeHad(f"there is no clone of {package} at {clone.name} in the cache")
    archive = target / "source.tar"
    _run(["git", "-C", str(clone), "archive", "--output", str(archive), version])
    _unpack_all(target)


CLIENTS: dict[str, Callable[[str, str, Path], None]] = {
    "pypi": _pypi,
    "npm": _npm,
    "maven": _maven,
    "go": _go,
    "crates": _crates,
    "debian": _debian,
    "git": _git,
}


def _run(command: list[str], where: Path | None = None) -> str:
    if shutil.which(command[0]) is None:
        raise NotToBeHad(f"{command[0]} is not installed")
    try:
        ended = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as problem:
        raise NotToBeHad(f"{command[0]} did not end within {SECONDS} s") from problem
    if ended.returncode:
        lines = (ended.stderr or ended.stdout).strip().splitlines() or ["no reason told"]
        raise NotToBeHad(re.sub(r"https?://\S+", "the registry", f"{command[0]}: {lines[-1]}")[:200])
    return ended.stdout


def _unpack_all(folder: Path) -> None:
    """Every archive of a folder, in place of the archive."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".whl", ".jar", ".zip"):
            with zipfile.ZipFile(path) as packed:
                packed.extractall(folder)
        elif ".tar" in path.name or path.suffix == ".tgz":
            if "debian.tar" in path.name or path.name.endswith(".asc"):
                path.unlink()
                continue
            with tarfile.open(path) as tar:
                tar.extractall(folder, filter="data")
        else:
            continue
        path.unlink()


def _lift(folder: Path) -> None:
    """An archive of one folder alone becomes that folder."""
    for path in folder.glob("*.dsc"):
        path.unlink()
    inside = list(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        lifted = folder.with_name(folder.name + ".lifted")
        inside[0].rename(lifted)
        folder.rmdir()
        lifted.rename(folder)
