"""Targets on the workers of a real Dask cluster: places compared, a worker killed, a scheduler lost, no secret sent."""

from __future__ import annotations

import csv
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pgwhy.fleet import at_worker
from pgwhy.fleet.cluster import Cluster
from pgwhy.fleet.executor import ExecutorGone
from pgwhy.fleet.task import Asked, Task
from pgwhy.lab.network.cable import SERVERS, Side
from pgwhy.lab.network.namespace import Namespace
from pgwhy.lab.network.packets import Filter, FilterAction, broken
from pgwhy.machine import Machine
from pgwhy.secret import Secret
from tests import parts
from tests.fleet.test_command import ASKS_FOR_A_PASSWORD, COMMAND, PASSWORD, until, url, written
from tests.servers import closed_port, serving, silent

PART = str(Path(__file__).with_name("dask_part.py"))
ROOT = Path(__file__).resolve().parents[2]
_SERVER = """
import sys
from tests.servers import Postgres, serving
answer = b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big")
import socket
from tests.servers import accepting
with socket.create_server(("0.0.0.0", 5432)) as listener, accepting(listener, Postgres(say=lambda *_: answer)):
    print("ready", flush=True)
    sys.stdin.read()
"""


@contextmanager
def part(*arguments: str, more: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A part of a cluster on loopback, with more variables; its address is its first line."""
    command, pipe = [sys.executable, PART, *arguments], subprocess.PIPE
    env = {**os.environ, **(more or {})}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    readable, _, _ = select.select([process.stdout], [], [], 30)
    return process.stdout.readline().strip() if readable else ""


def of_both_ends(certificate: Path, key: Path) -> None:
    """A certificate that is its own root, for servers and clients: each part of a cluster is both."""
    private, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dask")]),
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    addresses = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = builder.add_extension(addresses, critical=False).sign(private, hashes.SHA256())
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.fixture(scope="module", autouse=True)
def _dask() -> None:
    parts.dask()


def test_what_only_one_place_cannot_reach_is_told_with_the_place(tmp_path: Path) -> None:
    parts.network_namespace()
    with Namespace() as network:
        network.start([sys.executable, "-c", _SERVER], {"PYTHONPATH": str(ROOT)})
        scheduler = network.start([sys.executable, PART, "scheduler", SERVERS[0]]).said
        for side, zone in ((Side.SERVER, "zone a"), (Side.CLIENT, "zone b")):
            network.start([sys.executable, PART, "worker", scheduler, zone], side=side)
        targets, results = network.folder / "targets.csv", network.folder / "answers.jsonl"
        with targets.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerows([["name", "url"], *([f"db{n}", url(5432, f"d{n}", SERVERS[n])] for n in range(3))])
        asked = [*COMMAND, str(targets), "--cluster", scheduler, "--from-every-worker", "--results", str(results)]
        with broken(network, Filter(FilterAction.DROP, port=5432, side=Side.CLIENT)):
            ran = network.run(asked, limit_s=60)
        said = " ".join(ran.stdout.split())
        found = written(results)
    assert ran.status == 1, ran.stderr
    assert "3 targets fail only from zone b, at the port" in said
    assert "3 of 3 work from zone a 0 of 3 work from zone b" in said
    assert sorted((a["name"], a["place"], a["cause"]) for a in found) == sorted(
        [(f"db{n}", "zone a", None) for n in range(3)] + [(f"db{n}", "zone b", "connection-timeout") for n in range(3)]
    )
    assert PASSWORD not in ran.stdout + ran.stderr + json.dumps(found)


def test_a_killed_worker_loses_nothing_and_a_lost_scheduler_is_told_and_resumed(tmp_path: Path) -> None:
    targets, results = tmp_path / "targets", tmp_path / "answers.jsonl"
    names = [f"127.0.2.{n + 1}" for n in range(16)]
    with serving(silent, "0.0.0.0") as port, part("scheduler", "127.0.0.1") as scheduler:
        targets.write_text("\n".join(url(port, "app", name) for name in names))
        where = address(scheduler)
        command = [*COMMAND, str(targets), "--cluster", where, "--results", str(results), "--timeout", "1"]
        with part("worker", where, "one") as one, part("worker", where, "other") as other:
            assert address(one) and address(other)
            begun = [*command, "--concurrency", "3"]
            process = subprocess.Popen(begun, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            until(lambda: results.exists() and bool(results.read_bytes()))
            one.kill()
            until(lambda: results.read_bytes().count(b"\n") >= 8)
            scheduler.kill()
            _, err = process.communicate(timeout=60)
        assert process.returncode == 2, err
        assert err.startswith(f"The scheduler of Dask at {where} is gone. ")
        assert "the same command with --resume goes on" in err
        again = subprocess.run(
            [*COMMAND, str(targets), "--results", str(results), "--resume", "--timeout", "1", "--processes", "1"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert again.returncode == 1, again.stderr
    assert sorted(str(a["name"]) for a in written(results)) == sorted(f"{name}:{port}/app" for name in names)


@pytest.mark.parametrize("lost", ["the worker", "the scheduler"])
def test_an_answer_that_is_lost_on_its_way_is_told_as_lost(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there, and its worker is killed before it is fetched; or nobody is left who could fetch it."""
    monkeypatch.setattr("pgwhy.fleet.cluster.FETCH_S", 1.0)
    with part("scheduler", "127.0.0.1") as scheduler:
        where = address(scheduler)
        with part("worker", where, "one") as worker:
            assert address(worker)
            cluster = Cluster(Asked(), where, Machine.here(), send_secrets=False)
            try:
                task = Task(0, Secret(f"postgresql://alex@127.0.0.1:{closed_port()}/app"), "db", {}, 1)
                cluster.submit(task)
                assert list(cluster.wait(0)) == []  # it is sent
                until(lambda: not cluster._ended.empty())
                gone = {"the worker": worker, "the scheduler": scheduler}[lost]
                gone.kill()
                gone.wait()
                if gone is worker:
                    assert list(cluster.wait(1.0)) == [(task, None)]
                else:
                    with pytest.raises(ExecutorGone, match=f"the scheduler of Dask at {where} is gone"):
                        list(cluster.wait(1.0))
            finally:
                cluster.close()


@pytest.mark.full
def test_a_password_is_sent_over_tls_alone_where_the_user_says_so(tmp_path: Path) -> None:
    """The server gets the password of the list, from a worker; without the option nothing is examined."""
    certificate, key, heard = tmp_path / "certificate.pem", tmp_path / "key.pem", list[bytes]()
    of_both_ends(certificate, key)
    names = {"CA_FILE": certificate}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        names |= {f"{role}__CERT": certificate, f"{role}__KEY": key}
    own = {f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(path) for name, path in names.items()}

    def behave(connection: socket.socket) -> None:
        connection.recv(1024)
        connection.sendall(ASKS_FOR_A_PASSWORD)
        heard.append(connection.recv(1024))

    targets = tmp_path / "targets"
    with (
        serving(behave) as port,
        part("scheduler", "127.0.0.1", "tls", more=own) as scheduler,
    ):
        where = address(scheduler)
        assert where.startswith("tls://")
        targets.write_text(url(port, "app"))
        with part("worker", where, "there", more=own) as worker:
            assert address(worker).startswith("tls://")
            command = [*COMMAND, str(targets), "--cluster", where, "--login"]
            env = {**os.environ, **own}
            without = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
            assert "holds its password, which is not sent" in " ".join(without.stdout.split())
            assert not any(PASSWORD.encode() in each for each in heard)
            ran = subprocess.run([*command, "--send-secrets"], env=env, capture_output=True, text=True, timeout=60)
    assert any(PASSWORD.encode() in each for each in heard), ran.stdout + ran.stderr
    assert PASSWORD not in ran.stdout + ran.stderr + without.stdout + without.stderr


def test_no_scheduler_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgwhy.fleet.cluster.CONNECT_S", 0.5)
    with pytest.raises(ExecutorGone, match=r"no scheduler of Dask answers at tcp://127\.0\.0\.1:1"):
        Cluster(Asked(), "tcp://127.0.0.1:1", Machine.here(), send_secrets=False)


@pytest.mark.parametrize("login", [False, True])
def test_without_being_asked_for_no_password_is_sent(login: bool) -> None:
    cluster = object.__new__(Cluster)
    cluster._asked, cluster._send_secrets = Asked(login=login), False
    cluster._machine = Machine({}, None, Path("/nonexistent"), "linux", datetime.now(UTC))
    cluster._waiting, cluster._kept_back = [], []
    task = Task(0, Secret(url(5432, "app")), "db", {}, 7)
    for text in (url(5432, "app"), f"host=db password={PASSWORD}", "env:DATABASE_URL", "postgresql://alex@db/app"):
        cluster.submit(Task.of({**task.revealed(), "text": text}))
    sent = [each.text.reveal() for each in cluster._waiting]
    assert PASSWORD not in "".join(sent)
    assert sent[-2:] == ["env:DATABASE_URL", "postgresql://alex@db/app"]
    assert len(sent) == (2 if login else 4)
    assert all("Line 7 holds its password" in told["summary"] for _, told in cluster._kept_back)
    assert PASSWORD not in repr(at_worker.Parcel([task.revealed()]))
