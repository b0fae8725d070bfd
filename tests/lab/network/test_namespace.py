"""The network of our own: what is in it, what is not, and that nothing is left of it."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwhy.lab.network.cable import CLIENT, ELSEWHERE, RESOLVERS, SERVERS, SERVERS6, Side
from pgwhy.lab.network.namespace import Namespace, NamespaceError, is_permitted
from tests import parts

PYTHON = (sys.executable, "-Ic")
CONNECT = "import socket, sys; print(socket.socket().connect_ex((sys.argv[1], int(sys.argv[2]))))"
CONNECT6 = "import socket, sys; print(socket.socket(socket.AF_INET6).connect_ex((sys.argv[1], int(sys.argv[2]))))"
LOOK_UP = "import socket, sys; print(*sorted({x[4][0] for x in socket.getaddrinfo(sys.argv[1], 5432)}))"
ECHO = """
import socket, sys
with socket.create_server((sys.argv[1], 5432), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET) as s:
    print("listening", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module", params=["as root", "in a user namespace"])
def network(request: pytest.FixtureRequest) -> Iterator[Namespace]:
    parts.permitted(is_permitted())
    if request.param == "as root" and os.geteuid() != 0:
        parts.permitted("only root makes a network without a user namespace")
    with Namespace(in_user_namespace=request.param != "as root", hosts={"pinned.example": "10.77.0.2"}) as network:
        yield network


def test_a_server_that_is_started_can_be_reached_at_every_address(network: Namespace) -> None:
    for address in (SERVERS[0], SERVERS[2], SERVERS6[1]):
        program = network.start([*PYTHON, ECHO, address])
        assert program.said == "listening"
        assert network.run([*PYTHON, CONNECT6 if ":" in address else CONNECT, address, "5432"]).stdout == "0\n"
        program.stop()
        assert not program.runs


def test_a_port_with_nobody_behind_it_refuses(network: Namespace) -> None:
    assert network.run([*PYTHON, CONNECT, SERVERS[0], "5432"]).stdout == "111\n"


def test_there_is_no_way_out(network: Namespace) -> None:
    for side in (Side.CLIENT, Side.SERVER):
        assert network.run([*PYTHON, CONNECT, ELSEWHERE, "5432"], side=side).stdout == "101\n"
        assert "default" not in network.run(["ip", "route"], side=side).stdout
        assert "default" not in network.run(["ip", "-6", "route"], side=side).stdout


def test_the_resolver_and_the_hosts_file_are_our_own(network: Namespace) -> None:
    assert network.run(["cat", "/etc/resolv.conf"]).stdout == f"nameserver {RESOLVERS[0]}\n"
    assert network.run([*PYTHON, LOOK_UP, "pinned.example"]).stdout == "10.77.0.2\n"
    network.resolve_with({"pinned.example": "10.77.0.3"})
    assert network.run([*PYTHON, LOOK_UP, "pinned.example"]).stdout == "10.77.0.3\n"
    network.resolve_with({"pinned.example": "10.77.0.2"})


def test_the_machine_keeps_its_own_files(network: Namespace) -> None:
    assert RESOLVERS[0] not in Path("/etc/resolv.conf").read_text(encoding="utf-8")
    assert "pinned.example" not in Path("/etc/hosts").read_text(encoding="utf-8")


def test_a_command_sees_no_more_than_it_is_given(network: Namespace) -> None:
    ran = network.run(
        [*PYTHON, "import json, os; print(json.dumps([os.getcwd(), dict(os.environ)]))"], {"PGUSER": "alex"}
    )
    folder, environment = json.loads(ran.stdout)
    assert folder == environment["HOME"] == str(network.folder)
    assert set(environment) - {"LC_CTYPE"} == {"PATH", "HOME", "LANG", "PGUSER"}


def test_status_output_and_complaints_are_given(network: Namespace) -> None:
    assert network.run(["sh", "-c", "cat; echo bad >&2; exit 3"], typed="said") == (3, "said", "bad\n")


def test_a_command_that_hangs_is_killed_at_its_limit_with_all_that_it_started(network: Namespace) -> None:
    ran = network.run(["sh", "-c", "sleep 987 & echo $$; sleep 987"], limit_s=0.3)
    assert ran.status is None
    assert ran.stdout
    assert gone("sleep\x00987")


def test_a_program_that_does_not_start_says_why(network: Namespace) -> None:
    with pytest.raises(NamespaceError, match=r"did not start: [^$]*ZeroDivisionError"):
        network.start([*PYTHON, "1 / 0"])


def test_without_ipv6_there_is_no_ipv6_address() -> None:
    parts.permitted(is_permitted())
    with Namespace(ipv6=False) as network:
        assert network.run([*PYTHON, CONNECT6, SERVERS6[0], "5432"]).stdout == "101\n"
        assert network.run([*PYTHON, CONNECT, SERVERS[0], "5432"]).stdout == "111\n"


def test_two_networks_know_nothing_of_each_other() -> None:
    parts.permitted(is_permitted())
    with Namespace() as one, Namespace() as other:
        one.start([*PYTHON, ECHO, SERVERS[0]])
        assert one.run([*PYTHON, CONNECT, SERVERS[0], "5432"]).stdout == "0\n"
        assert other.run([*PYTHON, CONNECT, SERVERS[0], "5432"]).stdout == "111\n"


def test_nothing_is_left_behind() -> None:
    parts.permitted(is_permitted())
    before = links()
    with Namespace() as network:
        network.start([*PYTHON, ECHO, SERVERS[0]])
        folder = network.folder
        assert str(folder) in processes()
    assert not folder.exists()
    assert gone(str(folder))
    assert links() == before
    assert CLIENT not in subprocess.run(["ip", "addr"], capture_output=True, text=True).stdout


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_run_that_is_interrupted_or_killed(way: signal.Signals) -> None:
    parts.permitted(is_permitted())
    script = "import sys, time; from pgwhy.lab.network.namespace import *\n"
    script += f"with Namespace() as n: n.start([{sys.executable!r}, '-Ic', {ECHO!r}, '10.77.0.1']); "
    script += "print(n.folder, flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    folder = process.stdout.readline().strip()
    assert folder in processes()
    process.send_signal(way)
    process.wait(10)
    process.stdout.close()
    assert gone(folder, Path(folder))


def gone(text: str, folder: Path | None = None, limit_s: float = 20.0) -> bool:
    """That no process has this text in its command line or folder any more, nor is the folder there.

    A process that was killed is listed until the kernel has taken it apart: later when the machine is busy.
    """
    limit = time.monotonic() + limit_s
    while text in processes() or (folder and folder.exists()):
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def processes() -> str:
    """The command lines and folders of all processes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [
                (process / "cmdline").read_text(encoding="utf-8", errors="replace"),
                str((process / "cwd").readlink()),
            ]
        except OSError:
            continue  # it has ended meanwhile
    return "\n".join(found)


def links() -> str:
    return subprocess.run(["ip", "-br", "link"], capture_output=True, text=True).stdout


@pytest.mark.filterwarnings("always::ResourceWarning")
def test_no_pipe_to_what_held_it_is_left_open() -> None:
    with warnings.catch_warnings(record=True) as warned:
        with Namespace() as network:
            assert network.run(["true"]).status == 0
        del network
        gc.collect()
    assert [str(each.message) for each in warned if each.category is ResourceWarning] == []
