"""How often the answer is right, on every fault of the lab, beside other tools: `python -m benchmarks.score`.

Writes benchmarks/RESULTS.md. The rules by which other tools are read stand in `benchmarks.rivals`. Ends with status 1
where a promise is broken: the right cause for at least 97 % of the faults, the right stage for all, no false alarm, a
fix with the outcome (confirmed, advanced) that the fault names, and no cause stated where none can be told.

    --without-rivals    pgwhy and psql's own time alone
    --keep DIR          also what every tool printed, a file each, to read the judges by
    FAULT ...           only these, and nothing is written
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.rivals import RIVALS, Rival
from benchmarks.rows import Row, ask_all
from pgwhy import __version__
from pgwhy.causes import Severity
from pgwhy.finding import Status
from pgwhy.lab.faults import faults
from pgwhy.lab.faults.fault import Expected, Fault, Tier
from pgwhy.lab.faults.stage import missing

RESULTS = Path(__file__).with_name("RESULTS.md")
SHARE_OF_CAUSES = 0.97


@dataclass
class Tally:
    """One tool's line of the table."""

    name: str
    given: int = 0
    detected: int = 0
    stage: int = 0
    cause: int = 0
    fixes: int = 0
    """With the outcome that the fault expects: confirmed, or advanced."""
    false_alarms: int = 0
    untold: int = 0
    times: list[float] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score")
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR")
    parser.add_argument("faults", nargs="*", metavar="FAULT")
    asked = parser.parse_args(arguments)
    present = [rival for rival in RIVALS if not rival.missing()]
    if asked.without_rivals:
        present = [rival for rival in present if rival.name == "psql's text"]
    chosen = [faults.load(slug) for slug in asked.faults or faults.slugs()]
    load = os.getloadavg()[0]
    rows = ask_all([fault for fault in chosen if not missing(fault)], present)
    if asked.keep:
        _keep(rows, asked.keep)
    left_out = [f"{fault.slug}: {reason}" for fault in chosen if (reason := missing(fault))]
    absent = [f"{rival.name}: {reason}" for rival in RIVALS if (reason := rival.missing())]
    text = _page(rows, present, left_out, absent, load)
    sys.stdout.write(text)
    if not asked.faults:
        RESULTS.write_text(text, encoding="utf-8")
    return 0 if _promises_hold(rows) else 1


def _of_pgwhy(rows: Iterable[Row]) -> Tally:
    tally = Tally(f"**pgwhy {__version__}**")
    for row in rows:
        tally.given += 1
        if row.trial is None:
            continue
        expect, verdict = row.fault.expect, row.trial.report.verdict
        tally.times.append(row.trial.elapsed_s)
        if _is_healthy(row.fault):
            alarms = any(finding.severity is Severity.ERROR for finding in row.trial.report.findings)
            tally.false_alarms += verdict.status is not expect.status or alarms
            continue
        tally.detected += verdict.status is expect.status
        tally.stage += expect.stage in (None, verdict.stage)
        if expect.cause is None:
            tally.untold += verdict.cause is None
            continue
        tally.cause += verdict.cause is expect.cause
        tally.fixes += expect.fix is not None and expect.fix in row.trial.confirmed
        tally.fixes += expect.advances is not None and expect.advances in row.trial.advanced
    return tally


def _of_rival(rival: Rival, rows: Iterable[Row]) -> Tally:
    tally = Tally(rival.name)
    for row in rows:
        answer, expect = row.answers.get(rival.name), row.fault.expect
        if answer is None or not answer.given:
            continue
        tally.given += 1
        tally.times.append(answer.elapsed_s)
        if _is_healthy(row.fault):
            tally.false_alarms += answer.detected and not answer.cut_off
            continue
        tally.detected += answer.detected
        if expect.cause is None:
            tally.untold += answer.detected and not answer.causes
            tally.stage += expect.stage is None or expect.stage in answer.stages
            continue
        tally.cause += expect.cause in answer.causes
        tally.stage += expect.cause in answer.causes or expect.stage in answer.stages
    return tally


