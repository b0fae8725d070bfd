"""The page in a terminal. To accept changed pages, look at them and run

PGWHY_ACCEPT=1 .venv/bin/python -m pytest tests/report/test_text.py
"""

import os
import re
from dataclasses import replace

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgwhy.finding import Evidence, Fix, FixKind, NextObstacle, Verification
from pgwhy.progress import Stage, row
from pgwhy.report.fixes import fix_lines, instructions
from pgwhy.report.ladder import rungs
from pgwhy.report.ladder.rung import Mark, tidied
from pgwhy.report.text import page
from pgwhy.target.editing.steps import Append, Remove, Replace, Run, Say
from pgwhy.terminal.width import columns, rows
from tests.report.scenarios import FOLDER, SLUGS, recorded
from tests.sampling import examples

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_headline_names_a_stage_that_the_ladder_marks(slug):
    report = recorded(slug)
    named = next((each for each in Stage if page(report).startswith(f"FAILS {row(each).place}:")), None)
    marked = [rung.stage for rung in rungs(report.observations, report.verdict.cause) if rung.mark is Mark.FAIL]
    assert named in (None, *marked)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_is_the_accepted_one(slug):
    accepted = FOLDER / slug / "page.txt"
    text = page(recorded(slug))
    if os.environ.get("PGWHY_ACCEPT"):
        accepted.write_text(text, encoding="utf-8")
    assert text == accepted.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_fits_24_lines_with_the_prompt(slug, width):
    lines = page(recorded(slug), width).splitlines()
    assert sum(rows(line, width) for line in lines) <= 23


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("slug", SLUGS)
def test_only_what_is_to_be_pasted_and_addresses_are_wider_than_the_terminal(slug, width):
    for line in page(recorded(slug), width).splitlines():
        if columns(line) > width:
            assert len(line.split()) == 1


@pytest.mark.parametrize("width", [60, 80, 160])
def test_a_line_to_paste_stands_whole_on_a_line_of_its_own(width):
    lines = page(recorded("sni-missing-elsewhere"), width).splitlines()
    assert "           &options=endpoint%3Dep-cool-darkness-a1b2c3d4" in lines


def test_colours_only_change_how_it_looks():
    for slug in SLUGS:
        coloured = page(recorded(slug), colour=True)
        assert "\x1b[" in coloured
        assert ESCAPE.sub("", coloured) == page(recorded(slug))


def test_a_person_sees_the_same_page_with_colours():
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(page(recorded("crowded"), colour=True).replace("\n", "\r\n"))
    assert screen.display[0].startswith("FAILS in psycopg2")
    assert screen.buffer[0][0].fg == "red"


def test_the_page_is_plain_ascii_where_the_terminal_cannot_do_better():
    for slug in SLUGS:
        for verbose in (False, True):
            assert page(recorded(slug), unicode=False, verbose=verbose).isascii()


def test_names_beyond_ascii_are_escaped_rather_than_lost():
    report = recorded("healthy-local")
    facts = report.observations.records["session"]
    renamed = replace(report, observations=report.observations.with_record(replace(facts, user="jürgen")))
    assert "j\\xfcrgen@neondb" in page(renamed, unicode=False)
    assert "jürgen@neondb" in page(renamed)


def test_verbose_shows_evidence_settings_addresses_chain_and_timeline():
    text = page(recorded("sni-missing-elsewhere"), verbose=True)
    for part in (
        "client.sends_sni = false",
        "sslmode = require  (DATABASE_URL (environment))",
        "password = PASSWORD_HERE",
        "10.1.0.2:53  AAAA  2600:1f16:47f:ba0d::1",
        "2600:1f16:47f:ba0d::2 port 5432  connected",
        "CN=*.us-east-2.aws.neon.tech",
        "startup: without SNI",
        "Endpoint ID is not specified.",
        "sslmode=require&options=endpoint%3Dep-cool-darkness-a1b2c3d4",
    ):
        assert part in text


def test_verbose_shows_every_fix_and_note():
    text = page(recorded("crowded"), verbose=True)
    assert [f"Fix {n}" in text for n in range(1, 7)] == [True] * 6
    assert text.count("Warning  ") == 5


def test_a_fix_that_did_its_part_is_shown_before_one_that_did_not():
    assert "ADVANCED" in page(recorded("crowded"), 60)


