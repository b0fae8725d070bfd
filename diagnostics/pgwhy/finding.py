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
from pgwhy.progress import Stage
from pgwhy.timeline import Span
from pgwhy.values import dataclass

SCHEMA = "pgwhy/report/1"
"""The contract that a report is written by; a document with another one is refused."""


class Verification(StrEnum):
    """What became of a fix in this run."""

    CONFIRMED = "confirmed"
    """It failed before the change and holds after it."""
    REFUTED = "refuted"
    """It fails with the change as well."""
    INCONCLUSIVE = "inconclusive"
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
    edit: str = ""
    """What to do to the user's own text, complete and without a secret."""
    connection_string: str = ""
    """The corrected string in the user's syntax; the password is PASSWORD_HERE."""
    verification: Verification = Verification.NOT_TRIED
    verified_to: Stage | None = None
    """The stage that the change got to."""
    note: str = ""
    """Why it was not tried, or what was seen when it was: `refused before, logged in with it (163 ms)`."""
    needs: Needs | None = None
    """What it needs that pgwhy cannot do, as the rule says; `None`: the rule names nothing."""


def in_order(remedy: Fix) -> tuple[bool, int, bool]:
    """Repairs before workarounds, as the rule has them; among equals what was shown to work; last what was refuted."""
    shown = remedy.verification is Verification.CONFIRMED
    return remedy.verification is Verification.REFUTED, list(FixKind).index(remedy.kind), not shown


WITH_IT = "with it"
"""How a note begins that goes on from the answer: `CONFIRMED, with it the server asks for the password`."""


def quoting(message: str) -> str:
    """The note of a fix with which this message came."""
    return f"{WITH_IT}: {message}"


def quoted(note: str) -> tuple[str, str]:
    """What of a note is before the message that it quotes, and the message; empty where it quotes none."""
    before, mark, message = note.partition(quoting(""))
    return before + mark, message


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
