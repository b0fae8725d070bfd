"""`pgwhy run`: a command under it is the command itself, byte for byte, for whoever looks at it from outside."""

import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sampling import examples

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and terminals of POSIX")

UNDER = [sys.executable, "-m", "pgwhy", "run", "--"]
PYTHON = [sys.executable, "-c"]
LIMIT_S = 30


def piped(command, stdin=b""):
    """Status and both outputs, each in a pipe of its own."""
    ended = subprocess.run(command, input=stdin, capture_output=True, timeout=LIMIT_S)
    return ended.returncode, ended.stdout, ended.stderr


def at_terminal(command, typed=b"", size=(24, 80), until=b"", steps=(), environment=None):
    """Status and everything that a terminal shows, when `typed` is typed as soon as `until` is shown.

    `steps` are several of these; in the place of what to type may stand what to do with the terminal.

    What is typed is echoed by the terminal at once, so only what is typed after a prompt has a place of its own.
    """
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    process = subprocess.Popen(
        command,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        preexec_fn=lambda: _adopt(inner),
        env={**os.environ, **(environment or {})},
    )
    os.close(inner)
    try:
        return _watched(process, outer, list(steps) or [(until, typed)])
    finally:
        process.kill()
        process.wait(LIMIT_S)
        os.close(outer)


