"""The faults that this session asks for run side by side from the first case on; each case waits for its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pgwhy.lab.faults import faults
from pgwhy.lab.faults.fault import Fault
from pgwhy.lab.faults.faults import FaultError
from pgwhy.lab.faults.matrix import Matrix
from pgwhy.lab.faults.stage import missing
from pgwhy.lab.faults.trial import Trial
from tests import forks


@pytest.fixture(scope="package")
def trial_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Trial]]:
    """The trial of a fault; those of all faults that a case of this folder names, and that this machine can show,
    begin, each once."""
    cases = (case for case in request.session.items if "trial_of" in getattr(case, "fixturenames", ()))
    named = {case.callspec.params["slug"] for case in cases}  # type: ignore[attr-defined]
    with forks.forked(), Matrix() as matrix:
        started = matrix.start(_possible(named))
        yield lambda slug: matrix.judged(started[slug])


def _possible(named: set[str]) -> Iterator[Fault]:
    for slug in faults.slugs():
        try:
            fault = faults.load(slug)
        except FaultError:
            continue  # its own case says what is wrong with the file
        if slug in named and not missing(fault):
            yield fault
