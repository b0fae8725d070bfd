"""Inputs that were not answered as they should be: one of each kind is kept, in fixtures/fuzz."""

from __future__ import annotations

import hashlib
import re
import traceback
from pathlib import Path

from pgwhy.values import dataclass
from tests.fuzz.invariants import Broken
from tests.fuzz.targets import CORPUS

PACKAGE = str(Path(__file__).parents[2] / "pgwhy")


@dataclass(frozen=True)
class Finding:
    """One kind of wrong answer, with the smallest input that gets it."""

    target: str
    kind: str
    """The exception and the place in our code that raised it; equal for the same fault."""
    raw: bytes
    told: str
    """The end of the traceback."""

    @property
    def file(self) -> Path:
        """Where it is kept."""
        digest = hashlib.sha256(self.raw).hexdigest()[:8]
        return CORPUS / self.target / f"{re.sub(r'[^a-z0-9]+', '-', self.kind.lower()).strip('-')[:60]}-{digest}"

    def keep(self) -> Path:
        """Write it, for `test_corpus.py` to try in every run from now on."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(self.raw)
        return self.file


def of(target: str, raw: bytes, error: BaseException) -> Finding:
    """The finding that an input and what was raised for it make."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(PACKAGE)] or frames[-1:]
    # Where a hang is interrupted is chance, and an invariant is broken by what called it.
    place = f"{Path(ours[-1].filename).stem} {ours[-1].name}"
    if isinstance(error, Broken):
        place = f"{frames[-2].name if len(frames) > 1 else ''} {str(error).partition(':')[0]}"
    told = "".join(traceback.format_exception(error, limit=-6))
    return Finding(target, f"{type(error).__name__} {place}", raw, told)
