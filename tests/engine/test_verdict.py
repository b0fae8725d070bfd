"""Whose failure it is: what the client printed, what this machine's own run did, and what is said first of both."""

from __future__ import annotations

import socket

import pytest

from pgwhy.lab.world import DATABASE, DOMAIN, ROLE, World
from tests.engine.password_taker import READY, answering, letting_in, row
from tests.engine.runs import MARKER, check, page
from tests.servers import closed_port, serving

OTHER = f"ep-old-morning-123456.{DOMAIN}"


def _unknown(name: str) -> tuple[str, ...]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_an_error_about_another_host_is_said_first(world: World) -> None:
    said = f'connection to server at "{OTHER}" (192.0.2.7), port 5432 failed: Connection refused'
    report = check(world.uri(), error=said)
    assert report.verdict.status == "fails"
    assert report.verdict.summary.startswith(f"The error is about {OTHER}, and this string names {world.host}")
    assert report.verdict.here is not None and report.verdict.here.endswith("on this machine connects")
    page(report)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("ERROR:  password authentication failed for user 'alex'", "wrong-password"),
        ("could not translate host name: Name or service not known", "dns-not-found"),
        ("FATAL:  sorry, too many clients already", "too-many-connections"),
    ],
)
def test_an_error_that_cannot_be_repeated_is_still_the_answer(world: World, said: str, cause: str) -> None:
    report = check(world.uri(), error=said)
    assert (report.verdict.status, report.verdict.cause) == ("fails", cause)
    assert report.verdict.summary.startswith("The string is right: ")
    assert report.findings[0].origin == "reported"
    assert report.verdict.ruled_out == (), "what holds here need not hold there"
    page(report)


UNUSED = "the client did not use this string."
RENAMED = "the client used another string, or a pooler on the way renames it."


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("getaddrinfo ENOTFOUND base", "The error is about base, and this string names {host}: " + UNUSED),
        (
            'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory',
            "The error is about the local socket /var/run/postgresql/.s.PGSQL.5432, and this string names {host}: "
            + UNUSED,
        ),
        (
            'connection to server at "{host}" (127.0.0.1), port 5433 failed: Connection refused',
            "The error is about port 5433, and this string says {port}: " + UNUSED,
        ),
        (
            "connect ECONNREFUSED 192.0.2.7:{port}",
            "The error is about 192.0.2.7, and from here {host} is 127.0.0.1. ",
        ),
        (
            "password authentication failed for user 'sasha'",
            'The error is about the role "sasha", and this string names "alex": ' + RENAMED,
        ),
        (
            'FATAL:  database "shop" does not exist',
            'The error is about the database "shop", and this string names "neondb": ' + RENAMED,
        ),
        (
            "failed to connect to `user=alex database=shop`: 127.0.0.1:{port} ({host}): server error",
            'The error is about the database "shop", and this string names "neondb": ' + RENAMED,
        ),
        (
            'connection to server at "{host}" (127.0.0.1), port {port} failed: Connection refused',
            "The string is right: this machine reaches {host} with it and connects, but the client does not reach it. ",
        ),
    ],
    ids=["name", "socket", "port", "address", "role", "database", "pgx", "network"],
)
def test_where_the_text_and_this_machine_part_is_said_first(world: World, said: str, first: str) -> None:
    known = {"host": world.host, "port": str(world.gateway.port)}
    report = check(world.uri(), error=said.format_map(known))
    assert report.verdict.status == "fails"
    assert report.verdict.summary.startswith(first.format_map(known)), report.verdict.summary
    assert " ".join(page(report)[1:6]).replace("  ", " ").find(first.format_map(known)[:30]) >= 0


@pytest.mark.parametrize(
    "said",
    [
        'connection to server at "127.0.0.1", port {port} failed: FATAL:  sorry, too many clients already',
        'connection to server at "{host}" (127.0.0.1), port {port} failed: FATAL:  sorry, too many clients already',
        'connection to server at "{HOST}.", port {port} failed: FATAL:  sorry, too many clients already',
        "password authentication failed for user 'alex'",
        'connection to server at "ep-xxxx-xxxx.us-east-2.aws.neon.tech", port {port} failed: FATAL:  too many clients',
        "password authentication failed for user '<user_name>'",
        'FATAL:  database "****" does not exist',
    ],
    ids=["the address alone", "both", "another spelling", "the role", "host", "role", "database blotted out"],
)
def test_what_is_the_same_in_other_words_is_no_disagreement(world: World, said: str) -> None:
    known = {"host": world.host, "HOST": world.host.upper(), "port": str(world.gateway.port)}
    report = check(world.uri(), error=said.format_map(known))
    assert report.verdict.summary.startswith("The string is right: pgwhy's client (libpq"), report.verdict.summary


