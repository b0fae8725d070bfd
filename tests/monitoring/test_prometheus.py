"""`pgwhy exporter` and a real Prometheus with the settings that docs/monitoring.md shows."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from pgwhy.lab.faults import faults
from pgwhy.lab.faults.stage import staged
from pgwhy.lab.world import World
from tests import parts
from tests.monitoring.targets import PASSWORD, url
from tests.servers import closed_port

SHOWN = "127.0.0.1:9784"
WAIT_S = 60.0
FAULT = "neon-unknown-endpoint"


@contextlib.contextmanager
def running(*command: str | Path, folder: Path) -> Iterator[None]:
    with (folder / "printed.txt").open("w") as printed:
        process = subprocess.Popen(list(map(str, command)), stdout=printed, stderr=printed, cwd=folder)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


@contextlib.contextmanager
def exporting(targets: dict[str, str], folder: Path) -> Iterator[str]:
    """Its `HOST:PORT`."""
    file = folder / "targets.jsonl"
    file.write_text("\n".join(json.dumps({"name": name, "target": text}) for name, text in targets.items()))
    command = [sys.executable, "-m", "pgwhy", "exporter", "--targets", str(file), "--login", "--listen"]
    place = f"127.0.0.1:{closed_port()}"
    with running(*command, place, folder=folder):
        assert ask(f"http://{place}/targets")
        yield place


def ask(address: str) -> str:
    """What is there, as soon as somebody listens."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as reply:
                return str(reply.read().decode())
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def documented(begins: str) -> str:
    """The YAML of docs/monitoring.md that begins so."""
    blocks = re.findall(r"```yaml\n(.*?)```", Path("docs/monitoring.md").read_text(), re.DOTALL)
    (found,) = [block for block in blocks if block.startswith(begins)]
    return str(found)


def settings(place: str) -> str:
    """The documented ones, for another port and a shorter wait."""
    text = documented("scrape_configs:")
    assert text.count(SHOWN) == 2 and text.count("scrape_interval: 1m") == 1
    return text.replace(SHOWN, place).replace("scrape_interval: 1m", "scrape_interval: 5s\n    scrape_timeout: 5s")


def of_query(server: str, query: str, count: int) -> list[dict[str, str]]:
    """The labels of what a query finds, as soon as it finds so many."""
    until, address = time.monotonic() + WAIT_S, f"{server}/api/v1/query?{urlencode({'query': query})}"
    found: list[dict[str, str]] = []
    while len(found) < count and time.monotonic() < until:
        found = [one["metric"] for one in json.loads(ask(address))["data"]["result"]]
        time.sleep(0.2)
    return found


def test_a_real_prometheus_finds_the_targets_and_their_causes(world: World, tmp_path: Path) -> None:
    server, port = parts.prometheus("prometheus"), closed_port()
    with contextlib.ExitStack() as stack:
        given = stack.enter_context(staged(faults.load(FAULT), world)).given
        assert given.target is not None
        targets = {"works": world.uri(), "refused": url(f"127.0.0.1:{closed_port()}"), "unknown": given.target.reveal()}
        place = stack.enter_context(exporting(targets, tmp_path))
        file, data = tmp_path / "prometheus.yml", tmp_path / "data"
        data.mkdir()
        file.write_text(settings(place))
        address = f"127.0.0.1:{port}"
        options = [f"--config.file={file}", f"--storage.tsdb.path={data}", f"--web.listen-address={address}"]
        stack.enter_context(running(server, *options, folder=data))
        succeeded = of_query(f"http://{address}", "pgwhy_success == 1", 1)
        failed = of_query(f"http://{address}", "pgwhy_failed == 1", 2)
        kept = ask(f"http://{address}/api/v1/targets")
    assert [one["instance"] for one in succeeded] == ["works"]
    said = {one["instance"]: (one["job"], one["stage"], one["cause"]) for one in failed}
    expected = faults.load(FAULT).expect
    assert said == {
        "refused": ("pgwhy", "tcp", "connection-refused"),
        "unknown": ("pgwhy", expected.stage, expected.cause),
    }
    assert {one["health"] for one in json.loads(kept)["data"]["activeTargets"]} == {"up"}
    assert PASSWORD not in kept


def test_promtool_has_nothing_to_say(tmp_path: Path) -> None:
    tool = parts.prometheus("promtool")
    config, rules = tmp_path / "prometheus.yml", tmp_path / "rules.yml"
    config.write_text(documented("scrape_configs:"))
    rules.write_text("groups:\n  - name: postgres\n    rules:\n" + textwrap.indent(documented("- alert:"), "      "))
    with exporting({"refused": url(f"127.0.0.1:{closed_port()}")}, tmp_path) as place:
        metrics = [ask(f"http://{place}{path}") for path in ("/probe?target=refused", "/metrics")]
    for arguments, given in (
        (["check", "config", str(config)], ""),
        (["check", "rules", str(rules)], ""),
        *((["check", "metrics"], text) for text in metrics),
    ):
        checked = subprocess.run([tool, *arguments], input=given, capture_output=True, text=True, timeout=60)
        assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
