"""Names: getaddrinfo on a thread of our own, and the files beside it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pgwhy.failure import Failure
from pgwhy.network import Network, resolve
from pgwhy.network.resolve import Resolver
from pgwhy.target.model import Host
from tests.limits import HANGS_S


def look_up(name: str, limit_s: float = 5.0) -> resolve.Lookup:
    return asyncio.run(resolve.lookup(name, limit_s, time.monotonic))


def test_localhost_is_found() -> None:
    found = look_up("localhost")
    assert found.failure is None and found.error == ""
    assert set(found.addresses) <= {"127.0.0.1", "::1"} and found.addresses


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".test", "two words.test", "https://host.test"])
def test_what_is_no_host_name_is_invalid(name: str) -> None:
    assert look_up(name).failure is Failure.NAME_INVALID


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ("EAI_NONAME", Failure.NAME_NOT_FOUND),
        ("EAI_AGAIN", Failure.NAME_TEMPORARY),
        ("EAI_FAIL", Failure.NAME_TEMPORARY),
    ],
)
def test_the_code_of_getaddrinfo_is_kept(error: str, failure: Failure, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(getattr(socket, error), "said the resolver")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    found = look_up("db.test")
    assert (found.error, found.failure, found.addresses) == (error, failure, ())


def test_a_hanging_getaddrinfo_is_left_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(30))
    begin = time.monotonic()
    found = look_up("db.test", limit_s=0.1)
    released.set()
    assert found.failure is Failure.TIMED_OUT
    assert time.monotonic() - begin < HANGS_S


def test_a_process_does_not_wait_at_its_end_for_a_hanging_getaddrinfo() -> None:
    program = (
        "import asyncio, socket, time\n"
        "from pgwhy.network import resolve\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(60)\n"
        "print(asyncio.run(resolve.lookup('db.test', 0.1, time.monotonic)).failure)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout.strip(), done.returncode) == ("timed-out", 0)


def test_a_name_is_looked_up_once_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def answer(name: bytes, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(name)
        return [(socket.AF_INET, 0, 0, "", ("127.0.0.1", 0))]

    async def main() -> list[resolve.Lookup]:
        network, host = Network(), Host("db.test", 5432)
        return list(await asyncio.gather(network.lookup(host), network.lookup(host)))

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    first, second = asyncio.run(main())
    assert first == second and asked == [b"db.test"]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        (Host("db.test", 1, hostaddr="127.0.0.9"), "127.0.0.9"),
        (Host("[::1]", 1), "::1"),
        (Host("/tmp", 1), "/tmp"),
        (Host("@name", 1), "@name"),
        (Host("", 1), ""),
    ],
)
def test_what_needs_no_lookup_gets_none(host: Host, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)

    async def main() -> resolve.Lookup:
        return await Network().lookup(host)

    assert asyncio.run(main()).addresses == (address,)


def test_a_zone_stays_with_its_address() -> None:
    assert resolve._with_zone(("fe80::1", 0, 0, 2)) == "fe80::1%2"
    assert resolve._with_zone(("::1", 0, 0, 0)) == "::1"


def test_the_hosts_file_is_read_with_aliases_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    file.write_text("127.0.0.1 localhost\n# 10.0.0.1 db.test\n10.0.0.2\tother DB.test # note\n\n10.0.0.2 db.test\n")
    assert resolve.hosts_file_addresses("db.test.", file) == ("10.0.0.2",)
    assert resolve.hosts_file_addresses("nobody.test", file) == ()
    assert resolve.hosts_file_addresses("db.test", tmp_path / "missing") == ()


def test_three_resolvers_are_configured_at_most(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("search a.test\nnameserver 10.0.0.1\nnameserver\nnameserver ::1\n" + "nameserver 10.0.0.3\n" * 3)
    assert [str(r) for r in resolve.configured_resolvers(file)] == ["10.0.0.1:53", "[::1]:53", "10.0.0.3:53"]
    assert resolve.configured_resolvers(tmp_path / "missing") == ()


@pytest.mark.parametrize(
    ("text", "resolver"),
    [
        ("8.8.8.8", Resolver("8.8.8.8")),
        ("8.8.8.8:5353", Resolver("8.8.8.8", 5353)),
        ("2001:db8::1", Resolver("2001:db8::1")),
        ("[2001:db8::1]", Resolver("2001:db8::1")),
        ("[2001:db8::1]:5353", Resolver("2001:db8::1", 5353)),
    ],
)
def test_resolvers_are_read_as_people_write_them(text: str, resolver: Resolver) -> None:
    assert resolve.read_resolver(text) == resolver
