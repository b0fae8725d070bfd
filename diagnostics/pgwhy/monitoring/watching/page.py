"""What was seen, for the end of a watch: a block a target for a person, an event a target for a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgwhy.fleet.answer import is_well
from pgwhy.fleet.summary import BOUNDS_MS, Times
from pgwhy.monitoring.watching.event import SCHEMA, Event, Kind
from pgwhy.monitoring.watching.state import State
from pgwhy.monitoring.watching.tempo import quantile
from pgwhy.progress import Stage, row
from pgwhy.report.ladder.rung import milliseconds
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import shortened, wrap

SUMMARY = "summary"
"""The `kind` of the last event about a target."""
_BARS = " ▁▂▃▄▅▆▇█"
_PLAIN_BARS = " .:-=+*%#"
_WORDS = {
    Kind.ONSET: ("FAILS", Style.BAD),
    Kind.CHANGE: ("FAILS", Style.BAD),
    Kind.RECOVERY: ("WORKS", Style.GOOD),
    Kind.FLAPPING: ("FLAPS", Style.CARE),
    Kind.STEADY: ("STEADY", Style.GOOD),
    Kind.DEGRADED: ("PARTLY", Style.CARE),
    Kind.RESTORED: ("WHOLE", Style.GOOD),
    Kind.SLOW: ("SLOW", Style.CARE),
    Kind.NORMAL: ("NORMAL", Style.GOOD),
    Kind.COLD_START: ("WOKE", Style.PLAIN),
}
_WIDEST_WORD = max(len(word) for word, _ in _WORDS.values())


def told(event: Event, width: int) -> Line:
    """An event as one line: `16:47:27  FAILS   billing  at the port: ...`."""
    word, style = _WORDS[Kind(event["kind"])]
    time = str(event.get("at") or "")[11:19]
    rest = shortened(f"  {event['name']}  {_said(event)}", max(20, width - len(time) - _WIDEST_WORD - 2))
    return Line(
        (
            (f"{time}  ", Style.QUIET),
            (word, style),
            (" " * (_WIDEST_WORD - len(word)), Style.PLAIN),
            (rest, Style.PLAIN),
        )
    )


def _said(event: Event) -> str:
    kind, ms = event["kind"], event.get("slowest_ms")
    if kind in (Kind.ONSET, Kind.CHANGE):
        return _failure(event) + (", instead of " + _failure(event["before"]) if kind == Kind.CHANGE else "")
    if kind == Kind.RECOVERY:
        return f"after {duration(event['down_s'])}: {_failure(event['before'])} ({event['shape']})"
    if kind == Kind.FLAPPING:
        return f"changed {event['changes']} times in {event['of_rounds']} rounds"
    if kind == Kind.DEGRADED:
        return f"no connection to {', '.join(event['dead_addresses'])}; others answer"
    if kind == Kind.SLOW:
        return f"start-up and login take {milliseconds(ms or 0)}, several times the usual"
    if kind == Kind.COLD_START:
        return f"one round took {milliseconds(ms or 0)} in start-up and login: a cold start"
    return {Kind.STEADY: "no longer comes and goes", Kind.RESTORED: "all addresses answer"}.get(
        Kind(kind), "start-up and login are as fast as before"
    )


def _failure(found: Event) -> str:
    stage = found.get("stage")
    place = f"{row(Stage(stage)).place}: " if stage in set(Stage) else ""
    return place + str(found.get("cause") or (found["status"] if found["status"] != "fails" else "cause not found"))


def summaries(states: Iterable[State], now_s: float) -> Iterator[Event]:
    """The last event about each target: counts, ways to fail, and the histogram of each stage."""
    for state in states:
        yield {
            "schema": SCHEMA,
            "kind": SUMMARY,
            "name": state.task.name,
            "rounds": state.rounds,
            "well": state.well,
            "missed": state.missed,
            "outages": state.outages,
            "down_s": round(down_s(state, now_s), 3),
            "cold_starts": state.cold_starts,
            "status": state.latest.get("status"),
            "flapping": state.flapping,
            "dead_addresses": list(state.dead),
            "ways": [
                {"status": way[0], "stage": way[1], "cause": way[2], "onsets": one.onsets, "rounds": one.rounds}
                for way, one in state.ways.items()
            ],
            "ms": {stage: _cumulative(times) for stage, times in sorted(state.times.items())},
        }


def down_s(state: State, now_s: float) -> float:
    """Seconds of all outages, with the one that is under way."""
    return state.down_s + (now_s - state.since_s if state.since_s is not None else 0.0)


def lines(states: Iterable[State], now_s: float, width: int, unicode: bool) -> Iterator[Line]:
    """The summary for a terminal."""
    for state in states:
        yield line()
        yield from _block(state, now_s, width, unicode)


def _block(state: State, now_s: float, width: int, unicode: bool) -> Iterator[Line]:
    if not state.rounds:
        yield line(shortened(f"{state.task.name}: no round has ended", width))
        return
    well = is_well(state.latest)
    rest = f"  {state.task.name}: {state.well:,} of {state.rounds:,} rounds worked ({_share(state)})"
    yield begins("WORKS" if well else "FAILS", Style.GOOD if well else Style.BAD, shortened(rest, width - 5))
    if state.outages:
        times = "1 outage" if state.outages == 1 else f"{state.outages:,} outages"
        yield line(f"  {times}, {duration(down_s(state, now_s))} in all")
    order = sorted(state.ways.items(), key=lambda each: -each[1].rounds)
    for (status, stage, cause), one in order:
        said = _failure({"status": status, "stage": stage, "cause": cause})
        rounds = "1 round" if one.rounds == 1 else f"{one.rounds:,} rounds"
        yield from map(line, wrap(f"{one.onsets:,} x {said} ({rounds})", width, "    "))
    if state.cold_starts:
        yield line(f"  {state.cold_starts:,} cold start{'s' * (state.cold_starts != 1)}")
    if state.dead:
        yield line(shortened(f"  no connection to {', '.join(state.dead)}", width), Style.CARE)
    if state.missed:
        yield line(f"  {state.missed:,} rounds left out: a run took longer than --every", Style.CARE)
    for stage in Stage:
        if stage in state.times:
            yield line(f"  {row(stage).name:12} {_drawn(state.times[stage], unicode)}  {_half(state.times[stage])}")


def _share(state: State) -> str:
    """Never 100 % for what has failed."""
    part = 100 * state.well / state.rounds
    return f"{part:.0f} %" if state.well == state.rounds else f"{min(part, 99.99):.2f} %"


def _drawn(times: Times, unicode: bool) -> str:
    """A column for each class of the histogram, in brackets."""
    marks, most = _BARS if unicode else _PLAIN_BARS, max(times.counts)
    return "[" + "".join(marks[-(-count * (len(marks) - 1) // most)] for count in times.counts) + "]"


def _half(times: Times) -> str:
    return f"half at most {_bound(quantile(times, 0.5))}, 95 % at most {_bound(quantile(times, 0.95))}"


def _bound(ms: float) -> str:
    return milliseconds(ms) if ms <= BOUNDS_MS[-1] else "any time"


def _cumulative(times: Times) -> dict[str, int]:
    """As Prometheus counts: the rounds that took at most so many milliseconds."""
    total, found = 0, {}
    for bound, count in zip((*map(str, BOUNDS_MS), "+Inf"), times.counts, strict=True):
        total += count
        found[bound] = total
    return found


def duration(seconds: float) -> str:
    """`0.4 s`, `35 s`, `4 min 10 s`, `3 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"
