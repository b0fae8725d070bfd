"""When each probe began and ended: bars over one axis of time, with the round trips that none of them can do without.

The floor of a bar is what its protocol needs of the network alone: so many round trips (of the time that the quickest
TCP connection of the run took). What is beyond it was spent in this machine or in the server.
"""

from __future__ import annotations

from enum import StrEnum

from pgwhy.facts import Observations
from pgwhy.finding import Report, Status
from pgwhy.progress import Stage, row
from pgwhy.report.ladder.rung import milliseconds
from pgwhy.timeline import Span
from pgwhy.values import dataclass


class BarKind(StrEnum):
    """How a bar is coloured."""

    OK = "ok"
    STOPPED = "stopped"
    """Here the client's way ends."""
    OTHER = "other"
    """It ended in another way than by success, and that did not stop the client."""
    CANCELLED = "cancelled"
    """Called off, as an earlier stage had decided."""


@dataclass(frozen=True)
class Bar:
    """One span. Places are in percent of the axis."""

    label: str
    kind: BarKind
    left: float
    width: float
    floor: float
    """How much of the axis its round trips take; 0 where nobody knows."""
    began: str
    took: str
    outcome: str
    """Empty where it went well."""
    tries_a_fix: bool
    nested: bool
    """It is a part of trying a fix, and its bar is above."""


@dataclass(frozen=True)
class Tick:
    """A time that is written at the axis."""

    left: float
    text: str


@dataclass(frozen=True)
class Waterfall:
    """All of them, in the order in which they began."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    stopped: Tick | None
    """Where the client was stopped: the end of the first bar that did."""
    round_trip: str
    """`38 ms`; empty where no connection was made."""
    side_by_side: int
    """How many ran at the same time, at the most."""


def waterfall(report: Report) -> Waterfall | None:
    """The bars of a run; `None` where nothing reached out."""
    spans = sorted(report.timeline, key=lambda span: (span.start_ms, -span.end_ms))
    whole = max((span.end_ms for span in spans), default=0)
    if whole <= 0:
        return None
    trials = [span for span in spans if span.probe == "verify"]
    stopping = _stopping(report, [span for span in spans if not _within(span, trials)])
    trip = _round_trip(report.observations)
    bars = tuple(_bar(span, whole, trip, report.observations, stopping, _within(span, trials)) for span in spans)
    ends = min((span.end_ms for span in stopping), default=None)
    return Waterfall(
        bars=bars,
        ticks=_ticks(whole),
        stopped=None if ends is None else Tick(_percent(ends, whole), milliseconds(ends)),
        round_trip="" if trip is None else milliseconds(trip),
        side_by_side=_most_at_once([span for span in spans if span.probe != "verify"]),
    )


def _stopping(report: Report, spans: list[Span]) -> list[Span]:
    """The spans in which the client's way ended: of the verdict's stage; if all was well there, those of the login."""
    if report.verdict.status is not Status.FAILS:
        return []
    probe = row(report.verdict.stage).record if report.verdict.stage else ""
    for name in (probe, row(Stage.AUTH).record):
        found = [span for span in spans if span.probe == name and _ended_badly(span)]
        if found:
            return found
    return []


_CALLED_OFF = ("cancelled", "called off")


def _ended_badly(span: Span) -> bool:
    return span.outcome != "ok" and span.outcome not in _CALLED_OFF


def _within(span: Span, trials: list[Span]) -> bool:
    return any(t.start_ms <= span.start_ms and span.end_ms <= t.end_ms for t in trials)


def _round_trip(seen: Observations) -> float | None:
    taken = [attempt.ms for attempt in seen.get("tcp.attempts") or () if not attempt.failure and attempt.ms]
    return min(taken, default=None)


def _bar(
    span: Span, whole: float, trip: float | None, seen: Observations, stopping: list[Span], tries_a_fix: bool
) -> Bar:
    took = span.end_ms - span.start_ms
    least = (trip or 0) * _trips(span, seen)
    if span in stopping:
        kind = BarKind.STOPPED
    elif span.outcome in _CALLED_OFF:
        kind = BarKind.CANCELLED
    else:
        kind = BarKind.OTHER if _ended_badly(span) and span.probe != "verify" else BarKind.OK
    return Bar(
        label=_label(span),
        kind=kind,
        left=_percent(span.start_ms, whole),
        width=max(0.4, _percent(took, whole)),
        # A span that is much quicker shows that the measure is too coarse for it.
        floor=_percent(min(least, took), whole) if least <= 1.25 * took else 0,
        began=milliseconds(span.start_ms),
        took=milliseconds(took),
        outcome="" if span.outcome == "ok" else span.outcome.replace("-", " "),
        tries_a_fix=tries_a_fix,
        nested=tries_a_fix and span.probe != "verify",
    )


def _trips(span: Span, seen: Observations) -> int:
    """The round trips of a span; 0 for one that did not get to its end, or whose number depends on what it met."""
    if span.outcome not in ("ok", "refused"):
        return 0
    encrypted = seen.get("tls.handshake") is True and seen.get("client.sni_blocked_by") != "no-tls"
    trips = next((row(stage).trips for stage in Stage if row(stage).record == span.probe), 0)
    if span.probe in ("startup", "authentication") and not encrypted:
        trips -= 2
    if span.probe == "authentication" and not str(seen.get("startup.answer") or "").startswith("scram"):
        trips -= 2
    return trips


def _label(span: Span) -> str:
    if span.probe == "authentication":
        return f"login, sslmode={span.label}" if span.label in _MODES else f"login, {span.label}"
    if span.probe == "verify":
        return f"a fix tried: {span.label}"
    return f"{span.probe} {span.label}"


_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def _percent(ms: float, whole: float) -> float:
    return round(100 * ms / whole, 2)


def _ticks(whole: float) -> tuple[Tick, ...]:
    step = next(s for e in range(-3, 7) for s in (10.0**e, 2 * 10.0**e, 5 * 10.0**e) if whole / s <= 5)
    return tuple(Tick(_percent(n * step, whole), _short(n * step)) for n in range(int(whole / step) + 1))


def _short(ms: float) -> str:
    return f"{ms:g} ms" if ms < 1000 else f"{ms / 1000:g} s"


def _most_at_once(spans: list[Span]) -> int:
    edges = sorted([(span.start_ms, 1) for span in spans] + [(span.end_ms, -1) for span in spans])
    most = now = 0
    for _, change in edges:
        now += change
        most = max(most, now)
    return most
