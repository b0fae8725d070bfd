"""The classic ticket: the same string connects with one client and not with an older one, which sends no SNI."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from pgwhy.cli import run
from pgwhy.lab.world import World
from tests.engine.runs import cause, check, fix, page
from tests.old_clients import run_old_client

CASES = pytest.mark.parametrize(
    ("major", "channel_binding"), [(13, "require"), (13, None), (12, None)], ids=["13 masked", "13", "12"]
)


def edited(text: str, edit: str) -> str:
    """The string with the printed edit done to it literally: `remove ... from ...`, `append ...`."""
    removed, appended = re.findall(r"remove `?([&?][^`\s]+)", edit), re.findall(r"append `?([&?][^`\s]+)`?", edit)
    assert removed or appended, edit
    for part in removed:
        assert text.count(part) == 1
        text = text.replace(part, "")
    return text + "".join(appended)


@CASES
def test_what_the_old_client_printed_leads_to_the_edit_that_lets_it_in(
    world: World, major: int, channel_binding: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    text = world.uri(channel_binding=channel_binding)
    failed = run_old_client(major, text)
    assert failed.status == 1

    report = check(text, error=failed.stderr)
    assert report.verdict.cause == "sni-missing" and report.verdict.status == "fails"
    assert report.verdict.summary.startswith("The string is right: pgwhy's client (libpq")
    assert report.verdict.here is not None and report.verdict.here.endswith("on this machine connects")
    found = fix(report, "option-in-uri")
    assert (found.verification, found.verified_to) == ("confirmed", "session")
    page(report)

    repaired = run_old_client(major, edited(text, found.edit))
    assert (repaired.status, repaired.stdout) == (0, "alex"), repaired.stderr
    whole = found.connection_string.replace("PASSWORD_HERE", quote(world.password.reveal(), safe=""))
    assert whole == edited(text, found.edit)

    assert run([text, "--error", failed.stderr]) == 1
    assert "CONFIRMED" in capfd.readouterr().out


@CASES
def test_naming_the_old_client_finds_the_same(
    world: World, major: int, channel_binding: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    text = world.uri(channel_binding=channel_binding)
    report = check(text, client=f"libpq@{major}")
    assert report.verdict.cause == "sni-missing"
    assert report.tested_as == {"client": "libpq", "version": str(major), "guessed": False}
    found = fix(report, "option-in-uri")
    assert (found.verification, found.verified_to) == ("confirmed", "session")
    assert run_old_client(major, edited(text, found.edit)).status == 0
    page(report)
    assert run([text, "--client", f"libpq@{major}"]) == 1
    assert capfd.readouterr().out.startswith(f"FAILS in libpq {major}: ")


def test_the_string_alone_connects_from_here(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([world.uri()]) == 0
    out = capfd.readouterr().out
    assert out.startswith("CONNECTS in ") and "without SNI (libpq before 14) is refused" in out


def test_libpq_12_is_told_of_channel_binding_first_and_only_what_lets_it_in_is_confirmed(world: World) -> None:
    """It does not know the setting; without it, it still sends no SNI. So taking it out is a step, not the end."""
    text = world.uri()
    failed = run_old_client(12, text)
    for given in ({"error": failed.stderr, "client": "libpq@12"}, {"client": "libpq@12"}):
        report = check(text, **given)
        assert (report.verdict.cause, report.verdict.stage) == ("invalid-connection-option", "config")
        assert "channel_binding" in " ".join(page(report))
        confirmed = [f for finding in report.findings for f in finding.fixes if f.verification == "confirmed"]
        assert [remedy.id for remedy in confirmed] == ["remove-channel-binding-and-name-endpoint"]
        removing = fix(report, "remove-channel-binding")
        assert (removing.verification, removing.verified_to) == ("advanced", "startup")
        assert removing.note.startswith("the client accepts the settings now; next obstacle: start-up, ")
        assert removing.next_obstacle is not None and removing.next_obstacle.cause == "sni-missing"
    assert run_old_client(12, edited(text, confirmed[0].edit)).stdout == "alex"
    shorter = edited(text, removing.edit)
    assert "Endpoint ID is not specified" in run_old_client(12, shorter).stderr
    assert check(shorter, client="libpq@12").verdict.cause == "sni-missing"


def test_the_text_of_libpq_12_alone_is_enough(world: World) -> None:
    report = check(world.uri(), error=run_old_client(12, world.uri()).stderr)
    assert report.verdict.cause == "invalid-connection-option"
    assert report.verdict.here is not None and report.verdict.here.endswith("connects")


@pytest.mark.parametrize("client", ["psycopg2@2.8", "pgx@4", "lib/pq", "pgjdbc"])
def test_other_clients_without_sni_are_imitated(world: World, client: str) -> None:
    report = check(world.uri(channel_binding=None), client=client)
    if report.observations.get("client.sends_sni") is False:
        assert report.verdict.cause == "sni-missing"
        assert any(remedy.verification == "confirmed" for remedy in cause(report).fixes)
    else:
        assert report.verdict.status == "connects"


def test_a_wrong_password_behind_it_is_the_next_obstacle_of_the_fix(world: World) -> None:
    """The option helps with the endpoint, and the login then fails for another reason: both are said."""
    report = check(world.uri(password="npg_wrong1234"), client="libpq@13")
    found = fix(report, "option-in-uri")
    assert report.verdict.cause == "sni-missing"
    assert (found.verification, found.verified_to) == ("advanced", "auth")
    assert "password authentication failed" in found.note and "logged in" not in found.note
