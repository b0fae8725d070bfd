"""Every shape of secret in every kind of list, with the servers that say what they were told: none leaves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pgwhy.cli import run
from tests.fleet.test_command import SMALL
from tests.planted import SHAPES, refusing, url
from tests.redaction.test_redaction import DECODERS
from tests.servers import serving


@pytest.mark.promise("no-secret-leaves", 1, 1)
def test_no_shape_of_secret_leaves_a_fleet(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole, parts, results = tmp_path / "whole.jsonl", tmp_path / "parts.csv", tmp_path / "answers.jsonl"
    with serving(refusing("a secret of nobody")) as port:
        lines = [
            {"target": url(secret, port), "name": f"{number} {secret}", "labels": {"of": number, "note": secret}}
            for number, secret in enumerate(SHAPES.values())
        ]
        whole.write_text("\n".join(map(json.dumps, lines)))
        with parts.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["name", "host", "port", "user", "password", "note"])
            rows.writerows(
                [n, "127.0.0.1", port, "alex", secret, f"is {secret}"] for n, secret in enumerate(SHAPES.values())
            )
        run(["fleet", str(whole), "--results", str(results), *SMALL])
        run(["fleet", str(parts), "--format", "jsonl", *SMALL])
    out, err = capfd.readouterr()
    everything = out + err + results.read_text()
    assert everything.count('"schema":"pgwhy/fleet/1"') == 2 * len(SHAPES)
    once = {decode(everything) for decode in DECODERS}
    decoded = once | {decode(text) for text in once for decode in DECODERS}
    assert [name for name, secret in SHAPES.items() if any(secret in text for text in decoded)] == []
