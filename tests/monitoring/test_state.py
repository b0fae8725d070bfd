"""What a sequence of answers is told as."""

from __future__ import annotations

from pgwhy.fleet.answer import Answer
from pgwhy.monitoring.watching import page
from pgwhy.monitoring.watching.event import Event, Kind
from pgwhy.monitoring.watching.state import REMEMBERED, State
from pgwhy.monitoring.watching.tempo import quantile
from pgwhy.progress import Stage
from tests.fleet.answers import answer, unknown_name
from tests.monitoring.targets import tasks, url

FAST = {"tcp": 2.0, "startup": 5.0, "auth": 40.0}


def well(**more: object) -> Answer:
    return answer("db", **{"ms": FAST, **more})  # type: ignore[arg-type]


def fails(cause: str, stage: str = "tcp") -> Answer:
    return answer("db", "fails", stage, cause)


def told(*answers: Answer, every_s: float = 30.0) -> tuple[State, list[Event]]:
    (task,) = tasks(url("127.0.0.1:1"))
    state = State(task)
    return state, [event for n, found in enumerate(answers) for event in state.take(found, n * every_s)]


def kinds(events: list[Event]) -> list[str]:
    return [event["kind"] for event in events]


def test_what_works_all_the_time_is_not_told() -> None:
    state, events = told(*[well()] * 50)
    assert events == []
    assert (state.rounds, state.well, state.outages) == (50, 50, 0)


def test_onset_change_and_recovery_are_told_once_with_the_time_that_it_lasted() -> None:
    broken = [fails("connection-refused")] * 3 + [unknown_name("db")] * 2
    state, events = told(well(), *broken, well(), well())
    assert kinds(events) == [Kind.ONSET, Kind.CHANGE, Kind.RECOVERY]
    onset, change, recovery = events
    assert (onset["cause"], onset["round"], onset["shape"]) == ("connection-refused", 2, "outage")
    assert (change["before"]["cause"], change["cause"]) == ("connection-refused", "dns-not-found")
    assert (recovery["down_s"], recovery["before"]["stage"], recovery["shape"]) == (150.0, "dns", "outage")
    assert [(way[2], one.onsets, one.rounds) for way, one in state.ways.items()] == [
        ("connection-refused", 1, 3),
        ("dns-not-found", 1, 2),
    ]


def test_a_target_that_fails_from_the_beginning_is_told_in_the_first_round() -> None:
    state, events = told(*[fails("connection-refused")] * 3)
    assert [(event["kind"], event["round"]) for event in events] == [(Kind.ONSET, 1)]
    assert page.down_s(state, 120.0) == 120.0


def test_one_slow_login_between_fast_ones_is_a_cold_start() -> None:
    slow = well(ms=FAST | {"auth": 900.0})
    state, events = told(*[well()] * 6, slow, well())
    assert [(event["kind"], event["slowest_ms"]) for event in events] == [(Kind.COLD_START, 900.0)]
    assert (state.cold_starts, state.outages) == (1, 0)


def test_logins_that_stay_slow_are_no_cold_start() -> None:
    slow = well(ms=FAST | {"auth": 900.0})
    state, events = told(*[well()] * 6, *[slow] * 3, well())
    assert kinds(events) == [Kind.SLOW, Kind.NORMAL]
    assert state.cold_starts == 0


def test_a_network_that_is_slow_for_a_round_is_no_cold_start() -> None:
    slow = well(ms={"tcp": 800.0, "startup": 800.0, "auth": 2400.0})
    assert told(*[well()] * 6, slow, well())[1] == []


def test_a_slow_answer_without_a_login_is_no_cold_start() -> None:
    fast = {"tcp": 2.0, "startup": 5.0}
    assert told(*[well(ms=fast)] * 6, well(ms=fast | {"startup": 900.0}), well(ms=fast))[1] == []


def test_nothing_is_slow_before_something_is_usual() -> None:
    assert told(well(ms=FAST | {"auth": 4000.0}), well())[1] == []


def test_a_server_that_was_starting_for_one_round_is_told_apart_from_one_that_stays_away() -> None:
    starting = fails("server-starting-up", "startup")
    state, events = told(well(), starting, well())
    assert [event["shape"] for event in events] == ["cold start", "cold start"]
    assert state.cold_starts == 1
    assert told(well(), starting, starting, well())[1][-1]["shape"] == "outage"


def test_what_comes_and_goes_flaps_and_is_steady_again() -> None:
    turns = [well(), well(), fails("connection-reset")] * 4
    _, events = told(*turns, *[well()] * REMEMBERED)
    assert kinds(events).count(Kind.FLAPPING) == kinds(events).count(Kind.STEADY) == 1
    between = events[kinds(events).index(Kind.FLAPPING) : kinds(events).index(Kind.STEADY)]
    assert all(event["flapping"] for event in between)
    assert (kinds(events).count(Kind.ONSET), kinds(events).count(Kind.RECOVERY)) == (4, 4)


def test_two_outages_do_not_flap() -> None:
    turns = [well(), well(), fails("connection-reset")] * 2
    assert Kind.FLAPPING not in kinds(told(*turns, *[well()] * REMEMBERED)[1])


def test_dead_addresses_are_told_when_they_change() -> None:
    one, two = well(dead_addresses=["10.0.0.1"]), well(dead_addresses=["10.0.0.2", "10.0.0.1"])
    _, events = told(well(), one, one, two, two, well(), well())
    assert kinds(events) == [Kind.DEGRADED, Kind.DEGRADED, Kind.RESTORED]
    assert events[1]["dead_addresses"] == ["10.0.0.1", "10.0.0.2"]


def test_the_state_of_many_rounds_is_as_small_as_that_of_few() -> None:
    turns = [well(), fails("connection-refused"), unknown_name("db"), well(dead_addresses=["10.0.0.1"])]
    state, _ = told(*turns * 2500)
    assert state.rounds == 10_000
    assert len(state.ways) == 2
    assert sum(state.times[Stage.TCP].counts) == state.well == 5000
    assert quantile(state.times[Stage.TCP], 0.95) == 3.0


def test_the_summary_never_rounds_a_failure_away() -> None:
    state, _ = told(*[well()] * 29_999, fails("connection-refused"), well())
    said = "\n".join(one.text for one in page.lines([state], 0.0, 80, False))
    assert "30,000 of 30,001 rounds worked (99.99 %)" in said
    assert "1 x at the port: connection-refused" in said
    (summary,) = page.summaries([state], 0.0)
    assert summary["ms"]["tcp"] == {"1": 0, **dict.fromkeys(list(summary["ms"]["tcp"])[1:], 30_000)}
