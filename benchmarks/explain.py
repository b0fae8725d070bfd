"""What explaining error texts costs: a backlog in a batch, and one text from a cold start.

    batch    pgwhy explain --batch, on one core       at least 3,000 texts a second
    cold     pgwhy explain TEXT                       at most 9 times python -c pass

    python -m benchmarks.explain

The texts are those of the rules' own examples, each as a program would print it: bare, in a log, as JSON, below a stack
trace, as several attempts. A second is one of the processor's, so that what else the machine does is not counted; the
commands of the last row take turns, and the figure is the ratio of their CPU.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator

from benchmarks.check import PASS, PGWHY, measured
from pgwhy.engine.batch import answers
from pgwhy.engine.reports import all_rules
from pgwhy.machine import Machine
from pgwhy.redaction import for_machine
from pgwhy.rulebook.book import Rulebook

TEXTS = 4000
ROUNDS = 5
LEAST_A_SECOND = 3000
MOST_TIMES = 9.0
REFUSED = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: Connection refused'


def main() -> int:
    rules = all_rules()
    lines = [json.dumps({"id": n, "text": text}).encode() for n, text in enumerate(texts(rules, TEXTS))]
    characters = sum(map(len, lines)) // len(lines)
    best = max(_a_second(lines, rules) for _ in range(ROUNDS))
    kept = "kept" if best >= LEAST_A_SECOND else "BROKEN"
    print(f"batch      {best:7,.0f} texts a second, of {characters} characters; promised {LEAST_A_SECOND:,}: {kept}")
    cold = measured("cold", (PGWHY, "explain", REFUSED), PASS, MOST_TIMES, by_cpu=True)
    print(cold)
    return int(best < LEAST_A_SECOND or cold.times > MOST_TIMES)


def texts(rules: Rulebook, many: int) -> Iterator[str]:
    """Texts of every rule in turns, in the shapes in which people paste them; the same ones each time."""
    said = [str(e.given["error"]["message"]) for rule in rules for e in rule.examples if e.given["error"]["message"]]
    chance = random.Random(1)
    for number in range(many):
        yield chance.choice(SHAPES)(said[number % len(said)], number)


def _bare(text: str, number: int) -> str:
    return text


def _log(text: str, number: int) -> str:
    return "\n".join(
        f"2026-11-25 22:{number % 60:02}:07,123 ERROR [worker-{number % 7}] {line}" for line in text.split("\n")
    )


def _json(text: str, number: int) -> str:
    return json.dumps({"level": 50, "time": 1764111600000 + number, "pid": number, "msg": "query failed", "err": text})


def _trace(text: str, number: int) -> str:
    frames = "".join(
        f'  File "/app/src/module_{n}.py", line {number + n}, in call_{n}\n    return step(n)\n' for n in range(6)
    )
    return f"Traceback (most recent call last):\n{frames}psycopg.OperationalError: {text}"


def _node(text: str, number: int) -> str:
    frames = "".join(f"    at Client.step{n} (/app/node_modules/pg/lib/client.js:{number + n}:11)\n" for n in range(8))
    return f"Error: {text}\n{frames}  errno: -{number % 200}"


def _attempts(text: str, number: int) -> str:
    return f"{text}\nMultiple connection attempts failed. All failures were:\n- host: 'a', port: 5432: {text}"


SHAPES = (_bare, _bare, _log, _json, _trace, _node, _attempts)


def _a_second(lines: list[bytes], rules: Rulebook) -> float:
    begin = time.process_time()
    told = sum(1 for _ in answers(lines, rules, for_machine(Machine.here())))
    assert told == len(lines)
    return told / (time.process_time() - begin)


if __name__ == "__main__":
    sys.exit(main())