def test_a_healthy_page_says_who_else_would_fail():
    text = page(recorded("healthy-neon"))
    assert text.startswith("CONNECTS in 201 ms: alex@neondb, Neon ep-cool-darkness-a1b2c3d4, us-east-2\n")
    assert "A client without SNI (libpq before 14) is refused here" in text
    assert "certificate NOT checked (sslmode=require)" in text


STEPS = """1. See the clock:
    date -u
    timedatectl
2. Set it.
3. Get a new token."""


def told_steps(text, verbose=False):
    report = recorded("dns-not-found")
    finding = report.findings[0]
    fixes = (replace(finding.fixes[0], steps=text),)
    lines = page(replace(report, findings=(replace(finding, fixes=fixes),)), verbose=verbose).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("Fix 1"))
    return [line for line in lines[start + 1 :] if line.startswith("       ")]


def test_a_command_of_a_step_is_on_a_line_of_its_own_and_stays_with_it():
    assert told_steps(STEPS, verbose=True)[:5] == [
        "       1. See the clock:",
        "           date -u",
        "           timedatectl",
        "       2. Set it.",
        "       3. Get a new token.",
    ]
    assert "       1. See the clock:" not in told_steps(STEPS.replace("timedatectl", "one\n    two\n    three"))


def test_a_list_of_steps_that_is_cut_says_so():
    assert told_steps(STEPS)[3:] == ["       2. Set it. (1 more step: add -v)"]
    assert told_steps(STEPS + "\n4. Try again.")[3] == "       2. Set it. (2 more steps: add -v)"
    one_more_command = told_steps(STEPS.replace("2.", "    one more\n2."))
    assert one_more_command[3:5] == ["           one more", "       2 more steps: add -v"]


@pytest.mark.parametrize(
    ("width", "told"),
    [(70, ["Fix 1  do this (3 steps: add -v)"]), (30, ["Fix 1  do this", "       3 steps: add -v"])],
)
def test_steps_for_which_no_line_has_room_are_counted(width, told):
    fix = Fix(id="f", kind=FixKind.REPAIR, title="do this", steps=STEPS)
    report = replace(recorded("refused"), findings=(replace(recorded("refused").findings[0], fixes=(fix,)),))
    assert [one.text for one in fix_lines(report, width, 1, 0)] == told


def test_what_was_not_tried_is_never_called_confirmed():
    for slug in SLUGS:
        fixes = [fix for finding in recorded(slug).findings for fix in finding.fixes]
        if not any(fix.verification is Verification.CONFIRMED for fix in fixes):
            assert "CONFIRMED" not in page(recorded(slug), verbose=True)


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=120)
long_words = st.integers(1, 900).map(lambda n: "x" * n)
texts = st.lists(st.one_of(words, long_words), max_size=30).map(" ".join)
edit_steps = st.one_of(
    texts.map(Say),
    texts.map(lambda text: Append(text, "it")),
    st.builds(Replace, where=st.just("in .env"), before=texts, after=texts),
)
remedies = st.builds(
    Fix,
    id=st.just("fix"),
    kind=st.sampled_from(FixKind),
    title=texts,
    steps=texts,
    caution=texts,
    change=st.sampled_from([None, {"set": {"a": "b"}}]),
    edit_steps=st.lists(edit_steps, max_size=3).map(tuple),
    verification=st.sampled_from(Verification),
    remark=texts,
    message=texts,
    next_obstacle=st.none() | st.builds(NextObstacle, stage=st.sampled_from(Stage), words=texts),
)


@settings(max_examples=examples(60), deadline=None)
@given(
    slug=st.sampled_from(SLUGS),
    width=st.sampled_from([40, 60, 80, 100, 160]),
    summary=texts,
    title=texts,
    fixes=st.lists(remedies, max_size=8),
)
def test_no_report_makes_a_page_longer_than_a_terminal(slug, width, summary, title, fixes):
    report = recorded(slug)
    findings = tuple(replace(f, title=title, because=summary, fixes=tuple(fixes)) for f in report.findings * 3)
    crowded = replace(report, verdict=replace(report.verdict, summary=summary), findings=findings)
    for unicode in (True, False):
        lines = page(crowded, width, unicode=unicode).splitlines()
        assert sum(rows(line, width) for line in lines) <= 24
        assert lines[0].split()[0].rstrip(",:") in ("FAILS", "CONNECTS", "REACHABLE", "CAUSE")
    page(crowded, width, verbose=True)


