"""One target examined again and again. Unlike a single run, it does not send a refused password each time.

Three wrong passwords lock an account in many places, so a password that was refused gets at most as many exchanges as
one run may make, and one more an hour, however often the target is examined. A changed password counts from none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from pgwhy import target as targets
from pgwhy.causes import Retry
from pgwhy.fleet import dispatch
from pgwhy.fleet.answer import Answer, is_well
from pgwhy.fleet.run import Examiner
from pgwhy.fleet.task import Asked, Entry, Task
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.progress import Stage
from pgwhy.secret import Secret
from pgwhy.values import dataclass, replace

AGAIN_S = 3600.0
"""After so many seconds a password that was refused is tried once more: somebody may have set it at the server."""
WITHHELD = "withheld"
"""Of an answer's `login`: the password was refused before, and was not sent again."""
_MOST_OF_A_RUN = 2
"""Exchanges that a run without experiments makes: with TLS, and without it where `sslmode=prefer` goes on."""


def named(entries: Iterator[Entry], machine: Machine) -> Iterator[Task]:
    """The tasks of a list, each with a name of its own: a second `billing` is `billing (2)`."""
    taken: set[str] = set()
    for task in dispatch.tasks(entries, machine, dispatch.Done(), {}, read_here=True):
        name, number = task.name, 1
        while name in taken:
            number += 1
            name = f"{task.name} ({number})"
        taken.add(name)
        yield replace(task, name=name)


@dataclass
class _Refused:
    """What is known of a target whose password was refused."""

    password: Secret | None
    exchanges: int
    at_s: float
    answer: Answer


class Visitor:
    """Examines targets, in one event loop. `clock`: seconds that only grow."""

    def __init__(self, asked: Asked, machine: Machine | None = None, clock: Callable[[], float] = time.monotonic):
        self._asked, self._machine, self._clock = asked, machine or Machine.here(), clock
        self._refused: dict[str, _Refused] = {}

    async def visit(self, task: Task, timeout_s: float | None = None) -> Answer:
        """The answer about a target. `timeout_s`: for this run, instead of what was asked for all.

        Where the login is withheld, and nothing before it fails, the answer is the refusal that is known, with
        `"login": "withheld"`. Never raises for a target.
        """
        asked = self._asked if timeout_s is None else replace(self._asked, timeout_s=timeout_s)
        if not asked.login or task.error:
            return await Examiner(asked, self._machine).examine(task)
        password = targets.read(task.text.reveal(), self._machine).password
        before = self._refused.get(task.name)
        if before is not None and before.password != password:
            del self._refused[task.name]
            before = None
        if before is not None and self._is_withheld(before):
            found = await Examiner(replace(asked, login=False), self._machine).examine(task)
            return {**before.answer, **_of_this_run(found), "login": WITHHELD} if is_well(found) else found
        spent = _Spent(_left(before))
        found = await Examiner(asked, self._machine, spent.network).examine(task)
        if spent.exchanges and _may_be_refused(found):
            exchanges = spent.exchanges + (before.exchanges if before else 0)
            self._refused[task.name] = _Refused(password, exchanges, self._clock(), found)
        elif is_well(found):
            self._refused.pop(task.name, None)
        return found

    def _is_withheld(self, before: _Refused) -> bool:
        """One run more could go past what a single run may make."""
        return _left(before) < _MOST_OF_A_RUN and self._clock() - before.at_s < AGAIN_S


def _may_be_refused(found: Answer) -> bool:
    """What ended the run may be about the password that it sent, whatever the verdict calls it."""
    return not is_well(found) and found["stage"] != Stage.SESSION and found.get("retry") != Retry.NOW


def _left(before: _Refused | None) -> int:
    """Exchanges that there may still be, before the hour is over."""
    return Network.MAX_EXCHANGES - (before.exchanges if before is not None else 0)


def _of_this_run(found: Answer) -> Answer:
    return {name: found[name] for name in ("ms", "duration_ms", "started_at", "report_id") if name in found}


class _Spent:
    """Counts the password exchanges of one run, which may make no more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = max(_MOST_OF_A_RUN, most)
        self._made: list[Network] = []

    @property
    def exchanges(self) -> int:
        return sum(network.exchanges for network in self._made)

    def network(self, deadline_s: float) -> Network:
        """The way out of the run."""
        network = Network(deadline_s)
        network.MAX_EXCHANGES = min(network.MAX_EXCHANGES, self._most)
        self._made.append(network)
        return network
