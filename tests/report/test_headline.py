"""Where the answer depends on a client that nobody named, the summary ends with how to name it."""

from __future__ import annotations

from pgwhy import explain
from pgwhy.report import markdown
from pgwhy.report.text import page

MESSAGE = "ERROR:  Endpoint ID is not specified. Either please upgrade the postgres client library (libpq)"
HINT = "To check another client, add --client NAME."


def test_an_unknown_client_is_asked_for_at_the_end_of_the_summary() -> None:
    report = explain(MESSAGE)
    assert f"{HINT} FAIL reported" in " ".join(page(report).split())
    assert f"{report.findings[0].because.split()[-1]} {HINT}\n" in markdown.page(report)


def test_a_client_that_is_named_is_not_asked_for() -> None:
    assert HINT not in page(explain(MESSAGE, client="npgsql"))