def _watched(process, outer, steps):
    shown, answered = b"", 0
    end = time.monotonic() + LIMIT_S
    while select.select([outer], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            data = os.read(outer, 65536)
        except OSError:
            data = b""
        if not data:
            return process.wait(LIMIT_S), shown
        shown += data
        if steps and steps[0][1] and (place := shown.find(steps[0][0], answered)) >= 0:
            answered = place + len(steps[0][0])
            act = steps.pop(0)[1]
            act(outer) if callable(act) else os.write(outer, act)
    raise AssertionError(f"still running after {LIMIT_S} s, and has shown {shown!r}")


def _adopt(terminal):
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


PROMPT = b"? "
COMMANDS = {
    "succeeds": [*PYTHON, "print('ok')"],
    "fails": [*PYTHON, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(41)"],
    "is killed": [*PYTHON, "import os; print('out', flush=True); os.kill(os.getpid(), 9)"],
    "ends by a signal": [*PYTHON, "import os; os.kill(os.getpid(), 15)"],
    "reads its input": [*PYTHON, "import sys; print('?', end=' ', flush=True); print(sys.stdin.read().upper())"],
    "asks whether it has a terminal": [*PYTHON, "import os; print([os.isatty(fd) for fd in (0, 1, 2)])"],
    "closes its output": [*PYTHON, "import os; os.close(1); os.close(2)"],
    "writes no UTF-8": [*PYTHON, "import sys; sys.stdout.buffer.write(bytes(range(256)))"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_the_same_in_pipes(command):
    assert piped([*UNDER, *command], b"typed\n") == piped(command, b"typed\n")


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_the_same_at_a_terminal(command):
    plain = at_terminal(command, b"typed\n\x04", until=PROMPT)
    assert at_terminal([*UNDER, *command], b"typed\n\x04", until=PROMPT) == plain


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pieces=st.lists(st.tuples(st.sampled_from((1, 2)), st.binary(min_size=1, max_size=200_000)), max_size=5),
    end=st.integers(0, 255)
    | st.sampled_from((signal.SIGHUP, signal.SIGTERM, signal.SIGABRT, signal.SIGKILL)).map(
        lambda number: str(int(number))
    ),
)
def test_any_output_any_status_and_any_signal_pass(pieces, end):
    ending = f"os._exit({end})" if isinstance(end, int) else f"os.kill(os.getpid(), {int(end)})"
    program = f"import os\nfor fd, data in {pieces!r}:\n    while data: data = data[os.write(fd, data):]\n{ending}"
    assert piped([*UNDER, sys.executable, "-"], program.encode()) == piped([sys.executable, "-"], program.encode())


def test_both_outputs_in_one_pipe_keep_their_order():
    program = "import os\nfor n in range(500): os.write(1 + n % 2, b'%d ' % n)"
    shown = subprocess.run(
        [*UNDER, *PYTHON, program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S
    )
    assert shown.stdout == b"".join(b"%d " % n for n in range(500))


def test_an_output_file_is_given_to_the_command_itself(tmp_path):
    program = (
        "import os; print(os.lseek(1, 0, os.SEEK_CUR), end='', flush=True); os.lseek(1, 0, os.SEEK_SET); "
        "os.write(1, b'X')"
    )
    with (tmp_path / "out").open("wb") as file:
        file.write(b"before ")
        file.flush()
        subprocess.run([*UNDER, *PYTHON, program], stdout=file, timeout=LIMIT_S, check=True)
    assert (tmp_path / "out").read_bytes() == b"Xefore 7"


def test_a_command_sees_the_size_of_the_terminal():
    command = [*PYTHON, "import os; print(*os.get_terminal_size(1))"]
    assert at_terminal([*UNDER, *command], size=(31, 117)) == (0, b"117 31\r\n")


def test_a_command_is_told_of_a_new_size_of_the_terminal_and_sees_it():
    program = (
        "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH]); print('ready', flush=True)\n"
        "while True:\n    signal.sigwait([signal.SIGWINCH])\n"
        "    if os.get_terminal_size(1) == (117, 31): print('seen'); break"
    )

    def resize(terminal):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 31, 117, 0, 0))

    for command in ([*PYTHON, program], [*UNDER, *PYTHON, program]):
        assert at_terminal(command, steps=[(b"ready\r\n", resize)]) == (0, b"ready\r\nseen\r\n")


def test_a_password_is_read_from_the_terminal_unseen():
    command = [*PYTHON, "import getpass; print(len(getpass.getpass('Password: ')))"]
    under = at_terminal([*UNDER, *command], b"secret\n", until=b"Password: ")
    assert under == (0, b"Password: \r\n6\r\n")


def test_terminal_modes_that_a_program_sets_on_its_output_reach_the_terminal():
    program = (
        "import sys, termios\nmodes = termios.tcgetattr(1)\nmodes[3] &= ~(termios.ECHO | termios.ICANON)\n"
        "termios.tcsetattr(1, termios.TCSANOW, modes)\nprint('ready', flush=True)\nprint(sys.stdin.read(1))"
    )
    assert at_terminal([*UNDER, *PYTHON, program], b"q", until=b"ready\r\n") == (0, b"ready\r\nq\r\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_to_us_reaches_the_command_and_its_answer_is_ours(number):
    program = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(23))\nprint('ready', flush=True)\n"
        "while True: time.sleep(10)"
    )
    with subprocess.Popen([*UNDER, *PYTHON, program], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.wait(LIMIT_S) == 23


def test_a_signal_that_ends_the_command_ends_us():
    with subprocess.Popen([*UNDER, *PYTHON, "import time; print(flush=True); time.sleep(60)"], stdout=-1) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(LIMIT_S) == -signal.SIGTERM


def test_ctrl_c_reaches_the_command_once():
    program = (
        "import signal, sys, time\ncount = 0\n"
        "def more(*_):\n    global count; count += 1\n"
        "signal.signal(signal.SIGINT, more)\nprint('ready', flush=True)\n"
        "while not count: time.sleep(0.01)\ntime.sleep(0.3)\nprint(count)"
    )
    assert at_terminal([*UNDER, *PYTHON, program], b"\x03", until=b"ready\r\n") == (0, b"ready\r\n^C1\r\n")


def test_a_reader_that_goes_away_ends_the_command_as_it_would_without_us():
    line = f"{' '.join(UNDER)} yes | head -1; echo ${{PIPESTATUS[0]}}"
    shown = subprocess.run(["bash", "-c", line], capture_output=True, timeout=LIMIT_S)
    assert shown.stdout == b"y\n141\n"


def test_a_reader_that_has_gone_is_told_with_the_first_byte():
    program = "import os, signal\nsignal.signal(signal.SIGPIPE, signal.SIG_DFL)\nos.read(0, 1); os.write(1, b'x')"
    for command in ([*PYTHON, program], [*UNDER, *PYTHON, program]):
        reader, writer = os.pipe()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=writer) as process:
            os.close(writer)
            os.close(reader)
            time.sleep(0.3)  # nobody can see when the kernel has told it
            process.stdin.write(b"x")
            process.stdin.flush()
            assert process.wait(LIMIT_S) == -signal.SIGPIPE


def test_a_command_that_stops_itself_stops_us_and_goes_on_with_us():
    program = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP); os._exit(5)"
    with subprocess.Popen([*UNDER, *PYTHON, program]) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        assert process.wait(LIMIT_S) == 5


