"""`make fuzz`: every target, by both engines, for FUZZ_SECONDS in all (an hour). FUZZ_TARGETS names some of them.

Exit status 1 with findings: each is a file below fixtures/fuzz, which the tests try from then on.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.engines import ENGINES
from tests.fuzz.targets import CORPUS, NAMES

AN_HOUR = 3600
STARTING_S = 120
"""What a process may take beyond its time, to import and to shrink what it found."""
KEPT = Path(__file__).parents[2] / ".parts" / "fuzz"


def main() -> int:
    seconds = float(os.environ.get("FUZZ_SECONDS") or AN_HOUR)
    names = (os.environ.get("FUZZ_TARGETS") or " ".join(NAMES)).split()
    if unknown := set(names) - set(NAMES):
        print(f"FUZZ_TARGETS: no target is called {', '.join(sorted(unknown))}. There are {', '.join(NAMES)}.")
        return 2
    engines = [engine for engine in ENGINES if find_spec(engine)]
    for engine in set(ENGINES) - set(engines):
        print(f"{engine} is not installed here: {', '.join(engines)} alone runs")
    share = seconds / (len(names) * len(engines))
    before = set(CORPUS.rglob("*"))
    print(f"{len(names)} targets, {share:.0f} s each with {' and '.join(engines)}", flush=True)
    ended_badly = [(name, engine) for name in names for engine in engines if not _ran(engine, name, share)]
    found = sorted(path for path in set(CORPUS.rglob("*")) - before if path.is_file())
    for name, engine in ended_badly:
        print(f"{name}: {engine} ended badly, see above")
    for path in found:
        print(f"found: {path.relative_to(CORPUS.parents[1])}")
    print(f"{len(found)} findings" if found else "no findings")
    return 1 if found or ended_badly else 0


def _ran(engine: str, name: str, seconds: float) -> bool:
    """Whether an engine came to its end with a target. What it printed is shown if it did not, or found something."""
    folder = KEPT / engine / name
    folder.mkdir(parents=True, exist_ok=True)
    tried = folder / "tried"
    tried.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.engines", engine, name, str(seconds), str(folder)]
    try:
        ran = subprocess.run(command, capture_output=True, timeout=seconds + STARTING_S, check=False)
        said, well = ran.stdout + ran.stderr[-3000:] * (ran.returncode != 0), ran.returncode == 0
    except subprocess.TimeoutExpired as late:
        said, well = (late.stdout or b"") + b"\nit did not end in time\n", False
    count = int(tried.read_text(encoding="utf-8")) if tried.is_file() else 0
    print(f"{name:16}{engine:12}{count:>10,} inputs", flush=True)
    if said.strip():
        print(said.decode("utf-8", "backslashreplace"), flush=True)
    return well and count > 0


if __name__ == "__main__":
    sys.exit(main())
