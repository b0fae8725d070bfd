"""A failure that somebody else's program met: is it about its connection, and if so, why?

This is what `pgwhy run`, the library and the integrations share: the text is explained first, without a network; only
if that names a cause of a connection is the target looked for and checked, and logged in to once in five minutes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from pgwhy import redaction
from pgwhy.causes import Cause
from pgwhy.client import resolve
from pgwhy.engine.diagnosis import DEADLINE_S, Request, diagnose, explain_text, selector_loop
from pgwhy.finding import Report
from pgwhy.incident.ledger import INTERVAL_S, may_log_in
from pgwhy.machine import Machine
from pgwhy.probes.probe import Options
from pgwhy.redaction import Redactor
from pgwhy.target.model import Target
from pgwhy.values import dataclass

FindTarget = Callable[[str, str], Target | None]
"""The target, from the host and port that the text names (either may be empty); `None` if it is not known."""
_NO_TARGET = "What it connects to was not found{hint}.\n"
_NO_LOGIN = (
    f"Checked without a login: the same target was logged in to less than {INTERVAL_S // 60} minutes ago.\n"
    "To log in now: {now}\n"
)
_NO_CHECK = f"Explained from the text alone: it was checked less than {INTERVAL_S // 60} minutes ago.\n"


@dataclass(frozen=True)
class Incident:
    """The report, cleaned of secrets, and a note of what was left out."""

    report: Report
    redactor: Redactor
    note: str = ""

    def page(self, width: int = 80, unicode: bool = True) -> str:
        """What a person reads, with the note."""
        from pgwhy.report import text as terminal

        text = terminal.page(self.report, width, unicode) + self.note
        self.redactor.check(text)
        return text


def investigate(
    text: str,
    find: FindTarget,
    machine: Machine,
    *,
    client: str | None = None,
    timeout_s: float = DEADLINE_S,
    login: bool = True,
    again: bool = True,
    hint: str = "",
    now: str = "pgwhy TARGET",
    throttled: bool = True,
) -> Incident | None:
    """Why a program failed that printed this text; `None` where the text is about no connection.

    Without `again`, a target that was checked in the last five minutes is not checked once more, not even without a
    login: for places where a failure comes with each request. `hint` says where to name a target that was not found,
    `now` what to type to log in where that was left out. Without `throttled` it is never left out.
    Raises `UnknownClient`.
    """
    explained = explain_text(text, machine, client)
    if explained.verdict.cause in (None, Cause.NOT_A_CONNECTION_PROBLEM):
        return None
    host, port = (str(explained.observations.get(path) or "") for path in ("error.host", "error.port"))
    target = find(host, port)
    if target is None:
        redactor = redaction.for_machine(machine)
        return Incident(redactor.clean_value(explained), redactor, _NO_TARGET.format(hint=hint))
    redactor, note = redaction.for_target(target), ""
    if throttled and (login or not again) and not may_log_in(target, machine):
        if not again:
            return Incident(redactor.clean_value(explained), redactor, _NO_CHECK)
        login, note = False, _NO_LOGIN.format(now=now)
    request = Request(
        target=target,
        machine=machine,
        client=resolve(client, text, target.driver),
        error=text,
        options=Options(login=login),
        deadline_s=timeout_s,
    )
    return Incident(redactor.clean_value(_run(request)), redactor, note)


def _run(request: Request) -> Report:
    """In an event loop of its own; where this thread runs one already, on a thread of its own, and waited for."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _in_a_loop(request)
    done: list[Report | BaseException] = []

    def run() -> None:
        try:
            done.append(_in_a_loop(request))
        except BaseException as error:  # it belongs to the caller that waits
            done.append(error)

    thread = threading.Thread(target=run, name="pgwhy-incident", daemon=True)
    thread.start()
    thread.join()
    if isinstance(done[0], BaseException):
        raise done[0]
    return done[0]


def _in_a_loop(request: Request) -> Report:
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        return runner.run(diagnose(request))
