"""The objects of a git repository that may be hostile: read by git, and by nothing that the repository names.

git can be made to run a program by a repository's own settings: a partial clone that fetches a missing object
(`remote.NAME.uploadpack`, `core.sshCommand`, `ext::`), `core.fsmonitor`, filters, textconv, external diffs, hooks,
aliases, pagers, `gpg.program`, credential helpers, submodules, and whatever `include.path` brings along. So git does
not get to see them. It runs in a git directory of our own, which is empty, and is given the foreign repository's folder
of objects alone (`GIT_OBJECT_DIRECTORY`). Objects are data: the config, the hooks, the index, attributes, refs, grafts
and replacements of the repository are never opened by git, and no working tree is looked at.

As no setting of the repository is used, it does not matter to whom it belongs: `safe.directory` protects from settings,
and its check (of `.git`, where git finds it by itself) is neither asked for nor switched off.

Behind that is a second wall, should a git find a way to them after all: no fetching of missing objects, no transport,
no hook, no password in its environment, a git that is not out of the project, a limit in time and memory.

A library would do without a program, but it would be one more parser of hostile packs, without a limit in memory, and
many times slower where every object is read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import IO

from pgwhy.foreign import files
from pgwhy.values import dataclass

LIMIT_S = 20.0
"""For reading every object of the repository; a larger one gets "not known"."""
MEMORY = 4 << 30
"""Bytes of address space for git, where the system can limit it (Linux): an object that unpacks to more ends it."""
_SMALL = 1 << 16
"""Bytes of a `.git` file, `commondir`, `info/alternates` or `config`; a longer one is none that git wrote."""
_FORMATS = ("sha1", "sha256")
_OURS = (
    "core.hooksPath=" + os.devnull,
    "core.fsmonitor=false",
    "core.bigFileThreshold=1m",  # larger files are streamed, and not held in memory
    "core.packedGitWindowSize=16m",
    "core.packedGitLimit=256m",
    "core.deltaBaseCacheLimit=64m",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
)


@dataclass(frozen=True)
class Repository:
    """A git repository, as far as it is used."""

    common: Path
    """Where its objects and its config are: `.git`, of a linked worktree that of the main one."""
    project: Path
    """The folder that has the `.git`: no program out of it is run."""


def find(folder: Path) -> Repository | None:
    """The repository that a folder is in, as git finds it: `.git` in the folder or above it. `None`: there is none.

    A folder that only looks like a git directory itself is none (`safe.bareRepository=explicit`).
    """
    try:
        folder = folder.absolute()
    except OSError:  # the working directory was deleted under us
        return None
    for place in (folder, *folder.parents):
        directory = _git_directory(place / ".git")
        if directory is not None:
            return Repository(directory.resolve(), place)
    return None


def search(repository: Repository, found: Callable[[IO[bytes]], bool], environment: Mapping[str, str]) -> bool | None:
    """What `found` says of a stream of every object: each version of every file, messages, deleted ones not yet
    collected. `None`: it could not be read to its end. `environment` is where git is looked for."""
    objects = repository.common / "objects"
    path = _path_outside(environment, repository)
    program = _program(path, repository)
    if program is None or not objects.is_dir() or _leads_to_another_machine(objects):
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="pgwhy-git-") as own:
            run = _Run(program, Path(own), objects, path)
            format = _format(repository, run)
            if format is None:
                return None
            run.prepare(format)
            return _searched(run, found)
    except OSError:  # no room for a folder, git is not executable, no more processes
        return None


@dataclass(frozen=True)
class _Run:
    """How git is started: the only place of pgwhy's that does."""

    program: str
    own: Path
    objects: Path
    path: str

    def prepare(self, format: str) -> None:
        """The least that git accepts as a git directory, without a single object of its own."""
        (self.own / "refs").mkdir(exist_ok=True)
        (self.own / "HEAD").write_text("ref: refs/heads/none\n", "ascii")
        version, extension = (1, f"[extensions]\n\tobjectFormat = {format}\n") if format != "sha1" else (0, "")
        (self.own / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}")

    def start(self, *arguments: str, input: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Nothing of ours is inherited but the search path. Raises `OSError`.

        Complaints beyond the size of a pipe make git wait for its limit in time.
        """
        settings = [word for setting in _OURS for word in ("-c", setting)]
        process = subprocess.Popen(  # noqa: S603 - git, with words of ours
            [self.program, "--no-pager", "--no-replace-objects", "--bare", *settings, *arguments],
            stdin=input,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.own,
            env=self._environment(),
        )
        _limit_memory(process.pid)
        return process

    def _environment(self) -> dict[str, str]:
        own, nowhere = str(self.own), os.devnull
        windows = {name: os.environ[name] for name in ("SYSTEMROOT", "COMSPEC") if name in os.environ}
        return {
            **(windows if sys.platform == "win32" else {}),
            "PATH": self.path,
            "HOME": own,
            "XDG_CONFIG_HOME": own,
            "LC_ALL": "C",
            "GIT_DIR": own,
            "GIT_OBJECT_DIRECTORY": str(self.objects),
            "GIT_CEILING_DIRECTORIES": own,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": nowhere,
            "GIT_CONFIG_GLOBAL": nowhere,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_PAGER": "cat",
            "GIT_ASKPASS": "",
            "GIT_EDITOR": ":",
            "GIT_SSH_COMMAND": "false",
        }


def _searched(run: _Run, found: Callable[[IO[bytes]], bool]) -> bool | None:
    with run.start("cat-file", "--batch", "--batch-all-objects", "--buffer", "--unordered") as process:
        late = Timer(LIMIT_S, process.kill)
        late.daemon = True
        late.start()
        try:
            assert process.stdout is not None and process.stderr is not None
            if found(process.stdout):
                return True
            complained = process.stderr.read(1) != b""  # an object that it cannot read is called missing, with status 0
            return False if process.wait() == 0 and not complained else None
        finally:
            late.cancel()
            process.kill()


def _format(repository: Repository, run: _Run) -> str | None:
    """Which names the objects have, sha1 or sha256; `None` where this git cannot say.

    git reads the text of the config as a list of settings of nobody's, from its standard input: none is obeyed, and
    `include.path` is not followed.
    """
    text = _small(repository.common / "config")
    if text is None:
        return "sha1"
    if b"objectformat" not in text.lower():
        return "sha1"
    run.prepare("sha1")
    arguments = ("config", "--file", "-", "--no-includes", "--get", "extensions.objectformat")
    with run.start(*arguments, input=subprocess.PIPE) as process:
        try:
            told = process.communicate(text, timeout=5)[0].decode("ascii", "replace").strip().lower()
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    if process.returncode == 1:
        return "sha1"  # not set
    return told if process.returncode == 0 and told in _FORMATS else None


def _git_directory(path: Path) -> Path | None:
    """The directory with the objects, from a `.git` that is a directory, or a file that names one."""
    try:
        if not path.is_dir():
            named = _named(path, b"gitdir:")
            if named is None:
                return None
            path = named
        shared = _named(path / "commondir", b"")
        path = shared if shared is not None else path
        return path if (path / "objects").is_dir() and (path / "HEAD").exists() else None
    except (OSError, ValueError):
        return None


def _named(file: Path, mark: bytes) -> Path | None:
    """The directory that a small file names after a mark; `None` where it names none, or one of another machine's."""
    text = _small(file)
    if text is None or not text.startswith(mark):
        return None
    name = os.fsdecode(text.removeprefix(mark).strip(b" \t\r\n"))
    return None if not name or _is_network(name) else file.parent / name


def _leads_to_another_machine(objects: Path) -> bool:
    """Windows opens `\\\\server\\share` with the user's credentials, and a repository may name one as its alternate."""
    text = _small(objects / "info" / "alternates") or b""
    return any(_is_network(os.fsdecode(line).strip(' "\t\r')) for line in text.split(b"\n"))


def _is_network(name: str) -> bool:
    return name.replace("\\", "/").startswith("//")


def _small(file: Path) -> bytes | None:
    """What is in a small regular file; `None`: there is none."""
    try:
        return files.content(file, _SMALL)
    except OSError:
        return None


def _program(path: str, repository: Repository) -> str | None:
    """git, by its full name. Windows looks in the working directory first, where a project may have a `git.exe`."""
    for folder in filter(None, path.split(os.pathsep)):
        found = shutil.which("git", path=folder)
        if found is not None and _is_outside(found, repository):
            return found
    return None


def _path_outside(environment: Mapping[str, str], repository: Repository) -> str:
    """The search path without what is in the project, as `node_modules/.bin` is under `npm run`, or depends on a
    working directory."""
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if _is_outside(folder, repository))


def _is_outside(name: str, repository: Repository) -> bool:
    try:
        path = Path(name)
        inside = (repository.project.resolve(), repository.common.parent)
        return path.is_absolute() and not any(path.resolve().is_relative_to(folder) for folder in inside)
    except (OSError, RuntimeError, ValueError):
        return False


def _limit_memory(pid: int) -> None:
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):  # it may have ended
            resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
