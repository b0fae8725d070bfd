"""Whose failure it is: names, versions, error texts, and the table behind them."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

import pytest

from pgwhy import client
from pgwhy.client import LIBPQ_HERE, ChannelBinding, Client, ClientKind, UnknownClient

TABLE = tomllib.loads((Path(client.__file__).with_name("clients.toml")).read_text("utf-8"))


def facts(who: Client, **changes: object) -> client.ClientFacts:
    given: dict[str, object] = {
        "version": who.version,
        "host_is_name": True,
        "sslsni": True,
        "sslmode": "require",
        "dialect": "uri",
        "connect_timeout": 0,
    }
    return client.facts_of(who, **{**given, **changes})  # type: ignore[arg-type]


def test_without_a_word_from_the_user_the_run_speaks_for_libpq_here() -> None:
    assert client.resolve(None, None, None) is LIBPQ_HERE


@pytest.mark.parametrize(("name", "sends"), [("libpq@13", False), ("libpq@14", True), ("psql@12.3", False)])
def test_libpq_sends_sni_from_14_on(name: str, sends: bool) -> None:
    assert client.resolve(name, None, None).sends_sni is sends


@pytest.mark.parametrize("name", ["ruby-pg@1.4.5", "sqlalchemy@2.0.30", "django@4.2", "typeorm@0.3"])
def test_the_version_of_a_framework_or_a_binding_is_not_the_drivers(name: str) -> None:
    assert client.resolve(name, None, None) == client.resolve(name.partition("@")[0], None, None)


def test_libpq_12_refuses_channel_binding_as_a_parameter() -> None:
    who = client.resolve("libpq@12", None, None)
    assert "channel_binding" in who.refused_parameters
    assert who.channel_binding is ChannelBinding.AUTOMATIC
    assert "channel_binding" not in client.resolve("libpq@13", None, None).refused_parameters


def test_old_pgx_sends_sni_only_under_verify_full() -> None:
    old = client.resolve("pgx@4.17.2", None, None)
    assert facts(old).sends_sni is False
    assert facts(old, sslmode="verify-full").sends_sni is True


def test_postgres_js_sends_sni_from_3_3_4_on() -> None:
    assert client.resolve("postgres.js@3.3.3", None, None).sends_sni is False
    assert client.resolve("postgres.js@3.3.4", None, None).sends_sni is True


def test_psycopg2_without_a_version_cannot_be_told() -> None:
    assert facts(client.resolve("psycopg2", None, None)).sends_sni is None
    assert facts(client.resolve("psycopg2@2.9.1", None, None)).sends_sni is False


@pytest.mark.parametrize(
    ("changes", "blocked_by"),
    [({"host_is_name": False}, "ip-address"), ({"sslsni": False}, "sslsni"), ({"sslmode": "disable"}, "no-tls")],
)
def test_what_keeps_a_modern_client_from_sending_sni(changes: dict[str, object], blocked_by: str) -> None:
    seen = facts(LIBPQ_HERE, **changes)
    assert (seen.sends_sni, seen.sni_blocked_by) == (False, blocked_by)


def test_the_endpoint_text_gives_a_client_without_sni_away() -> None:
    who = client.resolve(None, "FATAL: ERROR:  Endpoint ID is not specified. Either please upgrade", None)
    assert (who.id, who.sends_sni, who.guessed) == ("unknown", False, True)


def test_a_named_client_beats_what_the_text_gives_away() -> None:
    who = client.resolve("node-postgres", "Endpoint ID is not specified", None)
    assert (who.id, who.sends_sni, who.named) == ("node-postgres", True, True)


def test_a_jdbc_string_names_pgjdbc() -> None:
    who = client.resolve(None, None, "pgjdbc")
    assert (who.id, who.guessed, facts(who, dialect="jdbc").settings) == ("pgjdbc", True, "jdbc")


def test_a_misspelt_name_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownClient, match="did you mean psycopg2"):
        client.resolve("pscopg2", None, None)


def test_the_time_limit_of_the_target_beats_the_clients_own() -> None:
    prisma = client.resolve("prisma", None, None)
    assert facts(prisma).connect_timeout_s == 5
    assert facts(prisma, connect_timeout=15).connect_timeout_s == 15


def test_every_entry_of_the_table_has_a_known_shape_and_a_source() -> None:
    keys = {field.name for field in dataclasses.fields(Client)} | {"aliases", "versioned_apart", "version", "unknown"}
    for name, entry in TABLE.items():
        if name == "signature":
            continue
        assert set(entry) <= keys, name
        assert entry["source"].startswith("https://"), name
        assert entry.get("driver", name) in TABLE, name
        assert set(entry.get("unknown", ())) <= set(TABLE[entry.get("driver", name)]), name
        assert isinstance(client.resolve(name, None, None), Client)
        for block in entry.get("version", ()):
            assert set(block) <= keys | {"below"}
            assert client.resolve(f"{name}@0.0.1", None, None)


def test_a_program_has_the_habits_of_its_driver_but_what_it_says_itself() -> None:
    who = client.resolve("dbeaver", None, None)
    assert (who.family, who.default_sslmode, who.kind) == ("java", "prefer", ClientKind.PROGRAM)
    assert facts(who).settings == "form"
    assert facts(who, dialect="jdbc").settings == "jdbc"


def test_a_clients_version_says_nothing_of_the_driver_inside_it() -> None:
    assert client.resolve("dbeaver@7", None, None).channel_binding is ChannelBinding.SUPPORTED


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("libpq@13", ["upgrade", "option", "database-field", "password"]),
        ("psycopg2@2.9.1", ["upgrade", "option", "password"]),
        ("pgx@4.17.2", ["upgrade", "option", "verify-full", "password"]),
        ("postico@1.5.20", ["upgrade", "database-field"]),
        ("grafana", ["verify-full"]),
        ("aws-dms", ["password"]),
    ],
)
def test_each_client_has_its_own_ways_to_name_the_endpoint(name: str, ways: list[str]) -> None:
    assert list(facts(client.resolve(name, None, None)).workarounds or ()) == ways


def test_what_a_client_prints_tells_what_the_table_cannot() -> None:
    text = "ERROR:  Endpoint ID is not specified. Either please upgrade"
    assert client.resolve("tableplus@430", None, None).sends_sni is None
    assert client.resolve("tableplus@430", text, None).sends_sni is False
    assert client.resolve("tableplus@430", text, None).named


def test_a_go_service_sends_sni_with_verify_full() -> None:
    grafana = client.resolve("grafana", None, None)
    assert facts(grafana).sends_sni is None
    assert facts(grafana, sslmode="verify-full").sends_sni is True


def test_node_by_its_own_version_has_its_own_patience() -> None:
    assert facts(client.resolve("node@20", None, None)).per_address_ms == 250
    assert facts(client.resolve("node@18.20", None, None)).per_address_ms == 0
    assert facts(client.resolve("node@20", None, None)).title == "Node 20"


def test_every_alias_names_one_client() -> None:
    every = [
        alias for name, entry in TABLE.items() if name != "signature" for alias in [name, *entry.get("aliases", [])]
    ]
    assert len(every) == len(set(every))


def test_every_signature_names_a_client_of_the_table() -> None:
    for signature in TABLE["signature"]:
        assert signature["client"] == "unknown" or signature["client"] in TABLE
        assert all(word == word.casefold() for word in signature["contains"])
