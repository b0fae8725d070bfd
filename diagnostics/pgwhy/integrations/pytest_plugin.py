"""pytest: a test that failed because of its connection gets the page as a section of its report.

Off unless it is asked for, as it opens connections: `pytest --pgwhy`, or `pgwhy = true` in the ini file. It looks only
at tests that failed; what is about no connection is left alone, and the same failure is looked at once a session.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

_SEEN = pytest.StashKey[dict[tuple[str, ...], str]]()
"""Host, port and cause → the page."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pgwhy")
    group.addoption("--pgwhy", action="store_true", help="Say why a test's connection to Postgres failed.")
    group.addoption("--pgwhy-target", metavar="TARGET", help="What the tests connect to; else as the environment says.")
    parser.addini("pgwhy", type="bool", default=False, help="The same as --pgwhy.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    error = call.excinfo.value if report.failed and call.excinfo is not None else None
    if error is not None and _is_on(item.config) and (page := _page(item.config, error)):
        report.sections.append(("pgwhy: why the connection failed", page))
    return report


def _is_on(config: pytest.Config) -> bool:
    return bool(config.getoption("--pgwhy") or config.getini("pgwhy"))


def _page(config: pytest.Config, error: BaseException) -> str:
    from pgwhy.error_text.server import tried
    from pgwhy.incident.exceptions import text_of
    from pgwhy.incident.on_failure import incident_of

    pages = config.stash.setdefault(_SEEN, {})
    text = text_of(error)
    place = tried(text)
    known = (place.host, place.port, type(error).__name__, text[-200:])
    if known not in pages:
        try:
            incident = incident_of(error, config.getoption("--pgwhy-target"))
            pages[known] = incident.page() if incident else ""
        except Exception as mistake:  # the test's own failure is what counts
            pages[known] = f"pgwhy: this is a bug in pgwhy, not in your connection: {type(mistake).__name__}"
    return pages[known]
