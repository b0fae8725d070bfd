"""Record real runs as scenarios: each fault is broken in a lab of its own, diagnosed, and its report saved.

    .venv/bin/python -m tests.report.record no-sni plaintext

Then accept their pages as tests/report/test_text.py says.
"""

import sys

from pgwhy.lab.faults import faults, trial
from pgwhy.report import document
from tests.report.scenarios import FOLDER


def record(slug: str) -> None:
    report = trial.run(faults.load(slug)).report
    folder = FOLDER / f"lab-{slug}"
    folder.mkdir(exist_ok=True)
    (folder / "seen.json").write_text(document.to_text(report), encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        record(name)