def test_evidence_of_any_shape_can_be_shown():
    report = recorded("sni-missing-elsewhere")
    odd = tuple(Evidence("a.b", value) for value in (None, "", True, 1.5, ["x"], [{"a": None}]))
    page(replace(report, findings=(replace(report.findings[0], evidence=odd),)), verbose=True)


def rung(text, mark, name):
    return [line for line in text.splitlines() if line.startswith(f"  {mark:<4}  {name:<8}  ")]


def test_a_client_without_tls_is_stopped_by_that_and_not_by_the_certificate():
    text = page(recorded("lab-plaintext"))
    assert rung(text, "FAIL", "tls") == ["  FAIL  tls       not asked for (sslmode=disable); the server requires it"]
    assert "certificate" not in text


def test_what_another_client_printed_fails_there_and_its_stages_are_well_here():
    text = page(recorded("reported-plaintext"))
    assert rung(text, "ok", "tls") and rung(text, "ok", "startup")
    (here,) = rung(text, "ok", "this machine")
    assert "libpq 18 logs in" in here
    (failed,) = rung(text, "FAIL", "tls")
    assert "your client: connection is insecure" in failed
    assert "parser.js" not in text


def test_a_stage_that_was_not_reached_has_no_rung():
    text = page(recorded("certificate-not-trusted"))
    assert rung(text, "FAIL", "tls") and "startup" not in text


def test_a_failure_that_cannot_be_repeated_here_says_how_to_go_on():
    text = page(recorded("reported-unknown"))
    assert text.startswith("FAILS for your client, cause not found: something odd happened\n")
    assert "pgwhy, where it fails" in text


def test_an_error_about_another_host_is_said_first():
    second = page(recorded("reported-other-host")).splitlines()[1]
    assert second.startswith("The error is about db.internal, and this string names")


@pytest.mark.parametrize("slug", SLUGS)
def test_what_was_never_tried_is_told_only_beside_what_was(slug):
    report = recorded(slug)
    tried = {fix.verification for finding in report.findings for fix in finding.fixes} - {Verification.NOT_TRIED}
    if not tried:
        assert "not tried (" not in page(report)


def test_steps_end_with_a_whole_sentence():
    finding = recorded("refused").findings[0]
    long = "Look at this first. " + "Then there is very much more to be read about it, " * 9 + "as said."
    fix = Fix(id="f", kind=FixKind.REPAIR, title="do this", steps=long)
    report = replace(recorded("refused"), findings=(replace(finding, fixes=(fix,)),))
    lines = page(report).splitlines()
    assert lines[lines.index("Fix 1  do this") + 1] == "       Look at this first. (the rest: add -v)"
    assert "..." not in page(report)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Append("&a=b", "X"), ("append `&a=b` to X", "")),
        (Append("&sslmode=require", "X"), ("append to X:", "&sslmode=require")),
        (Append(" sslmode=require", "X"), ("append, after a space, to X:", "sslmode=require")),
        (Replace("in X", "sslmode=a", "sslmode=b"), ("in X: sslmode=a → sslmode=b", "")),
        (Replace("in X", "a" * 30, "b" * 30), ("in X: replace " + "a" * 30 + " with:", "b" * 30)),
        (Run("in the environment", "unset PGHOST"), ("in the environment run:", "unset PGHOST")),
        (Remove("&sslsni=0", "X"), ("remove &sslsni=0 from X", "")),
        (Say("remove `&sslsni=0` from X"), ("remove `&sslsni=0` from X", "")),
    ],
)
def test_an_edit_says_what_to_do_and_its_piece_stands_alone(step, told):
    assert [(each.text, each.paste) for each in instructions([step])] == [told]


def test_a_replacement_that_does_not_fit_in_a_line_has_its_piece_on_its_own():
    step = Replace("in DATABASE_URL (environment)", "sslmode=disable", "sslmode=require")
    (told,) = instructions([step], width=60)
    assert told.paste == "sslmode=require"


def test_the_servers_last_words_stand_before_what_libpq_adds_to_them():
    added = "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n"
    added += "\tbefore or while processing the request."
    assert tidied(f"query_wait_timeout\n{added}") == "query_wait_timeout"
    assert tidied(added) == "server closed the connection unexpectedly"
