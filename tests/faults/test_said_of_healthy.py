"""What the page of a run that connects says, where the login did not go the first way that the target names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pgwhy.lab.faults import faults
from pgwhy.lab.faults.stage import missing
from pgwhy.lab.faults.trial import Trial
from pgwhy.report import text
from tests import parts

SAID = [
    ("healthy-tls-rejected-prefer", "NOT encrypted (sslmode=prefer)"),
    ("healthy-tls-rejected-prefer", "works, but the login went without TLS"),
    ("healthy-sslmode-allow", "certificate NOT checked (sslmode=allow)"),
    ("healthy-client-certificate", "note  startup   to pgwhy's own probe:"),
    ("healthy-unix-socket-tls", "not used on a Unix socket"),
    ("healthy-pgbouncer-tls", "through a pooler"),
    ("healthy-pooler", "through a transaction pooler"),
    ("healthy-host-list", "note  tcp       1 of 2 addresses answer, IPv4: refused"),
]
NOT_SAID = [
    ("healthy-pgbouncer-tls", "transaction pooler"),  # its session mode looks the same from outside
    ("healthy-option-with-settings", "pooler"),
    ("healthy-second-host", "through a pooler"),
    ("healthy-jdbc-verify-full", "search_path"),  # pgJDBC sends it, and the libpq that logs in for it does not
]


def page(slug: str, trial_of: Callable[[str], Trial], verbose: bool = False) -> str:
    parts.permitted(missing(faults.load(slug)))
    return " ".join(text.page(trial_of(slug).report, width=100, verbose=verbose).split())


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize(("slug", "words"), SAID)
def test_a_page_says(slug: str, words: str, trial_of: Callable[[str], Trial]) -> None:
    assert " ".join(words.split()) in page(slug, trial_of, verbose=True)


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize(("slug", "words"), NOT_SAID)
def test_a_page_does_not_say(slug: str, words: str, trial_of: Callable[[str], Trial]) -> None:
    assert words not in page(slug, trial_of)


@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("slug", ["healthy-host-list", "healthy-read-write"])
def test_of_several_hosts_the_headline_names_the_one_that_let_it_in(
    slug: str, trial_of: Callable[[str], Trial]
) -> None:
    report = trial_of(slug).report
    attempts = report.observations.get("tcp.attempts")
    (alive,) = [each.port for each in attempts if each.failure is None]
    assert f"127.0.0.1:{alive}" in text.page(report).splitlines()[0]
