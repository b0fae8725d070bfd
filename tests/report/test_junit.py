"""The JUnit file as a pipeline reads it: one case a stage, red exactly where the exit status is not 0."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import junitparser.xunit2
import pytest

from pgwhy.causes import Severity
from pgwhy.cli import status
from pgwhy.progress import Stage
from pgwhy.redaction.texts import with_texts
from pgwhy.report.junit import page
from tests.report.scenarios import SLUGS, recorded

SUITE = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}
"""Of the attributes that a suite may have by the schema of Jenkins' xunit plugin (junit-10.xsd, after Surefire's)."""
TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?")
"""SUREFIRE_TIME of that schema."""


def suite(text: str) -> junitparser.xunit2.TestSuite:
    (only,) = junitparser.xunit2.JUnitXml.fromstring(text.encode())
    return only


def broken(text: str) -> dict[str, str]:
    """Stage → the type of its failure."""
    return {case.name: r.type for case in suite(text) for r in case.result if isinstance(r, junitparser.Failure)}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_stages_are_the_cases_and_the_numbers_are_right(slug):
    read = suite(page(recorded(slug)))
    cases = list(read)
    assert [case.name for case in cases] == [stage.value for stage in Stage]
    assert read.tests == len(cases)
    assert read.failures == sum(any(isinstance(r, junitparser.Failure) for r in case.result) for case in cases)
    assert read.skipped == sum(any(isinstance(r, junitparser.Skipped) for r in case.result) for case in cases)


@pytest.mark.parametrize("slug", SLUGS)
def test_only_what_the_schema_of_jenkins_and_surefire_allows(slug):
    root = ElementTree.fromstring(page(recorded(slug)).encode())
    assert root.tag == "testsuites" and set(root.attrib) == {"name", "tests", "failures", "errors", "time"}
    (only,) = root
    assert only.tag == "testsuite" and set(only.attrib) == SUITE
    for case in only:
        assert case.tag == "testcase" and set(case.attrib) == {"classname", "name", "time"}
        for part in case:
            assert set(part.attrib) == {"failure": {"type", "message"}}.get(part.tag, set())
            assert part.tag in ("failure", "skipped", "system-out") and not len(part)
    for timed in root.iter():
        assert TIME.fullmatch(timed.get("time", ""))


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("fail_on", [None, *Severity])
def test_it_is_red_exactly_when_the_exit_status_is_not_0(slug, fail_on):
    report = recorded(slug)
    assert bool(broken(page(report, fail_on))) == (status.of_run(report, fail_on) != 0)


def test_the_stage_that_stops_the_client_fails_with_the_cause_and_the_page():
    text = page(recorded("lab-wrong-password"))
    assert broken(text) == {"auth": "wrong-password"}
    (failure,) = [r for case in suite(text) for r in case.result if isinstance(r, junitparser.Failure)]
    assert "Fix 1" in failure.text and failure.message.startswith("FAILS ")


def test_without_a_cause_the_stage_says_so():
    assert broken(page(recorded("silent-server"))) == {"startup": "cause-not-found"}


def test_a_warning_is_a_failure_where_the_user_says_that_it_counts():
    report = recorded("healthy-local")
    (warning,) = [f for f in report.findings if f.severity is Severity.WARNING]
    assert broken(page(report)) == {}
    assert broken(page(report, Severity.WARNING)) == {warning.stage: warning.rule}


def test_what_xml_cannot_hold_is_replaced():
    report = with_texts(recorded("lab-wrong-password"), lambda text: f'{text}]]>\x00\x1b\ud800<&"')
    assert "\ufffd" in page(replace(report, started_at=report.started_at[:24]))
    suite(page(replace(report, started_at=report.started_at[:24])))
