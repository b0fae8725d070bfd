"""The two engines. Each tries one target for some seconds, in a process of its own, which a library may crash.

`python -m tests.fuzz.engines ENGINE TARGET SECONDS FOLDER` writes what it did into FOLDER: `tried` with the number of
inputs, and fixtures/fuzz gets the findings. FOLDER/corpus is atheris' own, and later runs go on from it.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.findings import Finding
    from tests.fuzz.targets import Target

ENGINES = ("hypothesis", "atheris")
BATCH = 200
MEMORY_MB = 2048
A_CRASH_S = 60
"""After which libFuzzer says that an input hangs; `invariants.in_time` says it long before."""


class Trial:
    """Tries inputs one by one, counts them, and keeps the first finding of each kind."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target, self.folder = target, folder
        self.tried = 0
        self.found: dict[str, Finding] = {}

    def __call__(self, raw: bytes) -> Finding | None:
        """The finding, if the input has one of a kind that is not known yet."""
        from tests.fuzz import findings
        from tests.fuzz.invariants import LONGEST, TooSlow, in_time

        self.tried += 1
        try:
            with in_time():
                self.target.attempt(raw[:LONGEST])
        except (Exception, TooSlow, RecursionError) as error:
            finding = findings.of(self.target.name, raw[:LONGEST], error)
            if finding.kind not in self.found:
                return finding
        return None

    def keep(self, finding: Finding) -> None:
        """Remember and write it."""
        self.found[finding.kind] = finding
        print(f"{finding.target}: {finding.kind}\n  {finding.keep()}\n{finding.told}", flush=True)

    def know(self) -> None:
        """Try what was found before: what is not corrected yet is named, and not found again."""
        for path in self.target.corpus:
            finding = self(path.read_bytes())
            if finding:
                self.found[finding.kind] = finding
                print(f"{finding.target}: {path.name} is known, and is still answered wrongly", flush=True)

    def count(self) -> None:
        """Write down how many inputs were tried."""
        (self.folder / "tried").write_text(str(self.tried), encoding="utf-8")


def by_hypothesis(trial: Trial, seconds: float) -> None:
    """Batches of generated inputs until the time is over; a finding is shrunk before it is kept."""
    end = time.monotonic() + seconds
    number = int(time.time())
    while time.monotonic() < end:
        number += 1
        for finding in _smallest(trial, end, number).values():
            trial.keep(finding)
        trial.count()


class _Found(Exception):
    """What hypothesis shrinks."""


def _smallest(trial: Trial, end: float, number: int) -> dict[str, Finding]:
    """The findings of one batch by their kind, each as small as hypothesis made it."""
    from hypothesis import HealthCheck, Phase, errors, given, seed, settings

    smallest: dict[str, Finding] = {}

    @seed(number)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(trial.target.inputs())
    def each(raw: bytes) -> None:
        if time.monotonic() >= end:
            return
        finding = trial(raw)
        if finding:
            known = smallest.get(finding.kind)
            if known is None or len(finding.raw) < len(known.raw):
                smallest[finding.kind] = finding
            raise _Found(finding.kind)

    # Several kinds come as a group; and one that comes only now and then is in `smallest` all the same.
    with contextlib.suppress(_Found, ExceptionGroup, errors.Flaky):
        each()
    return smallest


def by_atheris(trial: Trial, seconds: float) -> None:
    """libFuzzer, led by the branches of our own modules. Ends the process."""
    import atheris

    corpus = trial.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)

    def each(raw: bytes) -> None:
        finding = trial(raw)
        if finding:
            trial.keep(finding)
        if trial.tried % 50 == 0:
            trial.count()

    from tests.fuzz.targets import CORPUS

    crashes = CORPUS / trial.target.name
    options = [
        f"-max_total_time={max(1, int(seconds))}",
        f"-timeout={A_CRASH_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-artifact_prefix={crashes}/",
        "-max_len=20000",
        "-report_slow_units=1000",  # it would write a file for what is only slow here
        "-print_final_stats=0",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(crashes)], each)
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    engine, name, seconds, folder = arguments
    limited()
    within: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
    if engine == "atheris":
        import atheris

        within = atheris.instrument_imports(include=["pgwhy"])
    with within:
        from tests.fuzz.targets import target

        chosen = target(name)
        for raw in chosen.seeds():
            chosen.attempt(raw)  # what is imported only now is instrumented as well
    Path(folder).mkdir(parents=True, exist_ok=True)
    run: dict[str, Callable[[Trial, float], None]] = {"hypothesis": by_hypothesis, "atheris": by_atheris}
    trial = Trial(chosen, Path(folder))
    trial.know()
    run[engine](trial, float(seconds))
    return 0


def limited() -> None:
    """More memory than that is a finding: the process ends."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
