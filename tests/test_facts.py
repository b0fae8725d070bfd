"""Records, the vocabulary made of them, and observations read back from plain data."""

from __future__ import annotations

import errno

import pytest

from pgwhy.causes import Cause, Retry
from pgwhy.error_text import Origin, clean
from pgwhy.facts import Observations
from pgwhy.failure import Failure, from_os_error
from pgwhy.probes import PROBES, VOCABULARY
from pgwhy.probes.authentication import Authentication, AuthOutcome
from pgwhy.probes.tcp import Attempt, Reach, Tcp
from pgwhy.progress import Stage
from pgwhy.timeline import Timeline


def test_every_fact_of_every_record_says_what_it_means() -> None:
    for fact in VOCABULARY:
        assert len(fact.meaning) >= 10, fact.path
        assert fact.kind in ("str", "int", "float", "bool", "list of str", "list of records"), fact.path


def test_a_fact_that_nobody_observed_is_none_and_a_record_that_nobody_made_too() -> None:
    seen = Observations({"tcp": Tcp()})
    assert seen.get("tcp.outcome") is None
    assert seen.get("tls.version") is None


def test_a_typed_record_has_the_fields_and_is_empty_where_there_is_none() -> None:
    seen = VOCABULARY.observations({"authentication": {"outcome": "ok"}})
    assert seen.of(Authentication).outcome is AuthOutcome.OK
    assert Observations({}).of(Tcp) == Tcp()


def test_observations_survive_plain_data_with_what_a_newer_version_wrote() -> None:
    attempt = Attempt("db", "::1", 5432, 1.5, Failure.REFUSED)
    seen = Observations({"tcp": Tcp(attempts=(attempt,), client_delay_s=0.0)})
    plain = seen.plain()
    plain["tcp"]["invented_later"] = "kept"
    plain["later_record"] = {"fact": [1, 2]}
    again = VOCABULARY.observations(plain)
    assert again.get("tcp.invented_later") == "kept"
    assert again.get("later_record.fact") == (1, 2)
    assert again.plain() == plain


def test_derived_facts_are_computed_from_given_ones() -> None:
    seen = VOCABULARY.observations({"target": {"host": "ep-cool-darkness-123456.us-east-2.aws.neon.tech"}})
    assert seen.get("target.provider") == "neon"
    assert seen.get("target.endpoint") == "ep-cool-darkness-123456"


def test_one_dead_address_of_two_is_some() -> None:
    attempts = (Attempt("db", "::1", 5432, 1, Failure.REFUSED), Attempt("db", "127.0.0.1", 5432, 1, None))
    tcp = Tcp(attempts=attempts)
    assert (tcp.outcome, tcp.ipv4, tcp.ipv6, tcp.first_answers) == (Reach.SOME, Reach.ALL, Reach.NONE, False)


def test_a_probe_needs_only_records_that_come_before_it_or_are_given() -> None:
    given = {"target", "client"}
    for probe in PROBES:
        assert {need.name for need in probe.needs} <= given, probe.name
        given.add(probe.name)


def test_no_two_probes_wait_for_each_other() -> None:
    waits = {probe.name: {r.name for r in (*probe.needs, *probe.later)} - {"target", "client"} for probe in PROBES}
    done: set[str] = set()
    while ready := {name for name, needs in waits.items() if name not in done and needs <= done}:
        done |= ready
    assert done == set(waits)


def test_every_cause_has_a_stage_but_the_one_that_is_none() -> None:
    assert [cause for cause in Cause if cause.about.stage is None] == [Cause.NOT_A_CONNECTION_PROBLEM]
    assert Cause.SNI_MISSING.about.stage is Stage.STARTUP
    assert all(cause.about.meaning and cause.about.retry in Retry for cause in Cause)


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (errno.ECONNREFUSED, Failure.REFUSED),
        (errno.ENETUNREACH, Failure.NETWORK_UNREACHABLE),
        (errno.EHOSTUNREACH, Failure.HOST_UNREACHABLE),
        (10061, Failure.REFUSED),
        (987654, Failure.OTHER),
    ],
)
def test_the_platforms_errors_become_failures(number: int, failure: Failure) -> None:
    assert from_os_error(OSError(number, "x")) is failure


def test_an_error_text_loses_its_escapes_and_keeps_its_words() -> None:
    text = clean("\x1b[31mFATAL:\x1b[0m  password authentication failed for user 'alex'\r\n\x07", Origin.REPORTED)
    assert text.message == "FATAL:  password authentication failed for user 'alex'"
    assert text.program == "neon-proxy"


def test_an_error_text_says_which_server_it_is_about() -> None:
    text = clean('connection to server at "db.example" (192.0.2.7), port 5433 failed: timeout expired', Origin.OBSERVED)
    assert (text.host, text.address, text.port) == ("db.example", "192.0.2.7", "5433")
    assert clean("something else", Origin.REPORTED).host == ""


def test_a_huge_text_keeps_its_beginning_and_its_end() -> None:
    text = clean("first " + "x" * 1_000_000 + " last", Origin.REPORTED).message or ""
    assert text.startswith("first")
    assert text.endswith("last")
    assert len(text) < 250_000


def test_a_span_that_is_cut_off_says_so() -> None:
    ticks = iter([0.0, 1.0, 2.0])
    timeline = Timeline(lambda: next(ticks))
    with pytest.raises(KeyboardInterrupt), timeline.span("tcp", "x"):
        raise KeyboardInterrupt
    (span,) = timeline.spans
    assert (span.start_ms, span.end_ms, span.outcome) == (1000, 2000, "cancelled")
