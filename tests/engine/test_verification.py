"""Each fix is a controlled experiment: what is tried, under which conditions, and with which edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy.engine.diagnosis import explain_text
from pgwhy.finding import Report
from pgwhy.lab.neon import messages
from pgwhy.lab.postgres.server import Postgres
from pgwhy.lab.world import DATABASE, ENDPOINT, ROLE, World
from pgwhy.target.model import PLACEHOLDER
from tests.engine.runs import MARKER, cause, check, fix, machine, page
from tests.servers import closed_port

ENDPOINT_MISSING = f"ERROR:  {messages.ENDPOINT_NOT_SPECIFIED}"


def tried(report: Report) -> dict[str, str]:
    """What became of each fix of the cause, in the order in which they are told."""
    return {remedy.id: str(remedy.verification) for remedy in cause(report).fixes}


@pytest.mark.parametrize(
    ("given", "client", "name"),
    [
        ({}, "libpq@13", "option-in-uri"),
        ({"options": "endpoint=ep-old-morning-123456"}, None, "remove-option"),
        ({"sslmode": "disable", "channel_binding": None}, None, "require"),
    ],
)
def test_confirmed_is_what_failed_before_and_logs_in_after(
    world: World, given: dict[str, str | None], client: str | None, name: str
) -> None:
    report = check(world.uri(**given), client=client)
    confirmed = [remedy for remedy in cause(report).fixes if remedy.verification == "confirmed"]
    assert confirmed and confirmed[0].verified_to == "session"
    assert confirmed[0].note.startswith("failed before, logged in with it (")
    repaired = confirmed[0].connection_string.replace(PLACEHOLDER, world.password.reveal())
    assert check(repaired, client=client).verdict.status == "connects"


def test_an_edit_is_complete_and_holds_no_secret(world: World) -> None:
    for report in (
        check(world.uri(), client="libpq@13"),
        check(world.uri(options="endpoint=ep-old-morning-123456")),
        check(f"psql '{world.uri()}'"),
        check(world.uri(), client="libpq@13", verify=False),
    ):
        for remedy in (r for finding in report.findings for r in finding.fixes if r.change):
            assert remedy.edit and world.password.reveal() not in remedy.edit + remedy.connection_string
            assert remedy.connection_string == "" or PLACEHOLDER in remedy.connection_string


def test_a_fix_whose_failure_cannot_be_repeated_is_inconclusive(secure15: Postgres, world: World) -> None:
    """This server does without SNI, so nobody can show here that the option helps."""
    text = f"postgresql://{ROLE}:{MARKER}@{world.host}:{secure15.port}/{DATABASE}?hostaddr=127.0.0.1&sslmode=require"
    report = check(text, error=ENDPOINT_MISSING)
    assert report.verdict.cause == "sni-missing"
    found = fix(report, "option-in-uri")
    assert (found.verification, found.note) == (
        "inconclusive",
        "the failure could not be reproduced without the change",
    )
    assert found.edit


def test_a_root_certificate_is_not_refuted_by_a_wrong_password(world: World) -> None:
    """What the first run said of TLS is not true of the experiment any more."""
    text = world.uri(password="npg_wrong1234", sslmode="verify-full")
    report = check(text, on=machine(SSL_CERT_FILE=str(world.root_certificate)))
    assert report.verdict.stage in ("config", "tls")
    assert "refuted" not in tried(report).values()


def test_what_nobody_can_change_here_is_not_tried(world: World) -> None:
    upgrade = fix(check(world.uri(channel_binding=None), client="libpq@13"), "upgrade")
    assert (upgrade.verification, upgrade.edit) == ("not tried", "")
    assert upgrade.note == "pgwhy cannot change this for you"


def test_a_text_alone_has_its_fixes_untried() -> None:
    report = explain_text(ENDPOINT_MISSING, machine())
    assert report.verdict.cause == "sni-missing"
    assert {remedy.verification for remedy in cause(report).fixes} == {"not tried"}


def test_without_time_nothing_is_tried(world: World) -> None:
    """A verdict that comes late has no experiments; it says so, and claims nothing."""
    port = closed_port()
    text = f"postgresql://alex:{MARKER}@127.0.0.1:{port}/neondb?sslmod=require"
    report = check(text, deadline_s=0.29)
    changes = [remedy for finding in report.findings for remedy in finding.fixes if remedy.change]
    assert changes and {(r.verification, r.note) for r in changes} == {("not tried", "there was no time left")}


def test_a_misspelt_demand_for_tls_is_corrected_and_never_removed(world: World) -> None:
    """That the string is readable without it proves nothing about what the user wanted."""
    report = check(f"postgresql://alex:{MARKER}@127.0.0.1:{closed_port()}/neondb?sslmod=require")
    (right,) = report.findings[0].fixes
    assert (right.title, right.verification) == ("write sslmode instead", "advanced")
    assert right.connection_string.partition("?")[2] == "sslmode=require"
    said = " ".join(" ".join(page(report)).split())
    assert "Fix 1 write sslmode instead" in said
    assert "ADVANCED: the client accepts the settings now; next obstacle: TCP, no address accepts a connection" in said


def test_a_parameter_of_another_driver_is_removed_or_its_client_named(world: World) -> None:
    report = check(f"postgresql://alex:{MARKER}@127.0.0.1:{closed_port()}/neondb?pgbouncer=true")
    assert (report.verdict.cause, report.verdict.stage) == ("invalid-connection-option", "config")
    removed, named = report.findings[0].fixes  # what was tried and helps comes first
    assert "prisma" in named.steps and named.title == "say which client reads this string"
    assert (removed.verification, removed.edit) == (
        "advanced",
        "remove `?pgbouncer=true` from the connection string",
    )


def test_the_repair_of_a_broken_string_is_tried_with_an_endpoint_password(world: World) -> None:
    """Nothing was looked at before, so the experiment looks at everything itself: TLS, too, for the clear text."""
    form = f"endpoint%3D{ENDPOINT}%3B{world.password.reveal()}"
    root = world.root_certificate
    query = "hostaddr=127.0.0.1&sslsni=0&sslmode=require"
    text = f"psql 'postgresql://{ROLE}:{form}@{world.host}:{world.gateway.port}/{DATABASE}?{query}'"
    report = check(text, on=machine(SSL_CERT_FILE=str(root)))
    assert report.verdict.cause == "malformed-connection-string"
    assert "confirmed" in tried(report).values()


def test_a_rule_of_ones_own_is_tried_like_any_other(world: World, tmp_path: Path) -> None:
    text = world.uri(sslmode="disable", channel_binding=None)
    rule = tmp_path / "startup" / "no-plain-text-here.toml"
    rule.parent.mkdir()
    rule.write_text(
        f'supersedes = ["{check(text, verify=False).verdict.rule}"]'
        + """
title = "our gateway wants TLS"
cause = "ssl-required"
severity = "error"
owner = "client"
retry = "no"
because = "x"
references = ["https://example.com/wiki"]
[[when]]
target.sslmode = "disable"
startup.reached = "startup"
[fix.wrong]
kind = "repair"
title = "a longer time limit"
change = { set = { connect_timeout = "7" } }
expect = { startup.reached = ["auth", "session"] }
[fix.right]
kind = "workaround"
title = "sslmode=require"
change = { set = { sslmode = "require" } }
expect = { startup.reached = ["auth", "session"] }
[[example]]
name = "yes"
given = { target.sslmode = "disable", startup.reached = "startup" }
[[example]]
name = "no"
expect = "no"
given = { target.sslmode = "require", startup.reached = "startup" }
"""
    )
    report = check(text, rules=(tmp_path,))
    assert report.verdict.rule == "startup/no-plain-text-here"
    assert tried(report) == {"right": "confirmed", "wrong": "refuted"}
    assert fix(report, "right").verified_to == "session"
