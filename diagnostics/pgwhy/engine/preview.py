"""What a run would open, without opening any of it: `--plan`."""

from __future__ import annotations

from collections.abc import Iterable

from pgwhy import error_text
from pgwhy import target as targets
from pgwhy.engine import reports
from pgwhy.engine.diagnosis import Request
from pgwhy.engine.observation import before
from pgwhy.error_text import Origin
from pgwhy.facts import Observations
from pgwhy.probes import PROBES
from pgwhy.progress import Stage
from pgwhy.target import way
from pgwhy.target.problem import NOTHING


def connections(request: Request) -> tuple[str, ...]:
    """Which names, connections and logins a run would open, a line each. Opens none."""
    from pgwhy.engine import outlook  # for this alone

    target, options = request.target, request.options
    if not target.hosts or any(problem.code in NOTHING for problem in target.problems):
        return ("nothing: no host could be read from the target",)
    lines: list[str] = []
    target = way.reached(target, request.client.way)
    for probe in PROBES:
        if request.client.way not in probe.ways:
            continue
        lines += probe.opens(target, request.machine, options)
        if options.login and probe.stage is Stage.AUTH and probe.decides:
            lines += outlook.of_the_password(target, request.client, request.machine)
            lines += outlook.of_fixes(reports.all_rules(request.rules)) if request.verify else ()
    return (*lines, *_trials(request))


def _trials(request: Request) -> Iterable[str]:
    """What the fixes of the user's further rules would try. Raises `RuleError`."""
    if not request.rules or not request.verify:
        return ()
    from pgwhy.engine.trials import trials

    target = targets.as_read_by(request.target, request.client)
    known = Observations({record.name: record for record in before(target, request.client)})
    if request.error is not None:
        known = known.with_record(error_text.clean(request.error, Origin.REPORTED))
    return trials(reports.all_rules(request.rules), known, login=request.options.login)
