"""`--output` writes where the user points: a file is replaced as a whole, everything else is written to."""

import os
import random
import resource
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pgwhy.cli.destination import put

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices, FIFOs and links of POSIX")
PGWHY = [sys.executable, "-m", "pgwhy"]
RUN = ["check", "--no-login", "--timeout", "2", "postgresql://a@127.0.0.1:1/d"]


def pgwhy(*words, **options):
    return subprocess.run([*PGWHY, *words], capture_output=True, timeout=60, **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_its_owners_only(tmp_path):
    put(tmp_path / "new", b"text")
    assert (tmp_path / "new").read_bytes() == b"text"
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    assert names(tmp_path) == ["new"]


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o4755])
def test_a_file_that_is_replaced_keeps_its_mode_without_special_bits(mode, tmp_path):
    (tmp_path / "old").write_text("a longer text")
    (tmp_path / "old").chmod(mode)
    put(tmp_path / "old", b"text")
    assert (tmp_path / "old").read_bytes() == b"text"
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == mode & 0o777


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_its_file_is_written(there, tmp_path):
    (tmp_path / "inner").mkdir()
    file = tmp_path / "inner/file"
    if there:
        file.write_text("old")
    (tmp_path / "second").symlink_to("inner/file")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    put(tmp_path / "first", b"text")
    assert file.read_bytes() == b"text" and not file.is_symlink()
    assert (tmp_path / "first").is_symlink() and (tmp_path / "second").is_symlink()
    assert names(tmp_path / "inner") == ["file"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device, and only root could replace it")
@pytest.mark.parametrize("link", [False, True])
def test_a_device_is_written_to_and_stays_one(link, tmp_path):
    device = tmp_path / "null"
    os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    given = tmp_path / "given" if link else device
    if link:
        given.symlink_to(device)
    assert pgwhy(*RUN, "--output", given).returncode == 1
    assert stat.S_ISCHR(device.stat().st_mode) and given.is_symlink() == link
    assert names(tmp_path) == sorted({"null", given.name})


def test_the_real_dev_null_stays_what_it_is():
    before = Path("/dev/null").stat()
    assert pgwhy(*RUN, "--output", "/dev/null").returncode == 1
    assert Path("/dev/null").stat().st_ino == before.st_ino and stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_full_device_is_a_sentence():
    ended = pgwhy(*RUN, "--output", "/dev/full")
    assert ended.returncode == 2 and b"No space left" in ended.stderr and b"Traceback" not in ended.stderr


def test_a_fifo_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    heard = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    assert pgwhy(*RUN, "--format", "json", "--output", tmp_path / "pipe").returncode == 1
    reader.join(30)
    assert heard[0].startswith(b"{") and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
def test_standard_output_goes_on_where_it_is(name, tmp_path):
    """Into a file that has something already, which is neither replaced nor begun again."""
    (tmp_path / "link").symlink_to("/dev/stdout")
    file = tmp_path / "log"
    file.write_text("before\n")
    with file.open("ab") as log:
        subprocess.run([*PGWHY, *RUN, "--output", name], stdout=log, timeout=60, cwd=tmp_path)
        log.write(b"after\n")
    lines = file.read_text().splitlines()
    assert lines[0] == "before" and lines[-1] == "after" and len(lines) > 4


def test_a_process_of_the_shell_gets_it(tmp_path):
    line = f"{sys.executable} -m pgwhy {' '.join(RUN)} --output >(cat > {tmp_path}/got); wait $!; exit 0"
    subprocess.run(["bash", "-c", line], timeout=60, check=True)
    for _ in range(200):
        if (tmp_path / "got").exists() and (tmp_path / "got").read_bytes():
            break
        threading.Event().wait(0.05)
    assert b"FAILS" in (tmp_path / "got").read_bytes()


def test_a_process_that_does_not_read_is_no_error():
    line = f"{sys.executable} -m pgwhy {' '.join(RUN)} --output >(exec true); echo $?"
    assert subprocess.run(["bash", "-c", line], timeout=60, capture_output=True).stdout == b"1\n"


def test_what_another_process_left_behind_is_in_nobodys_way(tmp_path):
    for pid in range(1, 3):
        (tmp_path / f".out.{os.getpid() + pid}.part").touch()
    (tmp_path / f".out.{os.getpid()}.part").touch()
    put(tmp_path / "out", b"text")
    assert (tmp_path / "out").read_bytes() == b"text"


def test_a_file_that_cannot_grow_leaves_the_old_one(tmp_path):
    """A full disk, as far as a process can have one of its own."""
    (tmp_path / "old").write_text("old")

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))

    ended = pgwhy(*RUN, "--format", "json", "--output", tmp_path / "old", preexec_fn=small)
    assert ended.returncode == 2 and b"File too large" in ended.stderr
    assert (tmp_path / "old").read_text() == "old" and names(tmp_path) == ["old"]


COMMANDS = {
    "check": [*RUN, "--output"],
    "check, as a page": [*RUN, "--format", "html", "--output"],
    "plan": [*RUN, "--plan", "--output"],
    "ticket": ["ticket", *RUN[1:], "--output"],
    "ticket, as text": ["ticket", *RUN[1:], "--stdout", "--output"],
    "the key of pseudonyms": ["ticket", *RUN[1:], "--stdout", "--pseudonyms", "--key"],
    "checklist": ["checklist", *RUN[1:], "--output"],
    "baseline": ["checklist", *RUN[1:], "--baseline"],
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_is_not_there_is_a_sentence_in_every_command(words, tmp_path):
    ended = pgwhy(*words, tmp_path / "missing/file")
    assert ended.returncode == 2 and b"No such file or directory" in ended.stderr and b"Traceback" not in ended.stderr


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_every_command_writes_through_a_link(words, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    pgwhy(*words, tmp_path / "link", cwd=tmp_path)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "file").stat().st_size > 0


@pytest.mark.promise("output-file", 60, 3000)
def test_whatever_is_there_is_written_whole_or_left(tmp_path, inputs):
    """A folder of files, links, FIFOs and folders: after each write every other entry is what it was."""
    choose = random.Random(8)
    for trial in range(inputs):
        folder = tmp_path / str(trial)
        folder.mkdir()
        for name in "abc":
            kind = choose.choice(("file", "folder", "nothing", "protected"))
            if kind == "folder":
                (folder / name).mkdir()
            elif kind != "nothing":
                (folder / name).write_text("old")
                (folder / name).chmod(0o400 if kind == "protected" else 0o640)
        for name in "def":
            (folder / name).symlink_to(choose.choice("abcdef") if choose.random() < 0.7 else folder / "a")
        given = folder / choose.choice("abcdefg")
        meant = folder / Path(os.path.realpath(given)).name
        before = {p.name: (stat.S_IFMT(p.lstat().st_mode), p.lstat().st_ino) for p in folder.iterdir()}
        data = choose.randbytes(choose.choice((0, 1, 70_000)))
        try:
            put(given, data)
            assert meant.read_bytes() == data and stat.S_ISREG(meant.lstat().st_mode)
            written = {meant.name}
        except OSError:
            written = set()
        after = {p.name: (stat.S_IFMT(p.lstat().st_mode), p.lstat().st_ino) for p in folder.iterdir()}
        assert {n: v for n, v in before.items() if n not in written} == {
            n: v for n, v in after.items() if n not in written
        }
