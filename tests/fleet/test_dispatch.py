"""How targets are given out: within the limits, each answered once, and what was done is not done again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pgwhy.fleet.answer import Answer
from pgwhy.fleet.dispatch import MOST_TRIES, Dispatcher, Limits, tasks
from pgwhy.fleet.task import Entry, Task
from pgwhy.machine import Machine
from pgwhy.secret import Secret
from tests.fleet.answers import answer

PLACE = Path("/nonexistent")
HERE = Machine({}, PLACE, PLACE, "linux", datetime.now(UTC))


class Recorder:
    """An executor that ends the task that it has had for the longest, and counts what it has side by side."""

    def __init__(self, room: int, dies_at: Iterable[str] = ()) -> None:
        self.room = room
        self.places: Mapping[str, str] = {}
        self.most: Counter[str] = Counter()
        self.given: list[str] = []
        self._dies_at = set(dies_at)
        self._has: deque[Task] = deque()

    def submit(self, task: Task) -> None:
        self._has.append(task)
        self.given.append(task.name)
        for key in ("all", task.host, task.provider):
            here = sum(key in ("all", each.host, each.provider) for each in self._has)
            self.most[key] = max(self.most[key], here)

    def wait(self, limit_s: float) -> Iterable[tuple[Task, Answer | None]]:
        if self._has:
            task = self._has.popleft()
            yield task, None if task.name in self._dies_at else answer(task.name)

    def close(self) -> None:
        """Nothing is open."""


def entries(*texts: str) -> list[Entry]:
    return [Entry(number, Secret(text)) for number, text in enumerate(texts, 1)]


def names(given: Iterable[Task], executor: Recorder, limits: Limits | None = None) -> list[str]:
    return [found["name"] for found in Dispatcher(given, executor, limits or Limits()) if found is not None]


def test_no_host_and_no_provider_gets_more_than_its_share_and_the_others_do_not_wait() -> None:
    texts = [f"postgresql://busy.example.com/d{n}" for n in range(20)]
    texts += [f"postgresql://ep-a-{n}.us-east-2.aws.neon.tech/d" for n in range(20)]
    texts += [f"postgresql://h{n}.example.com/d" for n in range(20)]
    executor = Recorder(room=30)
    found = names(tasks(entries(*texts), HERE, Counter(), {}, read_here=True), executor, Limits(3, 5))
    assert len(found) == len(set(found)) == 60
    assert executor.most["busy.example.com"] == 3
    assert executor.most["neon"] == 5
    assert executor.most["all"] > 15


def test_a_task_whose_process_ended_is_given_again_and_told_once_at_the_end() -> None:
    executor = Recorder(room=4, dies_at=["bad.example.com:5432"])
    given = tasks(
        entries("postgresql://bad.example.com", "postgresql://ok.example.com"), HERE, Counter(), {}, read_here=True
    )
    found = [each for each in Dispatcher(given, executor, Limits()) if each is not None]
    assert {each["name"]: each["status"] for each in found} == {
        "bad.example.com:5432": "lost",
        "ok.example.com:5432": "reachable",
    }
    assert executor.given.count("bad.example.com:5432") == MOST_TRIES


def test_what_is_done_is_passed_over_as_often_as_it_was_done() -> None:
    same = entries(*["postgresql://db.example.com/app"] * 3, "postgresql://other.example.com")
    done = Counter({("db.example.com:5432/app", ""): 2})
    assert names(tasks(same, HERE, done, {}, read_here=True), Recorder(9)) == [
        "db.example.com:5432/app",
        "other.example.com:5432",
    ]


def test_from_every_place_each_target_is_a_task_for_each() -> None:
    places = {"tcp://10.0.0.1:1": "zone a", "tcp://10.0.0.2:1": "zone b"}
    done = Counter({("db1:5432", "zone a"): 1})
    given = list(tasks(entries("postgresql://db1", "postgresql://db2"), HERE, done, places, read_here=True))
    assert [(task.name, task.place) for task in given] == [
        ("db1:5432", "tcp://10.0.0.2:1"),
        ("db2:5432", "tcp://10.0.0.1:1"),
        ("db2:5432", "tcp://10.0.0.2:1"),
    ]
    assert len({task.number for task in given}) == 3


def test_neither_name_nor_labels_of_a_task_hold_its_password() -> None:
    url = "postgresql://alex:hunter2-secret@db.example.com/app"
    labels = {"note": "password is hunter2-secret", "api_token": "0123456789abcdef", "env": "prod"}
    entry = Entry(1, Secret(url), f"db ({url})", labels)
    (task,) = tasks([entry], HERE, Counter(), {}, read_here=True)
    shown = repr(task)
    assert "hunter2-secret" not in shown
    assert "0123456789abcdef" not in shown
    assert task.labels["env"] == "prod"


def test_a_reference_keeps_its_name_and_a_line_that_is_nothing_its_number() -> None:
    given = list(tasks(entries("env:DB_EU", "@nowhere/db.yml:prod", "%%%"), HERE, Counter(), {}, read_here=True))
    assert [task.name for task in given] == ["env:DB_EU", "@nowhere/db.yml:prod", "line 3"]
