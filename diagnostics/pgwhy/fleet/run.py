"""The run of one target, in a process that has done it before: what all runs share is loaded once."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pgwhy import client as clients
from pgwhy import redaction
from pgwhy import target as targets
from pgwhy.engine import reports
from pgwhy.engine.diagnosis import Request, diagnose
from pgwhy.fleet import answer
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Asked, Task
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes.probe import Options
from pgwhy.target.model import Target
from pgwhy.values import replace

PLACE = "PGWHY_PLACE"
"""The variable that says what a place is called (`zone b`), where nobody named it; else it is the machine's name."""


class Examiner:
    """Examines one target after the other, or many side by side in one event loop."""

    def __init__(
        self, asked: Asked, machine: Machine | None = None, network: Callable[[float], Network] = Network
    ) -> None:
        self.asked = asked
        self.network = network
        self.machine = machine or Machine.here()
        self.place = asked.place or self.machine.environment.get(PLACE) or platform.node() or "here"
        self._rulebook = reports.all_rules(tuple(map(Path, asked.rules)))

    async def examine(self, task: Task) -> Answer:
        """The answer about a target, without its secrets. Never raises for a target, a network or a mistake of ours."""
        if task.error:
            return answer.without_run(task, answer.UNREAD, f"Line {task.line} {task.error}.", self.place)
        machine = replace(self.machine, now=datetime.now(UTC))
        try:
            target = targets.read(task.text.reveal(), machine)
            return await self._examine(task, target, machine)
        except Exception as error:  # a bug of ours at one target must not cost the other answers
            said = f"This is a bug in pgwhy, not in the connection: {type(error).__name__}."
            return answer.without_run(task, answer.BUG, said, self.place)

    async def _examine(self, task: Task, target: Target, machine: Machine) -> Answer:
        asked, redactor = self.asked, redaction.for_target(target)
        request = Request(
            target=target,
            machine=machine,
            client=clients.resolve(asked.client, None, target.driver),
            options=Options(login=asked.login),
            deadline_s=asked.timeout_s,
            verify=asked.verify,
            rulebook=self._rulebook,
            network=self.network,
        )
        report = await diagnose(request)
        told = answer.of_report(task, report, self.place)
        if asked.whole:
            from pgwhy.report import document  # 20 kB for each target

            told["report"] = document.to_json(report)
        return redactor.clean_value(told)