def test_ctrl_z_gives_the_shell_its_prompt_and_fg_goes_on():
    program = "import sys, time; print('ready', flush=True); time.sleep(1); print('got', 7); sys.exit(3)"
    for under in ([], UNDER):
        line = shlex.join([*under, *PYTHON, program]).encode() + b"\n"
        steps = [(b"$> ", line), (b"ready\r\n", b"\x1a"), (b"Stopped", b"fg\n"), (b"got 7", b"echo =$?=\n")]
        bash = ["bash", "--norc", "--noprofile", "-i"]
        steps.append((b"=3=", b"exit 9\n"))
        assert at_terminal(bash, steps=steps, environment={"PS1": "$> ", "TERM": "dumb"})[0] == 9


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"])
def test_outputs_that_were_closed_stay_closed(closed, tmp_path):
    program = (
        "import os, sys\ndef there(fd):\n    try: os.fstat(fd)\n    except OSError: return False\n    return True\n"
        f"open({str(tmp_path / 'seen')!r}, 'w').write(repr([there(fd) for fd in (0, 1, 2)])); os._exit(9)"
    )
    seen = []
    for command in ([*PYTHON, program], [*UNDER, *PYTHON, program]):
        status = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *command], timeout=LIMIT_S).returncode
        seen.append((status, (tmp_path / "seen").read_text()))
    assert seen[0] == seen[1] and seen[0][0] == 9


def test_a_server_left_in_the_background_goes_on_writing():
    program = (
        "import os, sys, time\nif os.fork() == 0:\n    time.sleep(0.5); os.write(1, b'later'); os._exit(0)\n"
        "os.write(1, b'now ')"
    )
    started = time.monotonic()
    reader, writer = os.pipe()
    process = subprocess.Popen([*UNDER, *PYTHON, program], stdout=writer)
    os.close(writer)
    assert process.wait(LIMIT_S) == 0
    with os.fdopen(reader, "rb") as shown:
        assert shown.read() == b"now later"
    assert time.monotonic() - started < LIMIT_S


def test_a_gigabyte_passes_in_constant_memory():
    program = (
        "import resource, sys\nfrom pgwhy.cli import run\n"
        "status = run(['run', '--', 'head', '-c', '1000000000', '/dev/zero'])\n"
        "if sys.platform == 'linux':  # its ru_maxrss begins with what the process had that started this one\n"
        "    used = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "else:\n"
        "    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "sys.stderr.write(str(used))\n"
        "sys.exit(status)"
    )
    with subprocess.Popen([*PYTHON, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        size = 0
        while data := process.stdout.read(1 << 20):
            size += len(data)
        kilobytes = int(process.stderr.read())
        assert process.wait(LIMIT_S) == 0
    assert size == 1_000_000_000
    assert kilobytes < 100_000


def test_a_command_that_is_not_there_says_so_as_a_shell_does():
    status, out, err = piped([*UNDER, "no-such-command-anywhere"])
    assert (status, out) == (127, b"")
    assert err == b"pgwhy run: no-such-command-anywhere cannot be started: No such file or directory\n"


def test_descriptors_beyond_the_standard_ones_are_inherited():
    reader, writer = os.pipe()
    program = f"import os; os.write({writer}, b'through')"
    subprocess.run([*UNDER, *PYTHON, program], pass_fds=[writer], timeout=LIMIT_S, check=True)
    os.close(writer)
    with os.fdopen(reader, "rb") as shown:
        assert shown.read() == b"through"
