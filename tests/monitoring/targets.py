"""Targets that are watched, and a server that asks for a password without ever getting one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Asked, Entry, Task
from pgwhy.machine import Machine
from pgwhy.monitoring.visits import Visitor, named
from pgwhy.monitoring.watching.event import Event
from pgwhy.monitoring.watching.rounds import Rounds
from pgwhy.monitoring.watching.state import State
from pgwhy.secret import Secret
from tests.servers import Postgres

PASSWORD = "Zq7vR2nW9tXk-secret"
ASKS_FOR_A_PASSWORD = b"R" + (8).to_bytes(4, "big") + (3).to_bytes(4, "big")
ASKING = Postgres(say=lambda startup, name: ASKS_FOR_A_PASSWORD)


def url(hosts: str, more: str = "") -> str:
    """`hosts`: with their ports."""
    return f"postgresql://alex:{PASSWORD}@{hosts}/app?sslmode=disable{more}"


def tasks(*texts: str) -> list[Task]:
    return list(named(iter(Entry(n, Secret(text)) for n, text in enumerate(texts, 1)), Machine.here()))


def watched(
    text: str, rounds: int, between: Callable[[int], None], asked: Asked | None = None
) -> tuple[State, list[Event]]:
    """Watch one target without a pause; `between` is called with the number of each round that has ended."""
    (task,) = tasks(text)
    state, events = State(task), list[Event]()

    def told(task: Task, found: Answer, missed: int) -> None:
        events.extend(state.take(found, float(state.rounds)))
        between(state.rounds)

    visitor = Visitor(asked or Asked(timeout_s=5.0), Machine.here())
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        runner.run(Rounds([task], visitor, 0.0, rounds, told).run())
    return state, events
