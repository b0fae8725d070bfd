"""What a run concludes: findings with their evidence and fixes, one verdict, and the report that holds it all.

These are plain values in the shape of the JSON contract (docs/design.md, "Contracts"); nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Any

from pgwhy.causes import Cause, Retry
from pgwhy.causes import FixKind as FixKind
from pgwhy.causes import Needs as Needs
from pgwhy.causes import Owner as Owner
from pgwhy.causes import Severity as Severity
from pgwhy.error_text import Origin
from pgwhy.facts import Observations
from pgwhy.progress import Stage, row
from pgwhy.target.editing.steps import Step, worded
from pgwhy.timeline import Span
from pgwhy.values import dataclass

SCHEMA = "pgwhy/report/1"
"""The contract that a report is written by; a document with another one is refused."""


class Verification(StrEnum):
    """What became of a fix in this run: one of five outcomes (docs/design.md, "Rules and fixes")."""

    CONFIRMED = "confirmed"
    """It failed before the change, and the client connects with it."""
    ADVANCED = "advanced"
    """With it the client gets past this failure, and not yet to a session: another obstacle follows, or pgwhy sends no
    password there."""
    REFUTED = "refuted"
    """The same failure with the change."""
    INCONCLUSIVE = "inconclusive"
    """A limit of ours ended the trial, or what was seen cannot be compared."""
    NOT_TRIED = "not tried"


class Status(StrEnum):
    """The answer in one word."""

    CONNECTS = "connects"
    REACHABLE = "reachable"
    """Without a login: the server got as far as asking for the password."""
    FAILS = "fails"
    UNKNOWN = "unknown"
    """An error text alone of which no cause could be told, a run that was interrupted before anything failed, or one
    whose password pgwhy kept back of its own accord."""


@dataclass(frozen=True)
class Evidence:
    """One fact that a finding rests on."""

    fact: str
    """Its path: `tls.sni_sent`."""
    value: Any
    """As JSON holds it."""


@dataclass(frozen=True)
class NextObstacle:
    """What stops the client once a fix has done its part."""

    stage: Stage
    words: str = ""
    """What happens there, in words of ours; empty where the fix's `message` says it."""
    cause: Cause | None = None
    """`None` where no rule names it."""
    rule: str | None = None


@dataclass(frozen=True)
class Fix:
    """A fix as it is told to the user: worded for this target, with what became of it."""

    id: str
    kind: FixKind
    title: str
    steps: str = ""
    caution: str = ""
    """Its price: `the password is sent as clear text inside TLS`. Empty if there is none."""
    change: dict[str, Any] | None = None
    """As the rule wrote it, worded; `None` where pgwhy cannot change it (an upgrade, another person's server)."""
    edit_steps: tuple[Step, ...] = ()
    """What to do to the user's own text, complete and without a secret; empty where pgwhy cannot change it."""
    connection_string: str = ""
    """The corrected string in the user's syntax; the password is PASSWORD_HERE."""
    verification: Verification = Verification.NOT_TRIED
    verified_to: Stage | None = None
    """The stage that a confirmed or advanced change got to."""
    remark: str = ""
    """Why it was not tried, or what was seen when it was, in words of ours: `the client accepts the settings now`.
    Empty where the message says it all."""
    message: str = ""
    """The text of the server or of libpq that ended the trial, its last line; empty where there was none."""
    next_obstacle: NextObstacle | None = None
    """Only where it `advanced`; `None` also where nothing is in the way but pgwhy's own care."""
    needs: Needs | None = None
    """What it needs that pgwhy cannot do, as the rule says; `None`: the rule names nothing."""

    @property
    def edit(self) -> str:
        """The steps of the edit in words, a line each."""
        return worded(self.edit_steps)

    @property
    def note(self) -> str:
        """All of what was seen, or why it was not tried, in one text."""
        if (follows := self.next_obstacle) is not None:
            what = ", ".join(filter(None, (row(follows.stage).obstacle, follows.words or self.message)))
            return f"{self.remark}; next obstacle: {what}"
        return ": ".join(filter(None, (self.remark, self.message)))


def in_order(remedy: Fix) -> tuple[bool, int, int]:
    """Repairs before workarounds, as the rule has them; among equals what did its part; last what was refuted."""
    shown = [Verification.CONFIRMED, Verification.ADVANCED]
    rank = shown.index(remedy.verification) if remedy.verification in shown else len(shown)
    return remedy.verification is Verification.REFUTED, list(FixKind).index(remedy.kind), rank


def quotation(observations: Observations) -> str:
    """How a summary ends that quotes the client's error; empty if there is none."""
    said = str(observations.get("error.message") or "").strip().splitlines()
    return f' It says: "{" ".join(said[-1].rpartition(" failed: ")[2].split())}"' if said else ""


@dataclass(frozen=True)
class Finding:
    """A rule that holds."""

    rule: str
    cause: Cause | None
    """`None` for warnings and notes that are not about a failure."""
    severity: Severity
    owner: Owner
    retry: Retry
    title: str
    because: str
    stage: Stage
    origin: Origin
    evidence: tuple[Evidence, ...]
    references: tuple[str, ...]
    fixes: tuple[Fix, ...] = ()
    words: tuple[str, ...] = ()
    """What of the error text it went by, as written there; empty where it rests on no text."""


@dataclass(frozen=True)
class Doubt:
    """A rule that may hold: what fits, and the facts that nobody observed and that would settle it."""

    rule: str
    cause: Cause | None
    title: str
    missing: tuple[str, ...]
    """Paths of the facts that are unknown."""


@dataclass(frozen=True)
class Next:
    """A command that would settle what this run could not."""

    command: str
    settles: str


@dataclass(frozen=True)
class Verdict:
    """The one answer of a run."""

    status: Status
    summary: str
    """One to three sentences for a person; where the user's client and this machine disagree, that comes first."""
    stage: Stage | None = None
    cause: Cause | None = None
    rule: str | None = None
    owner: Owner | None = None
    retry: Retry | None = None
    here: str | None = None
    """What this machine's own client did, in a sentence; `None` where the run spoke for nobody else."""
    also: tuple[tuple[Cause, str], ...] = ()
    """Other causes that look the same from here, with their rules."""
    ruled_out: tuple[tuple[Cause, str], ...] = ()
    """Causes that this run excludes, each with the fact that does."""
    next: tuple[Next, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything that a run says. `report.document` turns it into the JSON of the contract and back."""

    report_id: str
    version: str
    """Of pgwhy."""
    rules_digest: str
    started_at: str
    """UTC, ISO 8601 with `Z`."""
    duration_ms: float
    target: dict[str, dict[str, Any]]
    """Setting → `{"value", "source", "overrode"}`; the password is `PASSWORD_HERE`."""
    tested_as: dict[str, Any]
    """`{"client", "version", "guessed"}`"""
    verdict: Verdict
    findings: tuple[Finding, ...]
    observations: Observations
    timeline: tuple[Span, ...]
    fits: tuple[Doubt, ...] = ()
    """Without a cause: what could still be it."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys that a newer version wrote and this one does not know: kept."""
