"""A string is read as the client spoken for reads it: the passwords, the host, the repair in one edit."""

from __future__ import annotations

import itertools

import pytest

from pgwhy.client import resolve
from pgwhy.target import Change, apply, as_read_by, edit, read
from pgwhy.target.dialects.uri_parts import IN_PASSWORDS
from pgwhy.target.model import CannotChange, SourceKind, Target
from pgwhy.target.problem import ProblemCode
from tests.target.machines import MARKER, machine

CLIENTS = ("node-postgres", "postgres-js", "pgx", "pgx@5.7.4", "lib-pq", "asyncpg", "tokio-postgres")
ENCODE = Change(repair="percent-encode-password")


def by(client: str, text: str) -> Target:
    return as_read_by(read(text, machine()), resolve(client, None, None))


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("raw", ["".join(pair) for pair in itertools.permutations(IN_PASSWORDS, 2)])
def test_what_a_client_cannot_read_in_a_password_is_repaired_in_one_edit(name: str, raw: str) -> None:
    password = f"w{raw[0]}rd{raw[1]}{MARKER}"
    target = by(name, f"postgresql://ann:{password}@db.example.com/shop")
    taken = resolve(name, None, None).raw_in_password or ()
    assert bool(target.problems) is not (set(raw) <= set(taken))
    if not target.problems:
        assert target.password is not None and target.password.reveal() == password
        assert target.value("host") == "db.example.com"
        return
    repaired = apply(target, ENCODE)
    assert repaired.problems == () and repaired.password is not None
    assert (repaired.password.reveal(), repaired.value("host")) == (password, "db.example.com")
    told = edit(target, ENCODE).text
    assert all(f"for `{character}`" in told for character in raw)
    assert MARKER not in told + "".join(problem.detail for problem in target.problems)


def test_a_query_without_a_login_is_no_password() -> None:
    assert by("node-postgres", "postgresql://db.example.com:5432?user=ann%40shop").problems == ()
    assert by("lib-pq", "postgresql://db.example.com/shop?application_name=a@b").problems == ()


def test_without_a_host_a_driver_goes_to_localhost_or_to_the_socket() -> None:
    host = by("lib-pq", "postgresql:///shop").settings["host"]
    assert (host.value, host.source.kind, str(host.source)) == ("localhost", SourceKind.DEFAULT, "lib/pq's default")
    assert "host" not in by("psql", "postgresql:///shop").settings
    assert "host" not in by("pgx", "postgresql:///shop").settings


def test_a_change_is_read_in_the_same_way() -> None:
    target = by("postgres-js", "postgresql://db.example.com/shop?host=other.example.com&sslmode=requir")
    changed = apply(target, Change(set=(("sslmode", "require"),)))
    assert (changed.value("host"), changed.value("sslmode")) == ("db.example.com", "require")
    assert apply(by("lib-pq", "postgresql://ann:a#b@/d"), ENCODE).value("host") == "localhost"


def test_a_form_of_host_that_a_client_cannot_read_is_a_problem_of_its_own() -> None:
    for client, text in (("postgres-js", "postgresql://[::1]/d"), ("tokio-postgres", "postgresql:///d")):
        problem = by(client, text).problems[0]
        assert (problem.code, problem.refused) == (ProblemCode.HOST_NOT_READ, True)


def test_a_misspelt_parameter_gets_its_right_name_and_keeps_its_value() -> None:
    target = read("postgresql://h/d?sslmod=require&channelbinding=require&pgbouncer=true", machine())
    right = apply(target, Change(repair="right-parameter-name"))
    assert (right.value("sslmode"), right.value("channel_binding")) == ("require", "require")
    assert set(right.foreign) == {"pgbouncer"}
    assert "`sslmod=` → `sslmode=`" in edit(target, Change(repair="right-parameter-name")).text
    keywords = apply(read("host=h sslmod = require", machine()), Change(repair="right-parameter-name"))
    assert keywords.value("sslmode") == "require"
    later = apply(
        read("postgresql://h/d?sslmode=prefer&sslmod=require", machine()), Change(repair="right-parameter-name")
    )
    assert later.value("sslmode") == "require"  # libpq takes the later one of two
    with pytest.raises(CannotChange):
        apply(read("postgresql://h/d?pgbouncer=true", machine()), Change(repair="right-parameter-name"))
