"""A foreign repository is searched, and nothing that it names is run: real repositories with every trap git has."""

import os
import random
import shutil
import stat
import subprocess
import sys

import pytest

from pgwhy.checklist import repository, workplace
from pgwhy.client import LIBPQ_HERE
from pgwhy.project import scan
from pgwhy.target import read
from tests.target.machines import MARKER, machine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")
WHO = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")


def git(folder, *words, **options):
    return subprocess.run(["git", "-C", folder, *WHO, *words], check=True, capture_output=True, **options)


@pytest.fixture
def caught(tmp_path):
    """The file that a trap leaves where it was run, and what it heard of the environment."""
    return tmp_path / "caught"


@pytest.fixture
def trap(tmp_path, caught):
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\nenv >> {caught}\nexit 1\n")
    program.chmod(0o755)
    return str(program)


@pytest.fixture
def project(tmp_path):
    """A repository whose password was committed and deleted, with an index."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / ".env").write_text(f"DATABASE_URL=postgresql://alex:{MARKER}@db.example.com/neondb\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "all")
    git(folder, "rm", "-q", "--cached", ".env")
    (folder / ".env").unlink()
    (folder / "package.json").write_text('{"dependencies": {"pg": "8.11.3"}}')
    (folder / ".gitattributes").write_text("* filter=trap diff=trap merge=trap text\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "without it")
    return folder


def seen(folder, **environment):
    """What the checklist sees of a project, with a password in the environment that a trap could hear."""
    variables = {"PATH": os.environ["PATH"], "PGPASSWORD": MARKER, **environment}
    here = machine(variables, folder=folder)
    target = read(f"postgresql://alex:{MARKER}@db.example.com/neondb", here)
    return workplace.look(target, LIBPQ_HERE, here, folder, scan(folder))


def to_its_end(stream):
    while stream.read(1 << 20):
        pass
    return False


def break_an_object(folder, name="e6" + 38 * "0"):
    """An object that cannot be read: in a partial clone git asks the remote for it."""
    place = folder / ".git/objects" / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"")


def partial_clone(folder, trap):
    for name, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": str(folder),
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": trap,
    }.items():
        git(folder, "config", name, value)
    break_an_object(folder)


def test_the_trap_is_one(project, trap, caught):
    partial_clone(project, trap)
    subprocess.run(
        ["git", "-C", project, "cat-file", "--batch", "--batch-all-objects"], capture_output=True, timeout=60
    )
    assert caught.exists()


def test_a_partial_clone_is_not_fetched(project, trap, caught):
    partial_clone(project, trap)
    assert seen(project).password_in_git is True
    assert not caught.exists()


def test_an_object_that_cannot_be_read_is_not_called_searched(project, trap):
    partial_clone(project, trap)
    here = repository.find(project)
    assert repository.search(here, to_its_end, os.environ) is None
    (project / ".git/objects/e6" / (38 * "0")).unlink()
    assert repository.search(here, to_its_end, os.environ) is False


COMMANDS = {
    "core.fsmonitor": "{trap}",
    "core.pager": "{trap}",
    "core.editor": "{trap}",
    "core.askPass": "{trap}",
    "core.sshCommand": "{trap}",
    "core.gitProxy": "{trap}",
    "core.alternateRefsCommand": "{trap}",
    "core.hooksPath": "{folder}/hooks",
    "pager.cat-file": "{trap}",
    "pager.config": "{trap}",
    "pager.rev-parse": "{trap}",
    "alias.cat-file": "!{trap}",
    "alias.rev-parse": "!{trap}",
    "filter.trap.clean": "{trap}",
    "filter.trap.smudge": "{trap}",
    "filter.trap.process": "{trap}",
    "filter.trap.required": "true",
    "diff.trap.textconv": "{trap}",
    "diff.trap.command": "{trap}",
    "diff.external": "{trap}",
    "merge.trap.driver": "{trap}",
    "gpg.program": "{trap}",
    "gpg.ssh.program": "{trap}",
    "log.showSignature": "true",
    "credential.helper": "!{trap}",
    "sequence.editor": "{trap}",
    "trailer.x.command": "{trap}",
    "uploadpack.packObjectsHook": "{trap}",
    "submodule.recurse": "true",
    "submodule.inner.update": "!{trap}",
    "remote.origin.vcs": "ext",
    "remote.origin.url": "ext::{trap} %S",
    "remote.origin.receivepack": "{trap}",
    "include.path": "{folder}/included",
    "includeIf.gitdir:**.path": "{folder}/included",
    "core.worktree": "{folder}",
    "core.untrackedCache": "true",
    "status.submoduleSummary": "true",
    "maintenance.auto": "true",
    "gc.auto": "1",
    "protocol.ext.allow": "always",
    "protocol.allow": "always",
    "safe.directory": "*",
    "init.templateDir": "{folder}/hooks",
    "ssh.variant": "simple",
    "index.version": "4",
    "trace2.eventTarget": "{folder}/../caught",
}
HOOKS = ("post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman", "query")


def arm(folder, trap, names):
    """Give the repository's config these settings, each with the trap in its place, and its hooks."""
    included = folder / "included"
    included.write_text(f'[remote "origin"]\n\tuploadpack = {trap}\n[core]\n\tfsmonitor = {trap}\n')
    for place in (folder / "hooks", folder / ".git/hooks"):
        place.mkdir(exist_ok=True)
        for hook in HOOKS:
            shutil.copy(trap, place / hook)
    for name in names:
        value = COMMANDS[name].format(trap=trap, folder=folder)
        git(folder, "config", "--file", folder / ".git/config", name, value)


