"""Every tool on every fault, as fast as that is fair: a row for each fault.

Most faults are over in a second and need a processor: those run one at a time for each processor, so that nothing slows
a tool down much. Where one tool has waited for the network, the others will wait, too: they are asked at the end, many
faults side by side, because who waits needs no processor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace

from benchmarks import rivals
from benchmarks.rivals import Answer, Rival
from pgwhy.lab.faults import trial
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.faults import FaultError
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.stage import Scene, staged
from pgwhy.lab.faults.trial import Trial, TrialError
from pgwhy.lab.network.namespace import NamespaceError
from pgwhy.lab.postgres.installation import PostgresError

PATIENCE_S = 2.0
"""A tool that took longer has waited for the network."""
WAITING = 4
"""Faults side by side for each processor, where tools wait."""


@dataclass(frozen=True)
class Row:
    """All that was said of one fault."""

    fault: Fault
    trial: Trial | None
    """`None`: there is no report."""
    answers: Mapping[str, Answer]
    """By the tool's name."""
    trouble: str = ""
    """Why there is no report."""


def ask_all(chosen: Sequence[Fault], present: Sequence[Rival]) -> list[Row]:
    """Ask pgwhy and the tools that are present; how far it is goes to standard error."""
    processors = os.cpu_count() or 1
    with Matrix(processors) as matrix:
        rows = _asked(matrix, chosen, lambda stage: _first(stage, present), "faults")
        # How long the others kept the processors busy is no mistake of this one's.
        late = [slug for slug, row in rows.items() if row.trial and row.trial.is_only_late]
        for slug in late:
            rows[slug] = replace(rows[slug], trial=matrix.alone(rows[slug].fault, trial.diagnose))
    left = [row.fault for row in rows.values() if any(_is_left(rival, row) for rival in present)]
    with Matrix(WAITING * processors) as matrix:
        rest = _asked(matrix, left, lambda stage: _rest(stage, rows[stage.fault.slug], present), "of those who wait")
    rows |= {slug: row for slug, row in rest.items() if row.answers}
    return [rows[fault.slug] for fault in chosen]


def _first(stage: Scene, present: Sequence[Rival]) -> Row:
    row = Row(stage.fault, None, {})
    try:
        row = replace(row, trial=trial.diagnose(stage))
    except TrialError as error:
        row = replace(row, trouble=str(error))
    spent = row.trial.elapsed_s if row.trial else 0.0
    for rival in present:
        if spent > PATIENCE_S:
            break
        answer = _answer(rival, stage)
        row, spent = replace(row, answers={**row.answers, rival.name: answer}), answer.elapsed_s
    return row


def _rest(stage: Scene, row: Row, present: Sequence[Rival]) -> Row:
    answers = {rival.name: _answer(rival, stage) for rival in present if _is_left(rival, row)}
    return replace(row, answers={**row.answers, **answers})


def _is_left(rival: Rival, row: Row) -> bool:
    return rival.name not in row.answers


def _answer(rival: Rival, stage: Scene) -> Answer:
    # What another tool has woken up is awake for whoever comes next.
    if "wake_s" not in stage.fault.endpoint:
        return rivals.ask(rival, stage)
    with staged(stage.fault) as fresh:
        return rivals.ask(rival, fresh)


def _asked(matrix: Matrix, chosen: Sequence[Fault], work: Callable[[Scene], Row], what: str) -> dict[str, Row]:
    started = matrix.each(chosen, work)
    _tell(started.values(), f"of {len(started)} {what}")
    return {fault.slug: _row(fault, started[fault.slug]) for fault in chosen}


def _tell(futures: Iterable[Future[Row]], what: str) -> None:
    on_terminal = sys.stderr.isatty()
    for number, _ in enumerate(as_completed(futures), start=1):
        if on_terminal or number % 20 == 0:
            print(f"{number} {what}", end="\r" if on_terminal else "\n", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _row(fault: Fault, started: Future[Row]) -> Row:
    try:
        return started.result()
    except (PostgresError, NamespaceError, FaultError, OSError) as error:
        return Row(fault, None, {}, f"it could not be shown: {error}")
