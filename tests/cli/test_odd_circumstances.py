"""Exit 70 is for mistakes of ours: every command in every odd circumstance ends with a sentence or an answer."""

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading

import pytest

from tests.servers import closed_port
from tests.target.machines import MARKER

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="arguments are bytes, and streams can be closed")
LIMIT_S = 60
PORT = closed_port()
WITH = f"postgresql://alex:{MARKER}@127.0.0.1:{PORT}/neondb"
BYTES = os.fsencode(f"postgresql://alex:{MARKER}") + b"\xff\xfe" + f"@127.0.0.1:{PORT}/neondb".encode()

COMMANDS = {
    "check": ["check", "--timeout", "3"],
    "verbose": ["check", "-v", "--timeout", "3"],
    "json": ["check", "--timeout", "3", "--format", "json"],
    "markdown": ["check", "--timeout", "3", "--format", "markdown"],
    "html": ["check", "--timeout", "3", "--format", "html"],
    "junit": ["check", "--timeout", "3", "--format", "junit"],
    "github": ["check", "--timeout", "3", "--format", "github"],
    "plan": ["check", "--plan"],
    "project": ["check", "--timeout", "3", "--project", "."],
    "explain": ["explain"],
    "ticket": ["ticket", "--stdout", "--timeout", "3"],
    "checklist": ["checklist", "--timeout", "3"],
    "anatomy": ["anatomy"],
    "snippets": ["snippets"],
    "run": ["run", "--target"],
}
TARGETS = {
    "plain": [WITH],
    "a password of bytes": [BYTES],
    "keywords of bytes": [b"host=\xff password=" + MARKER.encode() + b"\xff"],
    "a host of bytes": [b"postgresql://x@h\xff.example.invalid:1/d"],
    "a role of bytes": [
        f"postgresql://\udcff@127.0.0.1:{PORT}/d\udcff?application_name=\udcff".encode("utf-8", "surrogateescape")
    ],
    "only bytes": [b"\xff\xfe"],
    "a file of bytes": [b"@\xff.txt"],
    "a variable of bytes": ["env:ODD"],
    "a password like a codec": [f"postgresql://alex:utf-8@127.0.0.1:{PORT}/neondb"],
    "a password like a word of the page": [f"postgresql://alex:text/css@127.0.0.1:{PORT}/neondb"],
    "a limit with a point": [f"postgresql://alex@127.0.0.1:{PORT}/neondb?connect_timeout=1.5"],
    "a limit without an end": [f"postgresql://alex@127.0.0.1:{PORT}/neondb?connect_timeout=nan&keepalives_idle=1e309"],
    "nothing": [],
    "empty": [""],
    "standard input": ["-"],
}


def _environment(**variables):
    return lambda: {"env": {os.fsencode(k): v if isinstance(v, bytes) else v.encode() for k, v in variables.items()}}


def _closed(*descriptors):
    return lambda: {"preexec_fn": lambda: [os.close(fd) for fd in descriptors]}


def _gone():
    """Runs in a folder that is deleted before Python begins."""

    def delete():
        os.mkdir("gone")  # noqa: PTH102
        os.chdir("gone")
        os.rmdir("../gone")  # noqa: PTH106

    return {"preexec_fn": delete}


def _few(number):
    return lambda: {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))}


CIRCUMSTANCES = {
    "ordinary": dict,
    "a password of bytes in the environment": _environment(PGPASSWORD=MARKER.encode() + b"\xff"),
    "other variables of bytes": _environment(FOO=b"\xff", HOME=b"/\xff", PGSERVICEFILE=b"\xff", PGAPPNAME=b"\xff"),
    "stdin closed": _closed(0),
    "stdout closed": _closed(1),
    "stderr closed": _closed(2),
    "all closed": _closed(0, 1, 2),
    "the folder deleted": _gone,
    "few descriptors": _few(12),
    "fewer descriptors": _few(7),
    "a terminal of the C locale": _environment(LANG="C", LC_ALL="C", TERM="", COLUMNS="0", LINES="-1"),
    "odd columns": _environment(COLUMNS="99999999999999999999", TERM="\x1b[0m", NO_COLOR="", FORCE_COLOR="x"),
    "ascii only": _environment(PYTHONIOENCODING="ascii:strict", PYTHONUTF8="0"),
    "no home, no path": _environment(HOME="", PATH="", TMPDIR="/nonexistent"),
    "debug": _environment(PGWHY_DEBUG="1"),
    "debug with bytes": _environment(PGWHY_DEBUG="1", PGPASSWORD=MARKER.encode() + b"\xff"),
}