@pytest.mark.promise("foreign-repository", 12, 400)
def test_no_setting_of_a_repository_runs_anything(project, trap, caught, inputs):
    partial_clone(project, trap)
    plain = (project / ".git/config").read_text()
    choose = random.Random(20261129)
    names = sorted(COMMANDS)
    for trial in range(inputs):
        (project / ".git/config").write_text(plain)
        arm(project, trap, names if trial == 0 else choose.sample(names, choose.randint(1, 8)))
        around = seen(project)
        assert (around.repository, around.password_in_git, around.drivers) == (True, True, ("pg 8.11.3 or later",))
        assert not caught.exists(), (project / ".git/config").read_text()


def test_a_folder_that_only_looks_like_a_git_directory_is_none(project, trap, caught):
    arm(project, trap, ["core.fsmonitor"])
    inner = project / "vendor-data"
    shutil.copytree(project / ".git", inner)
    shutil.rmtree(project / ".git")
    assert seen(inner).repository is False
    assert not caught.exists()


@pytest.mark.parametrize("path", ["{project}", ".", "", "{project}/node_modules/.bin"])
def test_a_git_out_of_the_project_is_not_run(path, project, trap, caught, monkeypatch):
    bin = project / "node_modules/.bin"
    bin.mkdir(parents=True)
    for place in (project / "git", bin / "git"):
        shutil.copy(trap, place)
    monkeypatch.chdir(project)
    search = path.format(project=project) + os.pathsep + os.environ["PATH"]
    assert seen(project, PATH=search).password_in_git is True
    assert seen(project, PATH=path.format(project=project)).password_in_git is None
    assert not caught.exists()


def test_git_is_told_nothing_of_the_environment(project, tmp_path, caught):
    """Not even a git that is somebody's script hears a password."""
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "git").write_text(f'#!/bin/sh\nenv >> {caught}\nexec {shutil.which("git")} "$@"\n')
    (bin / "git").chmod(0o755)
    path = f"{bin}{os.pathsep}{os.environ['PATH']}"
    assert seen(project, PATH=path, DATABASE_URL=f"postgresql://x:{MARKER}@h/d").password_in_git is True
    assert MARKER not in caught.read_text()
    assert "GIT_NO_LAZY_FETCH=1" in caught.read_text()


@pytest.mark.parametrize("where", ["config", "HEAD", "objects/info/alternates", "objects/00/" + 38 * "0", "shallow"])
def test_a_pipe_in_the_place_of_a_file_ends_within_the_limit(where, project, monkeypatch):
    monkeypatch.setattr(repository, "LIMIT_S", 1.0)
    place = project / ".git" / where
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    assert seen(project).password_in_git in (True, None)


@pytest.mark.full
def test_an_object_larger_than_memory_is_streamed(project, monkeypatch):
    monkeypatch.setattr(repository, "MEMORY", 150 << 20)
    git(project, "hash-object", "-w", "--stdin", input=bytes(200 << 20))
    assert repository.search(repository.find(project), to_its_end, os.environ) is False


def test_a_repository_of_sha256_is_searched(tmp_path, monkeypatch):
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "-q", "--object-format=sha256")
    git(folder, "hash-object", "-w", "--stdin", input=MARKER.encode())
    assert seen(folder).password_in_git is True


def test_a_linked_worktree_and_its_alternates_are_searched(project, tmp_path):
    git(project, "worktree", "add", "-q", tmp_path / "beside")
    assert seen(tmp_path / "beside").password_in_git is True
    subprocess.run(["git", "clone", "-q", "--shared", project, tmp_path / "shared"], check=True)
    assert seen(tmp_path / "shared").password_in_git is True


@pytest.mark.parametrize("network", [r"\\evil\share", "//evil/share/objects", '"//evil/share"'])
def test_an_alternate_on_another_machine_is_not_opened(network, project):
    (project / ".git/objects/info").mkdir(exist_ok=True)
    (project / ".git/objects/info/alternates").write_text(f"{network}\n")
    assert seen(project).password_in_git is None


def test_a_gitdir_on_another_machine_is_not_opened(tmp_path):
    (tmp_path / ".git").write_text("gitdir: //evil/share/.git\n")
    assert repository.find(tmp_path) is None


def test_of_a_folder_in_a_repository_the_repository_is_found(project):
    inner = project / "a/b"
    inner.mkdir(parents=True)
    assert repository.find(inner) == repository.find(project) == repository.Repository(project / ".git", project)


def test_the_repository_is_not_written_to(project):
    def state():
        return {p: (stat.S_IFMT(p.lstat().st_mode), p.lstat().st_mtime_ns) for p in project.rglob("*")}

    before = state()
    seen(project)
    assert state() == before


def test_without_git_it_is_not_known(project, tmp_path):
    assert seen(project, PATH=str(tmp_path)).password_in_git is None


def test_a_history_that_is_no_file_is_not_waited_for(project, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for file in ("/dev/zero", str(tmp_path / "pipe"), str(tmp_path)):
        assert seen(project, HISTFILE=file).password_in_history is False


def test_the_end_of_a_long_history_is_searched(project, tmp_path, monkeypatch):
    monkeypatch.setattr(workplace, "LONGEST_HISTORY", 1000)
    (tmp_path / "history").write_text(2000 * "x" + f"psql postgresql://a:{MARKER}@h/d\n")
    assert seen(project, HISTFILE=str(tmp_path / "history")).password_in_history is True
