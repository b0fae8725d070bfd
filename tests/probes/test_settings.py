"""What the settings say before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pgwhy.client import LIBPQ_HERE, Client, resolve
from pgwhy.machine import Machine
from pgwhy.probes import settings
from pgwhy.probes.settings import Contradiction, SettingsFacts
from pgwhy.target import parameters
from tests.probes.conftest import NEON_HOST, Look

MARKER = "Xq7planted"


def record(look: Look, text: str, client: Client = LIBPQ_HERE) -> SettingsFacts:
    found = look(text, settings.PROBE, client=client).records["settings"]
    assert isinstance(found, SettingsFacts)
    return found


def test_a_healthy_string_is_readable_and_has_nothing_to_say(look: Look) -> None:
    text = f"postgresql://u:{MARKER}@{NEON_HOST}/d?sslmode=require&channel_binding=require&connect_timeout=10"
    seen = record(look, text)
    assert seen.readable is True
    said = {name: value for name, value in seen.facts().items() if value and name != "readable"}
    assert said == {}


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("undefined", 'missing "=" after "undefined" in connection info string'),
        ("postgresql://u@h/d?sslmod=require", 'invalid URI query parameter: "sslmod"'),
        (f"psql 'postgresql://u:{MARKER}@h/d'", 'missing "=" after "psql" in connection info string'),
        (f"postgresql://u:5%{MARKER}@h/d", 'invalid percent-encoded token: "PASSWORD_HERE%PASSWORD_HERE"'),
        (f'"postgresql://u:{MARKER}@h/d"', 'missing "=" after ""postgresql://u:PASSWORD_HERE@h/d""'),
        (f"host=h password={MARKER} {MARKER}", 'missing "=" after "PASSWORD_HERE" in connection info string'),
    ],
)
def test_libpqs_own_words_are_told_without_the_secret(look: Look, text: str, refusal: str) -> None:
    seen = record(look, text)
    assert seen.client_refusal is not None and seen.client_refusal.startswith(refusal)
    assert seen.readable is False


@pytest.mark.parametrize(
    ("text", "name", "value", "near"),
    [
        ("postgresql://h/d?sslmode=required", "sslmode", "required", "require"),
        ("postgresql://h/d?sslmode=verify_full", "sslmode", "verify_full", "verify-full"),
        ("postgresql://h/d?sslmode=require\n", "sslmode", "require\n", "require"),
        ("postgresql://h/d?channel_binding=yes", "channel_binding", "yes", ""),
        ("host=h sslnegotiation=Direct", "sslnegotiation", "Direct", "direct"),
        ("host=h target_session_attrs=readwrite", "target_session_attrs", "readwrite", "read-write"),
        ("host=h gssencmode=none", "gssencmode", "none", ""),
        ("host=h connect_timeout=10s", "connect_timeout", "10s", ""),
        ("postgresql://u:p@h:70000/d", "port", "70000", ""),
    ],
)
def test_a_value_that_libpq_refuses_is_named_with_the_nearest_it_takes(
    look: Look, text: str, name: str, value: str, near: str
) -> None:
    seen = record(look, text)
    assert (seen.invalid_parameter, seen.invalid_value, seen.valid_value) == (name, value, near)
    assert seen.readable is False


def test_libpq_itself_refuses_what_our_lists_refuse() -> None:
    from psycopg import pq

    def says(name: str, value: str) -> bool:
        connection = pq.PGconn.connect_start(f"host=/nonexistent {name}='{value}'".encode())
        message = connection.error_message.decode()
        connection.finish()
        return "invalid" in message and "No such file" not in message

    for name, values in parameters.VALUES.items():
        if name == "sslcertmode" or name.endswith("protocol_version"):
            continue  # libpq compares these with each other and with what it was built with
        for value in (*values, "nonsense", ""):
            assert says(name, value) == parameters.refuses(name, value), (name, value)


def test_libpq_refuses_a_typing_error_and_another_drivers_parameter(look: Look) -> None:
    seen = record(look, "postgresql://h/d?sslmod=require&pgbouncer=true&connection_limit=5")
    assert (seen.unknown_parameters, seen.nearest_parameter) == (("sslmod",), "sslmode")
    assert (seen.refused_parameters, seen.foreign_parameters) == (("pgbouncer", "connection_limit"), ())
    assert seen.readable is False
    seen = record(look, "postgresql://h/d?pgbouncer=true&schema=public")
    assert (seen.client_refusal, seen.readable) == ('invalid URI query parameter: "pgbouncer"', False)
    assert (seen.unknown_parameters, seen.refused_parameter_readers) == ((), ("prisma",))
    seen = record(look, "postgresql://h/d?channelbinding=require")
    assert (seen.refused_foreign_parameter, seen.nearest_parameter) == ("channelbinding", "channel_binding")


def test_who_ignores_or_forwards_a_typing_error_still_connects(look: Look) -> None:
    text = "postgresql://h/d?sslmod=require"
    node = record(look, text, resolve("node-postgres", None, None))
    assert (node.ignored_parameters, node.unknown_parameters, node.readable) == (("sslmod",), (), True)
    pgx = record(look, text, resolve("pgx", None, None))
    assert (pgx.forwarded_parameters, pgx.unknown_parameters, pgx.readable) == (("sslmod",), (), True)
    rust = record(look, text, resolve("tokio-postgres", None, None))
    assert (rust.unknown_parameters, rust.readable) == (("sslmod",), False)


def test_a_named_client_refuses_forwards_or_reads_a_parameter(look: Look) -> None:
    text = "postgresql://h/d?pgbouncer=true&channel_binding=require"
    old = record(look, text, resolve("libpq@12", None, None))
    assert old.refused_parameters == ("channel_binding", "pgbouncer")
    assert old.client_refusal == 'invalid URI query parameter: "pgbouncer"'
    prisma = record(look, text, resolve("prisma", None, None))
    assert (prisma.foreign_parameters, prisma.refused_parameters, prisma.readable) == ((), (), True)
    pgx = record(
        look, "postgresql://h/d?search_path=app&schema=x&channel_binding=require", resolve("pgx@5.7.6", None, None)
    )
    assert pgx.forwarded_parameters == ("channel_binding", "schema")
    node = record(look, "postgresql://h/d?schema=x", resolve("node-postgres", None, None))
    assert (node.foreign_parameters, node.readable) == (("schema",), True)


def test_sqlalchemy_hands_asyncpg_only_what_it_has_arguments_for(look: Look) -> None:
    text = "postgresql+asyncpg://u:p@h/d?sslmode=require&channel_binding=require&prepared_statement_cache_size=0"
    seen = record(look, text, resolve(None, None, "asyncpg"))
    assert set(seen.refused_parameters or ()) == {"sslmode", "channel_binding"}
    assert record(look, "postgresql+asyncpg://u:p@h/d?ssl=require", resolve(None, None, "asyncpg")).readable is True
    assert record(look, "postgresql+psycopg://u:p@h/d?sslmode=require", resolve(None, None, "psycopg")).readable is True


def test_a_jdbc_url_is_read_by_java_and_refused_by_a_named_libpq(look: Look) -> None:
    text = f"jdbc:postgresql://h/d?user=u&password={MARKER}&prepareThreshold=0"
    java = record(look, text, resolve(None, None, "pgjdbc"))
    assert (java.readable, java.unknown_parameters, java.foreign_parameters) == (True, (), ())
    psql = record(look, text, resolve("psql", None, None))
    assert psql.client_refusal == 'invalid connection option "jdbc:postgresql://h/d?user"'
    bare = record(look, "jdbc:postgresql://h/d", resolve("psql", None, None))
    assert bare.client_refusal == 'missing "=" after "jdbc:postgresql://h/d" in connection info string'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sslnegotiation=direct", Contradiction.DIRECT_NEEDS_TLS),
        ("sslrootcert=system&sslmode=require", Contradiction.SYSTEM_ROOT_NEEDS_VERIFY_FULL),
        ("sslmode=disable&channel_binding=require", Contradiction.CHANNEL_BINDING_WITHOUT_TLS),
    ],
)
def test_settings_that_cannot_hold_together(look: Look, query: str, expected: Contradiction) -> None:
    assert record(look, f"postgresql://h/d?{query}").contradictions == (expected,)


def test_the_endpoint_in_the_password_needs_clear_text_and_no_sni(look: Look) -> None:
    text = f"postgresql://u:endpoint%3Dep-x%3B{MARKER}@{NEON_HOST}/d?channel_binding=require"
    both = (Contradiction.ENDPOINT_PASSWORD_WITH_CHANNEL_BINDING, Contradiction.ENDPOINT_PASSWORD_WITH_SNI)
    assert record(look, text).contradictions == both
    assert record(look, text + "&sslsni=0").contradictions == both[:1]
    assert record(look, "postgresql://h/d?sslrootcert=system").contradictions == ()


def test_what_a_template_left_behind(look: Look) -> None:
    every = ("host", "user", "dbname", "password")
    assert record(look, "postgresql://[user]:[password]@[neon_hostname]/[dbname]").placeholders == every
    assert record(look, "host='<host>' user=your_username password=****").placeholders == ("host", "user", "password")
    assert record(look, "postgresql://app:s3cret@your-host.example.com/app").placeholders == ("host",)
    assert record(look, f"postgresql://neondb_owner:npg_abc@{NEON_HOST}/neondb").placeholders == ()


def test_another_password_for_the_same_connection(look: Look, machine: Machine) -> None:
    assert machine.home is not None
    file = machine.home / ".pgpass"
    file.write_text(f"*:*:*:u:{MARKER}\n")
    file.chmod(0o600)
    assert record(look, "postgresql://u:other@h/d").password_elsewhere == f"{file} line 1"
    assert record(look, f"postgresql://u:{MARKER}@h/d").password_elsewhere == ""
    assert record(look, "postgresql://u@h/d").password_elsewhere == ""


def test_a_password_file_that_libpq_ignores(look: Look, machine: Machine) -> None:
    assert machine.home is not None
    file = machine.home / ".pgpass"
    file.write_text(f"*:*:*:u:{MARKER}\n")
    file.chmod(0o644)
    assert record(look, "postgresql://u@h/d").passfile_ignored == str(file)
    assert record(look, "postgresql://u:own@h/d").passfile_ignored == ""


def test_the_root_file_that_verification_needs(look: Look, machine: Machine, tmp_path: Path) -> None:
    assert machine.postgres_folder is not None
    own = machine.postgres_folder / "root.crt"
    assert record(look, "postgresql://h/d?sslmode=verify-full").root_file_missing == str(own)
    assert record(look, "postgresql://h/d?sslmode=require").root_file_missing == ""
    assert record(look, "postgresql://h/d?sslmode=verify-full&sslrootcert=system").root_file_missing == ""
    old = record(look, "postgresql://h/d?sslmode=verify-full&sslrootcert=system", resolve("psql@15", None, None))
    assert old.root_file_missing == "system"
    given = record(look, "postgresql://h/d?sslmode=verify-ca&sslrootcert=my.pem")
    assert given.root_file_missing == str(tmp_path / "my.pem")
    own.parent.mkdir()
    own.write_text("")
    assert record(look, "postgresql://h/d?sslmode=verify-full").root_file_missing == ""


def test_the_key_of_a_client_certificate(look: Look, tmp_path: Path) -> None:
    text = f"host=h sslcert={tmp_path / 'my.crt'} sslkey={tmp_path / 'my.key'}"
    assert record(look, text).client_key_fault == f"the certificate {tmp_path / 'my.crt'} does not exist"
    (tmp_path / "my.crt").write_text("")
    assert "my.key for" in (record(look, text).client_key_fault or "")
    key = tmp_path / "my.key"
    key.write_text("")
    key.chmod(0o644)
    assert "others may read" in (record(look, text).client_key_fault or "")
    key.chmod(0o600)
    assert record(look, text).client_key_fault == ""


def test_what_is_not_there_cannot_be_read(look: Look) -> None:
    for text in ("env:NOT_SET", "@not-there", "service=nowhere"):
        seen = record(look, text)
        assert (seen.nothing_to_read, seen.readable) == (True, False)


def test_a_guessed_client_counts_as_a_named_one(look: Look) -> None:
    guessed = replace(resolve("tokio-postgres", None, None), named=False, guessed=True)
    assert record(look, "postgresql://h/d?pgbouncer=true", guessed).refused_parameters == ("pgbouncer",)
