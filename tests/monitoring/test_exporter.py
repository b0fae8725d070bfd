"""`pgwhy exporter` as Prometheus asks it, read with the text parser of prometheus_client."""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pgwhy.cli import run
from pgwhy.cli.watched import tasks_of
from pgwhy.fleet.task import Asked
from pgwhy.lab.faults import faults
from pgwhy.lab.faults.stage import staged
from pgwhy.lab.world import World
from pgwhy.machine import Machine
from pgwhy.monitoring.metrics.catalogue import Catalogue
from pgwhy.monitoring.metrics.probing import Prober
from pgwhy.monitoring.metrics.web import application
from pgwhy.monitoring.visits import Visitor
from pgwhy.network.web_server import Server
from tests.monitoring.targets import ASKING, PASSWORD, url
from tests.servers import closed_port, serving

FAULTS = (
    "auth-password-missing",
    "auth-role-missing-scram",
    "auth-wrong-password",
    "certificate-host-is-an-address",
    "neon-alias-hostaddr",
    "neon-database-missing",
    "neon-host-trailing-dot",
    "neon-option-malformed",
    "neon-option-quoted",
    "neon-option-without-pooler",
    "neon-parameter-unknown",
    "neon-pooler-options",
    "neon-require-auth-md5",
    "neon-unknown-endpoint",
    "option-contradicts-host",
    "plaintext",
    "session-database-closed",
    "session-database-missing",
    "settings-channel-binding-value",
    "settings-endpoint-option-plain-server",
)
"""Twenty that take place in one world, with everything in the target itself."""
Asking = Callable[..., tuple[int, str]]