def ended(words, circumstance, folder):
    options = CIRCUMSTANCES[circumstance]()
    inherited = {os.fsencode(k): os.fsencode(v) for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE"))}
    variables = {**inherited, b"ODD": BYTES, b"HOME": os.fsencode(folder), b"XDG_STATE_HOME": os.fsencode(folder)}
    options["env"] = {**variables, **options.get("env", {})}
    command = [sys.executable, "-m", "pgwhy", *words]
    return subprocess.run(command, input=BYTES + b"\n", capture_output=True, cwd=folder, timeout=LIMIT_S, **options)


def words_of(command, target):
    if command == "run":
        program = "import sys; sys.exit('psycopg.OperationalError: connection refused')"
        return [*COMMANDS[command], *(TARGETS[target] or [""]), "--", sys.executable, "-c", program]
    return [*COMMANDS[command], *TARGETS[target]]


def check(command, target, circumstance, folder):
    done = ended(words_of(command, target), circumstance, folder)
    said = done.stdout + done.stderr
    about = (command, target, circumstance, done.returncode, said[-2000:])
    assert done.returncode in (0, 1, 2, 3, 4), about
    assert b"Traceback" not in said and b"bug in pgwhy" not in said and b"Exception ignored" not in said, about
    assert MARKER.encode() not in said, about
    assert "surrogate" not in said.decode("utf-8", "replace"), about


def each():
    """Every command with every target, every command in every circumstance, then pairs of both at random."""
    pairs = [(command, target, "ordinary") for command in COMMANDS for target in TARGETS]
    pairs += [(command, "plain", circumstance) for command in COMMANDS for circumstance in CIRCUMSTANCES]
    choose = random.Random(70)
    choose.shuffle(pairs)
    return pairs + [
        (c, t, w) for c in COMMANDS for t in TARGETS for w in CIRCUMSTANCES if w != "ordinary" and t != "plain"
    ]


@pytest.mark.promise("no-exit-70", 24, 3600)
def test_no_command_ends_with_a_mistake_of_ours(tmp_path, inputs):
    for command, target, circumstance in each()[:inputs]:
        check(command, target, circumstance, tmp_path)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "-1", "1e309", "1e300", "", "ten", "0x10"])
@pytest.mark.parametrize("option", ["--timeout", "--wait"])
def test_a_number_of_seconds_that_is_none_is_told(option, number, tmp_path):
    done = ended(["check", option, number, WITH], "ordinary", tmp_path)
    assert (done.returncode, b"Error: Invalid value for" in done.stderr, done.stdout) == (2, True, b"")


def test_a_mistake_of_ours_is_told_without_secrets_also_where_the_redactor_is_the_mistake(monkeypatch, capfd):
    from pgwhy.cli import trouble

    def broken(arguments):
        raise ZeroDivisionError(MARKER)

    monkeypatch.setattr(trouble, "_secrets", broken)
    monkeypatch.setenv("PGWHY_DEBUG", "1")
    assert trouble.told(ValueError(MARKER), [WITH]) == 70
    said = capfd.readouterr().err
    assert MARKER not in said and "Traceback" not in said and "ValueError and ZeroDivisionError" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", [["check"], ["check", "--format", "json"], ["ticket", "--stdout"], ["checklist"]])
def test_an_interrupted_command_prints_what_is_known_and_is_130(command, number, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(LIMIT_S)
        target = f"postgresql://alex:{MARKER}@127.0.0.1:{silent.getsockname()[1]}/d"
        line = [sys.executable, "-m", "pgwhy", *command, "--timeout", "50", target]
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
        connected = [silent.accept() for _ in range(3)]  # it waits for an answer
        process.send_signal(number)
        said, complained = process.communicate(timeout=LIMIT_S)
        for connection, _ in connected:
            connection.close()
    assert process.returncode == 130, complained
    assert said and b"Traceback" not in complained


@pytest.mark.promise("no-exit-70", 6, 200)
def test_at_any_moment_an_interrupt_is_130_and_no_trace(tmp_path, inputs):
    choose = random.Random(130)
    for _ in range(inputs):
        command = choose.choice(["check", "ticket", "checklist", "anatomy", "explain", "snippets", "html"])
        line = [sys.executable, "-m", "pgwhy", *COMMANDS[command], "-" if command == "explain" else WITH]
        process = subprocess.Popen(line, stdin=-1, stdout=-1, stderr=-1, cwd=tmp_path)
        threading.Event().wait(choose.uniform(0.3, 1.2))  # any moment is meant
        process.send_signal(choose.choice((signal.SIGINT, signal.SIGTERM)))
        _, complained = process.communicate(timeout=LIMIT_S)
        assert process.returncode in (0, 1, 2, 3, 130, -signal.SIGINT, -signal.SIGTERM), (line, process.returncode)
        assert MARKER.encode() not in complained


ONCE_TOO_MANY_FILES = """
import errno, sys
from pgwhy import cli

class Full:
    def find_spec(self, name, path=None, target=None):
        if name == "asyncio":
            sys.meta_path.remove(self)
            raise OSError(errno.EMFILE, "Too many open files")

sys.meta_path.insert(0, Full())
cli.main()
"""


def test_what_is_imported_early_and_cannot_be_is_imported_again(tmp_path):
    """Nothing but the start would be sooner; a start that fails would end the process in the middle of its threads."""
    command = [sys.executable, "-c", ONCE_TOO_MANY_FILES, "postgresql://alex@127.0.0.1:1/x", "--no-web"]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, timeout=LIMIT_S)
    assert (done.returncode, done.stderr) == (1, b"") and done.stdout.startswith(b"FAILS at the port")
