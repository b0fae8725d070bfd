"""`pgwhy watch`: targets examined again and again, and what changes."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import Any

import click

from pgwhy.cli import given, status, trouble
from pgwhy.cli.output import Terminal, write
from pgwhy.cli.watched import asked_of, tasks_of
from pgwhy.engine.diagnosis import selector_loop
from pgwhy.fleet.answer import Answer
from pgwhy.fleet.task import Task
from pgwhy.machine import Machine
from pgwhy.monitoring.visits import Visitor
from pgwhy.monitoring.watching import page
from pgwhy.monitoring.watching.event import Event, line
from pgwhy.monitoring.watching.hook import Hook
from pgwhy.monitoring.watching.rounds import Rounds
from pgwhy.monitoring.watching.state import State
from pgwhy.network import webhook
from pgwhy.redaction import Redactor, for_machine
from pgwhy.secret import Secret
from pgwhy.target.provider import Provider

KEEPS_AWAKE_S = 900
"""A login more often than this may keep a compute from going to sleep, which costs money."""


class Watch:
    """What is known of all targets, and where it is told."""

    def __init__(self, tasks: list[Task], redactor: Redactor, format: str, hook: Hook | None) -> None:
        self.states = {task.name: State(task) for task in tasks}
        self._redactor, self._format, self._hook = redactor, format, hook
        machine = Machine.here()
        self._terminal = Terminal.here(machine.environment, machine.platform)

    def told(self, task: Task, found: Answer, missed: int) -> None:
        """One answer more. Raises `click.ClickException` where the output is gone."""
        state = self.states[task.name]
        state.missed += missed
        found.setdefault("started_at", datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        for event in state.take(found, time.monotonic()):
            self._tell(event)
            if self._hook is not None:
                self._hook.add(event)

    def _tell(self, event: Event) -> None:
        if self._format == "jsonl":
            write(line(event), self._redactor)
        else:
            write(page.told(event, self._terminal.width).shown(self._terminal.colour) + "\n", self._redactor)

    def end(self) -> int:
        """Tell the summary; the exit status of what is worst now."""
        states, now_s = list(self.states.values()), time.monotonic()
        stream, terminal = sys.stdout, self._terminal
        if self._format == "jsonl":
            write("".join(map(line, page.summaries(states, now_s))), self._redactor)
            stream = sys.stderr
        lines = page.lines(states, now_s, terminal.width, terminal.unicode)
        colour = terminal.colour and stream is sys.stdout
        write("\n".join(one.shown(colour) for one in lines) + "\n", self._redactor, None, stream)
        found = [status.of_answer(state.latest) for state in states if state.latest]
        return max(found, key=status.WORSE.index, default=status.CONNECTS)


def run(targets: tuple[str, ...], **chosen: Any) -> int:
    """Do what the command line asks for; the exit status."""
    machine = Machine.here()
    redactor = for_machine(machine)
    trouble.knows(redactor)
    address = _address(chosen["webhook"], machine)
    if address is not None:
        redactor = Redactor([address])
        trouble.knows(redactor)
    tasks = tasks_of(targets, chosen["list_"], machine)
    asked = asked_of(chosen)
    if asked.login and chosen["every"] < KEEPS_AWAKE_S:
        _warn_of_waking(tasks)
    hook = Hook(address, _cannot_post) if address is not None else None
    watch = Watch(tasks, redactor, chosen["format_"], hook)
    rounds = Rounds(tasks, Visitor(asked, machine), chosen["every"], chosen["rounds"], watch.told)
    interrupted = False
    try:
        with asyncio.Runner(loop_factory=selector_loop) as runner:
            runner.run(rounds.run())
    except KeyboardInterrupt:
        interrupted = True
    if hook is not None:
        hook.close()
        if hook.lost:
            sys.stderr.write(f"{hook.lost:,} event{'s were' if hook.lost != 1 else ' was'} not posted.\n")
    worst = watch.end()
    return status.INTERRUPTED if interrupted else worst


def _address(text: str | None, machine: Machine) -> Secret | None:
    """Of the webhook. Raises `click.BadParameter`, without the address: it may hold a token."""
    if text is None:
        return None
    found = text
    if text.startswith("env:"):
        found = machine.environment.get(text.removeprefix("env:"), "")
    elif text.startswith("@"):
        found = given.content(text.removeprefix("@")).decode("utf-8", "replace")
    found = found.strip()
    if not webhook.is_address(found):
        raise click.BadParameter("it has to be an http or https address, env:NAME or @FILE", param_hint="--webhook")
    return Secret(found)


def _cannot_post(why: str) -> None:
    sys.stderr.write(f"The webhook accepts no events: {why}. The rounds go on.\n")


def _warn_of_waking(tasks: list[Task]) -> None:
    sleepers = [task.name for task in tasks if task.provider == Provider.NEON]
    if sleepers:
        names = ", ".join(sleepers[:3])
        sys.stderr.write(f"--login this often keeps the compute of {names} awake; without it none is woken.\n")
