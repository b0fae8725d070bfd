"""What targets have in common: by cause, by what all of a group share, by place; and what the pages say of it."""

from __future__ import annotations

from typing import Any

from pgwhy.fleet.pages import html, text
from pgwhy.fleet.places import Places
from pgwhy.fleet.summary import MOST_VALUES, SHOWN_NAMES, Summary
from tests.fleet.answers import answer, unknown_name


def summed(*answers: dict[str, Any]) -> Summary:
    summary = Summary()
    for each in answers:
        summary.add(each)
    return summary


def page(summary: Summary, places: Places | None = None, width: int = 80) -> str:
    return "\n".join(line.text for line in text.page(summary, places, width))


def test_targets_with_one_cause_are_told_together_with_what_they_share() -> None:
    failing = [unknown_name(f"db{n}") for n in range(14)]
    summary = summed(*failing, *(answer(f"ok{n}", resolvers=["10.0.0.1:53"]) for n in range(6)))
    said = " ".join(page(summary).split())
    assert said.startswith(
        "14 OF 20 FAIL 14 of 20 fail at the name, all through resolver 10.0.0.2, and none that works"
    )
    assert "db0, db1, db2, db3, db4 and 9 more" in said


def test_what_every_target_has_is_no_clue() -> None:
    labels = {"env": "prod"}
    summary = summed(unknown_name("a", labels=labels), unknown_name("b", labels=labels), answer("c", labels=labels))
    assert "env=prod" not in page(summary)


def test_a_label_that_all_of_a_group_have_is_one_and_also_where_some_that_work_have_it() -> None:
    summary = summed(
        unknown_name("a", labels={"region": "eu"}),
        unknown_name("b", labels={"region": "eu"}),
        answer("c", labels={"region": "eu"}),
        answer("d", labels={"region": "us"}),
    )
    clue = next(clue for clue in summary.clues(summary.groups()[0]) if clue.kind == "label region")
    assert (clue.value, clue.alone) == ("eu", False)


def test_one_target_shares_nothing() -> None:
    summary = summed(unknown_name("a", labels={"region": "eu"}), answer("b"))
    assert summary.clues(summary.groups()[0]) == []


def test_of_one_cause_by_several_rules_the_cause_is_told() -> None:
    refused = [answer(n, "fails", "tcp", "connection-refused", title=f"of rule {n}") for n in ("a", "b")]
    said = page(summed(*refused))
    assert "of rule" not in said
    assert "host reached, nothing accepts on that port" in said


def test_the_slowest_and_the_soonest_certificates_are_named() -> None:
    answers = [
        answer(f"db{n}", duration_ms=n * 100.0, ms={"tls": n * 90.0}, tls={"expires_in_days": n * 10.0 - 5})
        for n in range(9)
    ]
    summary = summed(*answers)
    assert [name for name, _, _ in summary.slowest()] == ["db8", "db7", "db6", "db5", "db4"]
    assert [name for name, _ in summary.expiring()] == ["db0", "db1", "db2", "db3"]
    said = page(summary)
    assert "800 ms  db8  (tls)" in said
    assert "5 days ago  db0" in said


def test_a_certificate_that_has_expired_counts_where_its_target_fails() -> None:
    expired = answer("a", "fails", "tls", "tls-certificate-expired", tls={"expires_in_days": -3.0})
    assert summed(expired).expiring() == [("a", -3.0)]


def test_memory_does_not_grow_with_the_targets() -> None:
    summary = Summary()
    for n in range(MOST_VALUES + 2000):
        summary.add(answer(f"ok{n}", host=f"h{n}", duration_ms=float(n)))
        summary.add(unknown_name(f"db{n}", host=f"g{n}"))
    assert len(summary._of_well) <= MOST_VALUES + 10
    assert len(summary._of_some) <= MOST_VALUES + 10
    assert len(summary.groups()) == 1
    assert len(summary.groups()[0].names) == SHOWN_NAMES


def test_lines_that_are_no_target_are_told_each_with_its_reason() -> None:
    said = page(summed(answer("line 7", "unread", summary="Line 7 is not JSON."), answer("db1")))
    assert "1 of 2 cannot be read" in said
    assert "Line 7 is not JSON." in said


def test_what_fails_only_from_some_places_is_told_with_the_places() -> None:
    places, summary = Places(), Summary()
    for name in ("db1", "db2"):
        for place, found in (
            ("zone a", answer(name, place="zone a")),
            ("zone b", answer(name, "fails", "tcp", "connection-timeout", place="zone b")),
        ):
            assert found["place"] == place
            places.add(found)
            summary.add(found)
    said = " ".join(page(summary, places).split())
    assert "2 targets fail only from zone b, at the port" in said
    assert "; from zone a it works db1, db2" in said
    assert "2 of 2 work from zone a 0 of 2 work from zone b" in said


def test_a_target_that_fails_everywhere_in_one_way_divides_no_places() -> None:
    places = Places()
    for place in ("a", "b"):
        places.add(unknown_name("db", place=place))
    assert places.divides() == []


def test_the_page_of_a_browser_says_the_same_and_escapes_what_it_is_given() -> None:
    places = Places()
    names = ("<script>x</script>", "db")
    answers = [unknown_name(name, place=place, ms={"dns": 12.0}) for place in ("a", "b") for name in names]
    answers += [answer("ok", place=place, duration_ms=3.0, ms={"tls": 2.0, "dns": 1.0}) for place in ("a", "b")]
    for each in answers:
        places.add(each)
    document = html.page(summed(*answers), places)
    assert "4 OF 6 RUNS FAIL" in document
    assert "3 targets from 2 places" in document
    assert "all through resolver 10.0.0.2" in document
    assert "<script>x" not in document
    assert document.count("<h3>") == 1 + 2 + 2
    assert "Each target has the same answer from every place." in document


def test_no_line_is_wider_than_the_terminal_and_nothing_at_all_is_an_answer() -> None:
    said = page(
        summed(*(unknown_name(f"a-rather-long-name-of-a-database-{n}.example.com") for n in range(9))), None, 60
    )
    assert max(map(len, said.splitlines())) <= 60
    assert page(Summary()).startswith("NOTHING TO EXAMINE")
