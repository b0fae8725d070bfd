"""A run: observe → explain → verify, and the report of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from pgwhy import error_text, redaction
from pgwhy import target as targets
from pgwhy.client import LIBPQ_HERE, Client, ClientFacts
from pgwhy.engine import reports
from pgwhy.engine.conclusion import conclude, with_own_text
from pgwhy.engine.observation import Progress, begin, observe
from pgwhy.engine.reports import of_text as explain_text
from pgwhy.engine.verification import Experiment, described, verify
from pgwhy.error_text import ErrorText, Origin
from pgwhy.facts import Observations
from pgwhy.finding import Report
from pgwhy.machine import Machine
from pgwhy.network import Network
from pgwhy.probes.authentication import Authentication
from pgwhy.probes.permit import Permit
from pgwhy.probes.probe import Options, Run
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.values import dataclass, replace

__all__ = ["Request", "diagnose", "diagnose_sync", "explain_text", "selector_loop"]

if TYPE_CHECKING:
    from pgwhy.rulebook.book import Rulebook

DEADLINE_S = 10.0


@dataclass(frozen=True)
class Request:
    """What to find out, for whom, and what is allowed."""

    target: Target
    machine: Machine
    client: Client = LIBPQ_HERE
    error: str | None = field(default=None, repr=False)
    """What the failing client printed. It may hold secrets, and is redacted before anything reads it."""
    options: Options = Options()
    deadline_s: float = DEADLINE_S
    verify: bool = True
    rules: tuple[Path, ...] = ()
    """Folders of further rules."""
    ignore: frozenset[str] = frozenset()
    """Rules whose warnings and notes are left out, and counted."""
    rulebook: Rulebook | None = None
    """Those rules and the built-in ones, where they are loaded already; `None`: they are looked for in their files."""
    network: Callable[[float], Network] = Network
    """Makes the way out from the deadline in seconds; the lab gives one that leads port 443 to itself."""


async def diagnose(request: Request, progress: Progress | None = None) -> Report:
    """Go through the stages, ask the rulebook, try the fixes.

    When the task is cancelled while it observes or verifies, the report of what is known so far is returned, with
    `extra["interrupted"]` set. Raises `ProbeBug` and `RuleError`, which are mistakes in pgwhy or in a rule.
    """
    target = targets.as_read_by(request.target, request.client)
    if target is not request.target:
        request = replace(request, target=target)
    network = request.network(request.deadline_s)
    try:
        return await _diagnose(request, network, progress)
    finally:
        await network.leave()


def diagnose_sync(request: Request) -> Report:
    """`diagnose` in an event loop of its own."""
    with asyncio.Runner(loop_factory=selector_loop) as runner:
        return runner.run(diagnose(request))


def selector_loop() -> asyncio.AbstractEventLoop:
    """Connections are made on sockets of our own, and one loop on every platform is one to know."""
    return asyncio.SelectorEventLoop()


async def _diagnose(request: Request, network: Network, progress: Progress | None) -> Report:
    permit = Permit(request.target)
    seen = begin(request.target, request.client, request.machine, request.options, permit=permit)
    if request.options.login:
        network.workers.warm()
    loaded = _warm(request, seen[TargetFacts].sslmode)
    if request.error is not None:
        pasted = redaction.for_target(request.target).pasted(request.error)
        seen.put(error_text.clean(pasted, Origin.REPORTED))
    interrupted = False
    try:
        await observe(seen, network, progress=progress)
    except asyncio.CancelledError:
        interrupted = _absorb_cancellation()
    observations = _concluded(seen)
    rulebook = loaded()
    concluded = conclude(
        observations, rulebook, login=request.options.login, ignore=request.ignore, interrupted=interrupted
    )
    if request.error is not None and not interrupted and targets.is_unusable(request.target):
        text = reports.observations_of_text(request.error, redaction.for_target(request.target), request.client)
        alone = conclude(text, rulebook, ignore=request.ignore)
        # What is wrong with the target explains some texts itself: a refused default, where no variable was loaded.
        if alone.verdict.cause and alone.findings[0].rule in {finding.rule for finding in concluded.findings}:
            unused = [problem.detail for problem in request.target.problems]
            masked = targets.masked(request.target)
            return reports.of(alone, rulebook, request.machine.now, target=masked, extra={"target_not_used": unused})
    findings = None
    if request.verify and not interrupted and concluded.findings:
        run = Experiment(
            request.target, request.client, request.machine, request.options, network, observations, rulebook, permit
        )
        try:
            verified = await verify(concluded.findings, run)
            if verified.refusal is not None and request.error is None:
                # The server's own words, later than the client waits or past its pooler: they say more than silence.
                observations = _with_the_end(observations, verified.refusal)
                concluded = conclude(observations, rulebook, login=request.options.login, ignore=request.ignore)
                verified = await verify(concluded.findings, replace(run, seen=observations))
            findings = verified.findings
        except asyncio.CancelledError:
            interrupted = _absorb_cancellation()
            concluded = conclude(
                observations, rulebook, login=request.options.login, ignore=request.ignore, interrupted=True
            )
    return reports.of(
        concluded,
        rulebook,
        request.machine.now,
        findings=described(concluded.findings, request.target) if findings is None else findings,
        target=targets.masked(request.target),
        timeline=tuple(network.timeline.spans),
        duration_ms=round(network.timeline.elapsed_ms(), 1),
        extra=({"interrupted": True} if interrupted else {})
        | ({"ignored": list(concluded.ignored)} if concluded.ignored else {}),
    )


def _warm(request: Request, sslmode: str | None) -> Callable[[], Rulebook]:
    """Import what the later stages need, and load the rules, on a thread: the first packets are on their way then.

    In the order in which a run needs them: OpenSSL where there will be TLS or no connection, the rules. What is given
    back waits for the rules.
    """
    if (given := request.rulebook) is not None:
        return lambda: given
    from pgwhy.network import tls

    loaded: Future[Rulebook] = Future()

    def load() -> None:
        if sslmode in ("require", "verify-ca", "verify-full"):
            tls.pyopenssl.run()
        try:
            loaded.set_result(reports.all_rules(request.rules))
        except BaseException as error:
            # Whatever it was, it belongs to the caller that asks for the result.
            loaded.set_exception(error)

    try:
        threading.Thread(target=load, name="pgwhy-warm", daemon=True).start()
    except RuntimeError:  # no thread can be started here
        load()
    return loaded.result


def _absorb_cancellation() -> bool:
    """Take note of a cancellation and go on to the report."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
    return True


def _concluded(seen: Run) -> Observations:
    """What was seen, with the client's version, and with the error text that this run met, if none was given."""
    observations = seen.observations()
    facts = observations.of(ClientFacts)
    if ClientFacts.name in observations.records and seen.client.id == "libpq" and not facts.version:
        version = observations.get("environment.libpq_version")
        if version:
            named = replace(facts, version=str(version // 10000), title=f"libpq {version // 10000}")
            observations = observations.with_record(named)
    return with_own_text(observations)


def _with_the_end(observations: Observations, refusal: Authentication) -> Observations:
    """The observations, with how the login ended that this run did not wait for at first."""
    records = {name: record for name, record in observations.records.items() if name != ErrorText.name}
    return with_own_text(Observations(records).with_record(refusal))