@pytest.mark.parametrize(
    ("user", "role"), [("postgres.abcdefghij", "postgres"), ("alex@server", "alex")], ids=["Supabase", "Azure"]
)
def test_a_service_may_know_a_role_by_a_part_of_its_name(user: str, role: str) -> None:
    text = f"postgresql://{user.replace('@', '%40')}:{MARKER}@127.0.0.1:{closed_port()}/db"
    report = check(text, error=f'FATAL:  password authentication failed for user "{role}"')
    assert report.verdict.summary.startswith(
        "The client got further than this machine, from where 127.0.0.1 accepts no"
    )
    assert "The error is about" not in report.verdict.summary


def test_localhost_and_its_addresses_are_the_same_server() -> None:
    port = closed_port()
    for host, said in (("localhost", "127.0.0.1"), ("127.0.0.1", "localhost"), ("localhost", "::1")):
        report = check(f"postgresql://alex:{MARKER}@{host}:{port}/db", error=f"connect ECONNREFUSED {said}:{port}")
        assert "The error is about" not in report.verdict.summary, report.verdict.summary


def test_an_error_about_this_very_machine_where_the_string_names_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", _unknown)
    report = check(f"postgresql://alex:{MARKER}@db.test/neondb", error="connect ECONNREFUSED 127.0.0.1:5432")
    assert report.verdict.cause == "env-var-not-loaded"
    assert report.verdict.summary.startswith(f"The error is about 127.0.0.1, and this string names db.test: {UNUSED}")


def test_a_text_from_a_client_that_does_not_reach_what_this_machine_reaches(world: World) -> None:
    said = f'connection to server at "{world.host}" (127.0.0.1), port {world.gateway.port} failed: Connection refused'
    report = check(world.uri(password="npg_wrong1234"), error=said)
    assert report.verdict.summary.startswith(f"The client does not reach {world.host}; this machine does, and then")


def test_a_broken_string_is_read_in_different_ways_so_nothing_is_concluded_from_that() -> None:
    report = check(f"postgresql://alex:{MARKER}@x@127.0.0.1:{closed_port()}/db", error="getaddrinfo ENOTFOUND base")
    assert "did not use this string" not in report.verdict.summary


def test_a_text_that_fits_nothing_leaves_the_cause_open(world: World) -> None:
    report = check(world.uri(), error="something odd happened on a Tuesday")
    assert (report.verdict.status, report.verdict.cause) == ("fails", None)
    assert report.verdict.summary.startswith("The string is right: ")
    assert report.verdict.next
    page(report)


def test_a_text_of_a_query_is_no_connection_problem(world: World) -> None:
    report = check(world.uri(), error='ERROR:  relation "users" does not exist')
    assert (report.verdict.status, report.verdict.cause) == ("connects", "not-a-connection-problem")
    page(report)


def test_both_fail_and_that_is_said(world: World) -> None:
    said = "ERROR:  password authentication failed for user 'alex'"
    report = check(world.uri(password="npg_wrong1234"), error=said)
    assert report.verdict.cause == "wrong-password"
    assert report.verdict.here is not None and "fails too" in report.verdict.here
    assert not report.verdict.summary.startswith("The string is right")


def test_what_connects_has_no_error_whatever_a_rule_may_say(world: World) -> None:
    """A private address, an unknown chain, an expired certificate: circumstances, as long as the login gets through."""
    report = check(world.uri(sslmode=None, channel_binding=None))
    assert report.verdict.status == "connects" and report.verdict.cause is None
    assert report.verdict.stage is None and report.verdict.ruled_out == ()


def test_the_next_host_is_tried_where_the_first_takes_no_connection(world: World) -> None:
    text = f"postgresql://{ROLE}:{world.password.reveal()}@127.0.0.1:{closed_port()},127.0.0.1:{world.postgres.port}"
    report = check(f"{text}/{DATABASE}")
    assert report.verdict.status == "connects"
    assert report.observations.get("authentication.address") == "127.0.0.1"


def test_the_next_host_is_tried_where_the_first_is_not_the_server_wanted(world: World) -> None:
    """target_session_attrs=read-write, and the first host is read-only: libpq goes on, and so does the run."""
    read_only = letting_in(answering(row(b"on"), READY))
    with serving(read_only) as port:
        hosts = f"127.0.0.1:{port},127.0.0.1:{world.postgres.port}"
        text = f"postgresql://{ROLE}:{world.password.reveal()}@{hosts}/{DATABASE}?target_session_attrs=read-write"
        assert check(text).verdict.status == "connects"
        alone = check(text.replace(f",127.0.0.1:{world.postgres.port}", ""))
    assert alone.verdict.status == "fails"
    assert "session is read-only" in (alone.observations.get("authentication.message") or "")


def test_without_a_host_that_is_found_no_login_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pgwhy.network.resolve._getaddrinfo", _unknown)
    report = check(f"postgresql://alex:{MARKER}@db.test/neondb")
    assert (report.verdict.cause, report.verdict.stage) == ("dns-not-found", "dns")
    assert report.observations.get("authentication.not_tried_because") == "earlier-stage"
