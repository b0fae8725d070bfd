"""Five outcomes of a fix: what did its part is never refuted, and confirmed only if the client then connects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from pgwhy.finding import Report
from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.neon import messages
from pgwhy.lab.world import DATABASE, ENDPOINT, ROLE, World
from pgwhy.report import document
from pgwhy.report.schema import schema
from tests.engine.runs import check, fix, page


def told(report: Report, id: str) -> str:
    """The page's sentence about this fix."""
    text = " ".join(" ".join(page(report)).split())
    return text[text.index(fix(report, id).title) :]


def in_json(report: Report, id: str) -> dict[str, object]:
    saved = json.loads(document.to_text(report))
    return next(each for finding in saved["findings"] for each in finding["fixes"] if each["id"] == id)


@pytest.fixture(scope="module")
def self_signed() -> Iterator[World]:
    """A Postgres that accepts nothing but TLS, and whose certificate nobody has signed."""
    hba = ("local all all trust", "hostssl all all 127.0.0.1/32 scram-sha-256")
    with World.running(tls=CertificateFault.SELF_SIGNED, hba=hba) as world:
        yield world


def of_postgres(world: World, **parameters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    password = quote(world.password.reveal(), safe="")
    return f"postgresql://{ROLE}:{password}@127.0.0.1:{world.postgres.port}/{DATABASE}?{query}"


def test_a_client_that_now_meets_the_certificate_has_advanced(self_signed: World) -> None:
    """node-postgres uses no TLS by default, and verifies the certificate under sslmode=require."""
    report = check(of_postgres(self_signed, sslmode="disable"), client="node-postgres")
    assert report.verdict.cause == "ssl-required"
    found = fix(report, "sslmode-require")
    assert (found.verification, found.verified_to) == ("advanced", "tls")
    assert found.next_obstacle is not None
    assert (found.next_obstacle.stage, found.next_obstacle.cause) == ("tls", "self-signed-certificate")
    assert (
        "ADVANCED: this failure no longer occurs; next obstacle: TLS, the server's certificate is self-signed"
        in told(report, "sslmode-require")
    )


def test_libpq_does_not_verify_so_the_same_fix_is_confirmed(self_signed: World) -> None:
    report = check(of_postgres(self_signed, sslmode="disable"))
    assert (fix(report, "sslmode-require").verification, report.verdict.cause) == ("confirmed", "ssl-required")


@pytest.mark.parametrize("named", ["{host}", "", " {endpoint}"])
def test_an_option_beside_a_misspelt_password_form_has_advanced(named: str, world: World) -> None:
    """The option names the endpoint, and the form then stays in the password: the login fails."""
    form = f"endpoint={named.format(host=world.host, endpoint=ENDPOINT)};{world.password.reveal()}"
    report = check(world.uri(password=form, channel_binding=None), client="libpq@13")
    found = [each for finding in report.findings for each in finding.fixes if each.verification == "confirmed"]
    assert found == []
    tried = [each for finding in report.findings for each in finding.fixes if each.id == "option-in-uri"]
    for each in tried:
        assert (each.verification, each.verified_to) == ("advanced", "auth")
        assert "password authentication failed" in each.message


def test_a_fix_that_meets_another_refusal_in_the_same_place_has_advanced(world: World) -> None:
    """The option names the endpoint, and then the endpoint's own network policy keeps this machine out."""
    host = world.add_endpoint(refuse_with=messages.ON_DEMAND["ip-not-allowed"])
    for given in ({}, {"error": f"ERROR:  {messages.ENDPOINT_NOT_SPECIFIED}"}):
        report = check(world.uri(host, channel_binding=None), client="libpq@13", **given)
        assert report.verdict.cause == "sni-missing"
        found = fix(report, "option-in-uri")
        assert (found.verification, found.verified_to) == ("advanced", "startup")
        assert "is not allowed to connect" in found.note
        saved = in_json(report, "option-in-uri")
        assert saved["verification"] == "advanced" and saved["note"] == found.note
        assert saved["next_obstacle"] == {
            "stage": "startup",
            "words": "",
            "cause": "ip-not-allowed",
            "rule": "startup/ip-not-allowed",
        }
        assert "next obstacle: start-up, This IP address" in told(report, "option-in-uri")


def test_two_faults_are_two_steps(world: World) -> None:
    text = world.uri(password="npg_wrong1234", sslmode="disable", channel_binding=None)
    report = check(text)
    assert report.verdict.cause == "ssl-required"
    found = fix(report, "sslmode-require")
    assert (found.verification, found.verified_to) == ("advanced", "auth")
    assert found.note.startswith("the server asks for the password now; next obstacle: login, ")


def test_our_own_deadline_refutes_nothing(world: World) -> None:
    """The compute needs longer than the whole run, so nobody can tell whether more time helps."""
    report = check(world.uri(world.add_endpoint(wake_s=30.0), connect_timeout="2"), deadline_s=5.0)
    found = fix(report, "more-time")
    assert (found.verification, found.note) == ("inconclusive", "a time limit of pgwhy ended the trial")


def test_what_the_server_says_to_who_waits_longer_is_the_cause(world: World) -> None:
    """The client gives up after two seconds; the server refuses after three, and says why."""
    refusal = messages.ON_DEMAND["running-operations"]
    host = world.add_endpoint(wake_s=3.0, refuse_with=refusal)
    report = check(world.uri(host, connect_timeout="2"))
    assert (report.verdict.status, report.verdict.cause) == ("fails", "compute-start-failed")
    assert refusal.text in str(report.observations.get("error.message"))
    assert report.observations.get("error.origin") == "observed"
    assert "refuted" not in [each.verification for finding in report.findings for each in finding.fixes]
    page(report)


def test_a_reported_text_stays_the_users_and_the_trial_names_what_follows(world: World) -> None:
    refusal = messages.ON_DEMAND["running-operations"]
    host = world.add_endpoint(wake_s=3.0, refuse_with=refusal)
    error = f'connection to server at "{host}", port 5432 failed: timeout expired'
    report = check(world.uri(host, connect_timeout="2"), error=error)
    assert report.observations.get("error.message") == error
    obstacles = [each.next_obstacle for finding in report.findings for each in finding.fixes if each.next_obstacle]
    assert {obstacle.cause for obstacle in obstacles} == {"compute-start-failed"}


def test_a_second_unknown_setting_does_not_refute_the_end_of_the_first(world: World) -> None:
    report = check(world.uri(sslmod="require", no_such_setting="5"))
    assert report.verdict.stage == "config"
    outcomes = {each.id: each for finding in report.findings for each in finding.fixes if each.change}
    assert "refuted" not in {str(each.verification) for each in outcomes.values()}
    assert "confirmed" not in {str(each.verification) for each in outcomes.values()}


def test_an_outcome_survives_being_saved(world: World) -> None:
    from pgwhy.probes import VOCABULARY

    report = check(world.uri(password="npg_wrong1234"), client="libpq@13")
    saved = json.loads(document.to_text(report))
    assert document.from_json(saved, VOCABULARY).findings == report.findings
    fixes = schema(VOCABULARY)["properties"]["findings"]["items"]["properties"]["fixes"]["items"]["properties"]
    assert fixes["verification"]["enum"] == ["confirmed", "advanced", "refuted", "inconclusive", "not tried"]
