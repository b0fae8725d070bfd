"""Giving the targets out: no host and no provider gets more than its share at a time, and each is answered once."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.fleet import answer
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.executor import Executor
from pgwhy.fleet.task import Entry, Task, is_reference
from pgwhy.machine import Machine
from pgwhy.redaction import environment
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider, recognise
from pgwhy.values import dataclass, replace

LOOK_AHEAD = 1000
"""Targets that are read before their turn, so that one busy host does not hold up the others."""
MOST_TRIES = 3
"""A target whose worker ended each time may be what ends it."""
TICK_S = 0.25


@dataclass(frozen=True)
class Limits:
    """Runs at a time."""

    per_host: int = 8
    per_provider: int = 64
    """To the hosts of one provider: it may take more for an attack."""

    def allow(self, task: Task, hosts: Counter[str], providers: Counter[str]) -> bool:
        """One more is no flood."""
        if task.host and hosts[task.host] >= self.per_host:
            return False
        return task.provider == Provider.NONE or providers[task.provider] < self.per_provider


class Dispatcher:
    """Gives the tasks to an executor. An iterator over the answers, each as soon as it is there."""

    def __init__(self, tasks: Iterable[Task], executor: Executor, limits: Limits) -> None:
        self._tasks, self._executor, self._limits = iter(tasks), executor, limits
        self._held: deque[Task] = deque()
        self._hosts: Counter[str] = Counter()
        self._providers: Counter[str] = Counter()
        self._tries: Counter[int] = Counter()
        self._running = 0

    def __iter__(self) -> Iterator[Answer | None]:
        """`None` now and then while nothing ends, so that who waits can say so."""
        while True:
            while self._running < self._executor.room and (task := self._next()) is not None:
                self._submit(task)
            if not self._running and not self._held:
                return
            ended = False
            for task, found in self._executor.wait(TICK_S):
                ended = True
                if (told := self._settled(task, found)) is not None:
                    yield told
            if not ended:
                yield None

    def _next(self) -> Task | None:
        """The first one that may begin now."""
        for task in self._held:
            if self._limits.allow(task, self._hosts, self._providers):
                self._held.remove(task)
                return task
        for task in islice(self._tasks, max(0, LOOK_AHEAD - len(self._held))):
            if self._limits.allow(task, self._hosts, self._providers):
                return task
            self._held.append(task)
        return None

    def _submit(self, task: Task) -> None:
        self._running += 1
        self._hosts[task.host] += 1
        self._providers[task.provider] += 1
        self._executor.submit(task)

    def _settled(self, task: Task, found: Answer | None) -> Answer | None:
        self._running -= 1
        for counted, key in ((self._hosts, task.host), (self._providers, task.provider)):
            counted[key] -= 1
            if not counted[key]:
                del counted[key]  # of a million hosts only those that are busy are remembered
        if found is not None:
            self._tries.pop(task.number, None)
            return found
        self._tries[task.number] += 1
        if self._tries[task.number] < MOST_TRIES:
            self._held.appendleft(task)
            return None
        return answer.without_run(task, answer.LOST, "The process that examined it ended each time.", task.place)


Done = Counter[tuple[str, str]]
"""Name and place of targets that are answered; the place is empty where it does not matter."""


def tasks(
    entries: Iterable[Entry], machine: Machine, done: Done, places: Mapping[str, str], *, read_here: bool
) -> Iterator[Task]:
    """A task for each entry and place, without those that are done, each as often as it is there.

    `places`: as `Executor.places`, where each target is examined from all of them; else empty. `read_here`: references
    are read on this machine, as the runs are here.
    """
    number = 0
    for entry in entries:
        task = _task(entry, machine, read_here=read_here)
        for place, called in places.items() or (("", ""),):
            if done[task.name, called]:
                done[task.name, called] -= 1
            else:
                yield replace(task, number=number, place=place)
            number += 1


def _task(entry: Entry, machine: Machine, *, read_here: bool) -> Task:
    text = entry.text.reveal()
    known = None if entry.error or (is_reference(text) and not read_here) else targets.read(text, machine)
    hosts = known.hosts if known is not None else ()
    host = (hosts[0].name or hosts[0].hostaddr).lower() if hosts else ""
    shown, labels = _shown(entry, text, known, machine)
    return Task(
        number=0,
        text=entry.text,
        name=shown,
        labels=labels,
        line=entry.line,
        host=host,
        provider=recognise(host).provider.value if host else Provider.NONE.value,
        error=entry.error,
    )


def _shown(entry: Entry, text: str, known: Target | None, machine: Machine) -> tuple[str, dict[str, str]]:
    """Name and labels, without secrets."""
    name = entry.name or (text if is_reference(text) else _name(known))
    if not entry.name and not entry.labels:
        return name or f"line {entry.line}", {}
    redactor = redaction.for_target(known) if known is not None else redaction.for_machine(machine)
    secret_names = {key for key, value in entry.labels.items() if list(environment.secrets({key: value}))}
    labels = {redactor.clean(k): redactor.clean(v) for k, v in entry.labels.items() if k not in secret_names}
    return redactor.clean(name) or f"line {entry.line}", labels


def _name(target: Target | None) -> str:
    """`host:port/database` of what was read; empty where it names no host."""
    if target is None or not target.hosts:
        return ""
    first, more = target.hosts[0], len(target.hosts) - 1
    host = first.name or first.hostaddr
    database = target.value("dbname")
    also = f" and {more} more" if more else ""
    return f"{host}:{first.port}{also}" + (f"/{database}" if database else "") if host else ""