@contextlib.contextmanager
def exporting(file: Path, *, login: bool = False, said: list[str] | None = None) -> Iterator[Asking]:
    """What asks it for a path: status and body."""

    def read() -> list:  # type: ignore[type-arg]
        return tasks_of((), file, Machine.here())

    def trouble(problem: Exception) -> None:
        (said if said is not None else []).append(str(problem))

    def ask(path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{server.server_port}{path}", headers=dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()

    with (
        Prober(Visitor(Asked(login=login)), 10.0) as prober,
        Server("127.0.0.1", 0, application(Catalogue(file, read, trouble), prober)) as server,
    ):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield ask
        finally:
            server.shutdown()


def samples(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Name → labels and value of each sample."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def written(folder: Path, targets: Mapping[str, str]) -> Path:
    file = folder / "targets.jsonl"
    file.write_text("\n".join(json.dumps({"name": name, "target": text}) for name, text in targets.items()))
    return file


def test_a_target_that_works_has_its_times(tmp_path: Path) -> None:
    with serving(ASKING) as port, exporting(written(tmp_path, {"orders": url(f"127.0.0.1:{port}")})) as ask:
        status, body = ask("/probe?target=orders")
    found = samples(body)
    assert status == 200
    assert found["pgwhy_success"] == [({}, 1.0)]
    assert "pgwhy_failed" not in found
    stages = {labels["stage"]: value for labels, value in found["pgwhy_stage_duration_seconds"]}
    assert {"tcp", "startup"} <= stages.keys() and all(0 <= value < 10 for value in stages.values())
    assert found["pgwhy_dead_addresses"] == [({}, 0.0)]
    assert PASSWORD not in body


def test_twenty_faults_have_the_right_cause(world: World, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        targets = {}
        for slug in FAULTS:
            given = stack.enter_context(staged(faults.load(slug), world)).given
            assert given.target is not None and not given.environment and not given.client
            targets[slug] = given.target.reveal()
        ask = stack.enter_context(exporting(written(tmp_path, targets), login=True))
        with ThreadPoolExecutor(4) as threads:
            bodies = threads.map(lambda slug: ask(f"/probe?target={quote(slug)}")[1], FAULTS)
        found = {slug: samples(body) for slug, body in zip(FAULTS, bodies, strict=True)}
    said = {slug: [labels for labels, _ in one["pgwhy_failed"]] for slug, one in found.items()}
    expected = {slug: faults.load(slug).expect for slug in FAULTS}
    assert {slug: [(one["stage"], one["cause"]) for one in labels] for slug, labels in said.items()} == {
        slug: [(one.stage, one.cause)] for slug, one in expected.items()
    }
    assert all(one["owner"] != "none" for labels in said.values() for one in labels)


def test_days_to_expiry_are_those_of_the_certificate(world: World, tmp_path: Path) -> None:
    with exporting(written(tmp_path, {"neon": world.uri()})) as ask:
        found = samples(ask("/probe?target=neon")[1])
    assert found["pgwhy_success"] == [({}, 1.0)]
    ((_, days),) = found["pgwhy_certificate_expires_in_days"]
    assert 0 < days < 1000


def test_a_name_that_is_not_there_is_told_and_not_repeated(tmp_path: Path) -> None:
    with exporting(written(tmp_path, {"orders": url("127.0.0.1:1")})) as ask:
        status, body = ask("/probe?target=" + quote(url("127.0.0.1:1"), safe=""))
        assert (status, PASSWORD in body) == (404, False)
        assert body == "No target has this name; the names are at /targets. A URL is no name.\n"
        assert ask("/probe")[0] == ask("/probe?target=a&target=b")[0] == 400
        assert ask("/elsewhere")[0] == 404
        assert json.loads(ask("/targets")[1]) == [{"targets": ["orders"]}]
        assert samples(ask("/metrics")[1])["pgwhy_exporter_targets"] == [({}, 1.0)]


def test_those_who_ask_at_the_same_time_share_a_run(tmp_path: Path) -> None:
    came = list[object]()
    release = threading.Event()

    def slow(connection: object) -> None:
        came.append(connection)
        release.wait(20)

    with serving(slow) as port, exporting(written(tmp_path, {"slow": url(f"127.0.0.1:{port}")})) as ask:
        with ThreadPoolExecutor(6) as threads:
            answers = [
                threads.submit(ask, "/probe?target=slow", {"X-Prometheus-Scrape-Timeout-Seconds": "2.5"})
                for _ in range(6)
            ]
            bodies = {answer.result()[1] for answer in answers}
        release.set()
        assert samples(ask("/metrics")[1])["pgwhy_exporter_runs_total"] == [({}, 1.0)]
    (body,) = bodies
    assert samples(body)["pgwhy_success"] == [({}, 0.0)]
    assert samples(body)["pgwhy_duration_seconds"][0][1] < 10, "Prometheus waits no longer than it said"


def test_the_file_is_read_again_when_it_has_changed_and_kept_when_it_is_broken(tmp_path: Path) -> None:
    file, said = written(tmp_path, {"orders": url("127.0.0.1:1")}), list[str]()
    with exporting(file, said=said) as ask:
        written(tmp_path, {"orders": url("127.0.0.1:1"), "billing": url("127.0.0.1:1")})
        assert [one["targets"] for one in json.loads(ask("/targets")[1])] == [["orders"], ["billing"]]
        file.write_text('{"broken"')
        assert [one["targets"] for one in json.loads(ask("/targets")[1])] == [["orders"], ["billing"]]
    assert len(said) == 1 and "line 1 is not JSON" in said[0]


def test_a_file_for_node_exporter_has_all_targets(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "pgwhy.prom"
    with serving(ASKING) as port:
        targets = {"up": url(f"127.0.0.1:{port}"), "down": url(f"127.0.0.1:{closed_port()}")}
        assert run(["exporter", "--targets", str(written(tmp_path, targets)), "--textfile", str(out)]) == 1
    found = samples(out.read_text())
    assert {labels["target"]: value for labels, value in found["pgwhy_success"]} == {"up": 1.0, "down": 0.0}
    assert [(labels["target"], labels["cause"]) for labels, _ in found["pgwhy_failed"]] == [
        ("down", "connection-refused")
    ]
    assert out.stat().st_mode & 0o777 == 0o644
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--targets"),
        (["--listen", "everywhere"], "write it as HOST:PORT"),
        (["--listen", "192.0.2.1:1"], "nothing can listen on 192.0.2.1:1"),
        (["--textfile", "metrics.txt"], "only files that end in .prom"),
        (["--textfile", "a.prom", "--login"], "would send a refused password each time"),
    ],
)
def test_options_that_do_not_fit_are_told(
    arguments: list[str], said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    named = ["--targets", str(written(tmp_path, {"a": url("127.0.0.1:1")}))] if arguments else []
    assert run(["exporter", *named, *arguments]) == 2
    assert said in " ".join(capfd.readouterr().err.split())