def _page(rows: Sequence[Row], present: Sequence[Rival], left_out: list[str], absent: list[str], load: float) -> str:
    healthy = [row for row in rows if _is_healthy(row.fault)]
    broken = [row for row in rows if not _is_healthy(row.fault)]
    told = [row for row in broken if row.fault.expect.cause]
    fixes = sum(map(_fixes, (row.fault.expect for row in broken)))
    advances = sum(row.fault.expect.advances is not None for row in broken)
    causes = {row.fault.expect.cause for row in told}
    namespaces = sum(row.fault.tier is Tier.NAMESPACE for row in rows)
    lines = [
        "# How often the answer is right",
        "",
        f"`make score` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Linux, load {load:.1f} before it. "
        f"{len(broken)} faults made with real parts, with {len(causes)} causes, and {len(healthy)} healthy variants; "
        f"{namespaces} of them on networks of their own, the others on loopback. "
        f"In {sum(_is_elsewhere(row.fault) for row in broken)} of them it is another client that fails, named or by "
        "the text that it printed: a tool that connects by itself does not meet those. "
        "How other tools are called and read: benchmarks/rivals.py. "
        f"A fix must be confirmed; in {advances} of them another obstacle follows, so it must have advanced.",
        "",
        "| | run on | detected | right stage | right cause | outcome of the fix | false alarms | left open rightly | "
        "median | 95th percentile |",
        "|---|---|---|---|---|---|---|---|---|---|",
        f"| *of* | {len(rows)} | {len(broken)} | {len(broken)} | {len(told)} | {fixes} | {len(healthy)} | "
        f"{len(broken) - len(told)} | | |",
        *(_line(tally) for tally in (_of_pgwhy(rows), *(_of_rival(rival, rows) for rival in present))),
        "",
        *_over_the_floor(healthy),
        "",
        "## Where pgwhy is wrong",
        "",
        *(_misses(rows) or ["Nowhere."]),
    ]
    if left_out:
        lines += ["", "## Not run here", "", *(f"- {line}" for line in left_out)]
    if absent:
        lines += ["", "## Tools that are not here", "", *(f"- {line}" for line in absent)]
    return "\n".join(lines) + "\n"


def _line(tally: Tally) -> str:
    fixes = str(tally.fixes) if tally.name.startswith("**") else "-"
    cells = (tally.name, tally.given, tally.detected, tally.stage, tally.cause, fixes, tally.false_alarms, tally.untold)
    return "| " + " | ".join(map(str, cells)) + f" | {_ms(tally.times, 50)} | {_ms(tally.times, 95)} |"


def _over_the_floor(healthy: Sequence[Row]) -> list[str]:
    """What a diagnosis of a healthy server costs beside one psql, start of the process included on both sides."""
    pairs = [
        (row.trial.elapsed_s, answer.elapsed_s)
        for row in healthy
        if row.trial and (answer := row.answers.get("psql's text")) and answer.given and not answer.detected
    ]
    if not pairs:
        return []
    ours, floor = ([pair[side] for pair in pairs] for side in (0, 1))
    more = [pair[0] - pair[1] for pair in pairs]
    return [
        f"Time to verdict over the floor, which is one `psql -c 'select current_user'` on the same network "
        f"({len(pairs)} healthy variants that psql reads): {_ms(ours, 50)} against {_ms(floor, 50)} in the median, "
        f"{_ms(more, 50)} more in the median and {_ms(more, 95)} at the 95th percentile."
    ]


def _misses(rows: Iterable[Row]) -> list[str]:
    return [
        f"- `{row.fault.slug}`: {'; '.join(row.trial.mistakes) if row.trial else row.trouble}"
        for row in rows
        if row.trial is None or row.trial.mistakes
    ]


def _promises_hold(rows: Sequence[Row]) -> bool:
    tally = _of_pgwhy(rows)
    broken = [row.fault.expect for row in rows if not _is_healthy(row.fault)]
    told = sum(expect.cause is not None for expect in broken)
    return (
        tally.cause >= SHARE_OF_CAUSES * told
        and tally.stage == len(broken)
        and not tally.false_alarms
        and tally.fixes == sum(map(_fixes, broken))
        and tally.untold == len(broken) - told
    )


def _fixes(expect: Expected) -> int:
    """How many fixes the fault names, with the outcome that they must have."""
    return (expect.fix is not None) + (expect.advances is not None)


def _is_elsewhere(fault: Fault) -> bool:
    return fault.client is not None or fault.error is not None


def _is_healthy(fault: Fault) -> bool:
    return fault.expect.cause is None and fault.expect.status is not Status.FAILS


def _ms(times: Sequence[float], percentile: int) -> str:
    if len(times) < 2:
        return "-"
    seconds = statistics.quantiles(times, n=100, method="inclusive")[percentile - 1]
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _keep(rows: Iterable[Row], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for row in rows:
        for name, answer in row.answers.items():
            head = f"detected {answer.detected}, causes {sorted(answer.causes)}, stages {sorted(answer.stages)}"
            file = folder / f"{row.fault.slug}.{name.split()[0].replace(chr(39), '')}.txt"
            file.write_text(f"{head}, {answer.elapsed_s:.2f} s\n\n{answer.output}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
