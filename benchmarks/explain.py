"""What explaining error texts costs: a backlog in a batch, and one text from a cold start.

    batch    pgwhy explain --batch, on one core       at least 10.4 texts in the time of the yardstick
    cold     pgwhy explain TEXT                       at most 9 times python -c pass

    python -m benchmarks.explain

The texts are those of the rules' own examples, each as a program would print it: bare, in a log, as JSON, below a stack
trace, as several attempts. How many of them a second takes says as much of the machine as of pgwhy, so the promise is
a ratio: the yardstick is a fixed piece of work with `re` and `json`, done in turns with the texts in one process. What
else the machine does meets both alike, and time is that of the processor. Before the catalogue of messages the ratio
was 9.3, and 2,680 texts a second on an idle machine; 10.4 stands for 3,000 there. The commands of the last row take
turns as well, and their figure is the ratio of their CPU.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.check import PASS, PGWHY, measured
from pgwhy.engine.batch import answers
from pgwhy.engine.reports import all_rules
from pgwhy.machine import Machine
from pgwhy.redaction import Redactor, for_machine
from pgwhy.rulebook.book import Rulebook

TEXTS = 1500
IN_TURN = 75
"""Texts between two yardsticks."""
LEAST = 10.4
"""Texts in the time of the yardstick."""
MOST_TIMES = 9.0
REFUSED = 'connection to server at "db.example.com" (192.0.2.7), port 5432 failed: Connection refused'


def main() -> int:
    rules = all_rules()
    lines = [json.dumps({"id": n, "text": text}).encode() for n, text in enumerate(texts(rules, TEXTS))]
    characters = sum(map(len, lines)) // len(lines)
    ratio, a_second = _measured(lines, rules)
    kept = "kept" if ratio >= LEAST else "BROKEN"
    what = f"{ratio:5.1f} texts of {characters} characters in the time of the yardstick ({a_second:,.0f} a second)"
    print(f"batch      {what}; promised {LEAST:g}: {kept}")
    cold = measured("cold", (PGWHY, "explain", REFUSED), PASS, MOST_TIMES, by_cpu=True)
    print(cold)
    return int(ratio < LEAST or cold.times > MOST_TIMES)


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


def _measured(lines: list[bytes], rules: Rulebook) -> tuple[float, float]:
    """Texts in the time of the yardstick, and texts a second."""
    redactor = for_machine(Machine.here())
    _seconds(partial(_answer_all, lines, rules, redactor))  # what is loaded once does not count
    taken, yardsticks = [], [_seconds(_yardstick)]
    for start in range(0, len(lines), IN_TURN):
        some = lines[start : start + IN_TURN]
        taken.append(_seconds(partial(_answer_all, some, rules, redactor)))
        yardsticks.append(_seconds(_yardstick))
    around = [(one + other) / 2 for one, other in itertools.pairwise(yardsticks)]
    ratio = len(lines) / sum(mine / yardstick for mine, yardstick in zip(taken, around, strict=True))
    return ratio, len(lines) / sum(taken)


def _answer_all(lines: list[bytes], rules: Rulebook, redactor: Redactor) -> None:
    answered = sum(1 for _ in answers(lines, rules, redactor))
    assert answered == len(lines)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


_WORDS = re.compile(r"(\w+)=(\d+)|\b(?:error|fatal):")
_TEXT = " ".join(f"name{number}=12{number} error: word{number}" for number in range(60))


def _yardstick() -> None:
    """About what pgwhy does with a text: search it, look up, sort, read and write JSON."""
    for _ in range(60):
        found = {each[0]: each.start() for each in _WORDS.finditer(_TEXT)}
        json.loads(json.dumps(found))
        sorted(found.items(), key=lambda item: item[0][::-1])


if __name__ == "__main__":
    sys.exit(main())
