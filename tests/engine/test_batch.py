from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest

from pgwhy.engine import reports
from pgwhy.engine.batch import LONGEST_LINE, answers, lines
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor

RULES = reports.all_rules()
REFUSED = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: Connection refused'


def asked(*objects: object) -> list[dict]:
    return list(answers((json.dumps(each).encode() for each in objects), RULES, Redactor()))


def test_each_line_gets_its_answer_in_order() -> None:
    told = asked({"id": 1, "text": REFUSED}, {"id": "b", "text": "ERROR: syntax error at or near x"}, {"text": "odd"})
    assert told == [
        {"id": 1, "cause": "connection-refused", "rule": "tcp/refused", "stage": "tcp", "also": []},
        {
            "id": "b",
            "cause": "not-a-connection-problem",
            "rule": "session/not-a-connection-problem",
            "stage": None,
            "also": [],
        },
        {"id": None, "cause": None, "rule": None, "stage": None, "also": []},
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_it_says_what_a_single_explain_says(rule) -> None:
    for example in rule.examples:
        text = example.given["error"].get("message")
        if text:
            verdict = reports.of_text(text, Machine.here()).verdict
            (told,) = asked({"text": text})
            assert (told["cause"], told["rule"], told["stage"]) == (verdict.cause, verdict.rule, verdict.stage)
            assert told["also"] == [{"cause": cause, "rule": id} for cause, id in verdict.also]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"not json", "line 1 is not JSON"),
        (b"[1]", 'line 1 is not an object with "text"'),
        (b'{"id": 7}', 'line 1 has no "text"'),
        (b'{"id": 7, "text": 5}', 'line 1 "text" is not a text'),
        (b"[" * 100_000, "line 1 is not JSON"),
        (b'{"text": "\xff', "line 1 is not JSON"),
        (None, "line 1 is longer than"),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_too(line: bytes | None, error: str) -> None:
    bad, good = answers([line, json.dumps({"id": 2, "text": REFUSED}).encode()], RULES, Redactor())
    assert bad["error"].startswith(error) and bad["cause"] is None
    assert good["id"] == 2 and good["cause"] == "connection-refused"


def test_empty_lines_are_passed_over_and_lines_that_are_too_long_are_told() -> None:
    stream = io.BytesIO(b'\n{"text": ""}\n' + b"x" * (LONGEST_LINE + 5) + b'\n{"text": "last"}')
    read = list(lines(stream))
    assert read[2] is None and read[-1] == b'{"text": "last"}'
    assert len(list(answers(read, RULES, Redactor()))) == 3


def test_a_driver_is_a_help_and_no_condition() -> None:
    (told,) = asked({"text": REFUSED, "driver": "no such driver", "service": "anything"})
    assert told["cause"] == "connection-refused"


def test_an_answer_is_there_before_the_next_line_is_sent() -> None:
    command = [sys.executable, "-m", "pgwhy", "explain", "--batch", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": REFUSED}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(timeout=30) == 0


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_backlog(tmp_path) -> None:
    program = (
        "import re, sys; from pgwhy.cli import run; status = run(sys.argv[1:]);"
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1], file=sys.stderr); sys.exit(status)"
    )
    peaks = []
    for many in (200, 6000):
        file = tmp_path / f"{many}.jsonl"
        file.write_text(
            "".join(json.dumps({"id": n, "text": f"{REFUSED} {n} {'x' * 3000}"}) + "\n" for n in range(many))
        )
        command = [sys.executable, "-c", program, "explain", "--batch", str(file)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 0 and ran.stdout.count("\n") == many
        peaks.append(int(ran.stderr))
    assert peaks[1] < peaks[0] * 1.1
