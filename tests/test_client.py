"""Whose failure it is: names, versions, error texts, and the table behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgwhy import client
from pgwhy.authoring import client_table
from pgwhy.client import LIBPQ_HERE, ChannelBinding, Client, ClientKind, UnknownClient
from pgwhy.rulebook.compiled import RuleError


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


@pytest.mark.parametrize(("name", "known"), [("postgres-js", True), ("libpq", False), ("psycopg", False)])
def test_only_a_client_that_was_seen_to_is_said_to_reconnect_without_end(name: str, known: bool) -> None:
    assert facts(client.resolve(name, None, None)).reconnects_without_end is known


@pytest.mark.parametrize("name", ["rails@7.1", "sqlalchemy@2.0.30", "django@4.2", "typeorm@0.3"])
def test_the_version_of_a_framework_or_a_binding_is_not_the_drivers(name: str) -> None:
    assert client.resolve(name, None, None) == client.resolve(name.partition("@")[0], None, None)


def test_libpq_12_refuses_channel_binding_as_a_parameter() -> None:
    who = client.resolve("libpq@12", None, None)
    assert "channel_binding" in who.refused_parameters
    assert who.channel_binding is ChannelBinding.AUTOMATIC
    assert "channel_binding" not in client.resolve("libpq@13", None, None).refused_parameters


def test_libpq_knows_oauth_from_18_on_and_psycopg_may_be_on_any() -> None:
    known = [
        client.resolve(name, None, None).knows_oauth for name in ("libpq@17.6", "libpq@18", "libpq", "psycopg@3.2")
    ]
    assert known == [False, True, None, None]


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


def test_every_entry_of_the_table_is_right_and_can_be_read() -> None:
    client_table.check()
    for name in client.names():
        assert isinstance(client.resolve(name, None, None), Client)
        assert client.resolve(f"{name}@0.0.1", None, None)


ENTRY = """
[acme]
title = "acme"
source = "https://acme.example/"
aliases = ["acme-orm"]
sends_sni = true
kind = "driver"

[acme-pool]
title = "acme-pool"
source = "https://acme.example/pool"
driver = "acme"
unknown = ["kind"]
[[acme-pool.version]]
below = "3"
connect_timeout_s = 5

[[signature]]
contains = ["acme:"]
client = "acme"
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("sends_sni", "send_sni", 'line 6: acme.send_sni: unknown key; did you mean "sends_sni"?'),
        ("sends_sni = true", 'sends_sni = "yes"', "line 6: acme.sends_sni: is true or false"),
        ('kind = "driver"', 'kind = "drivr"', 'acme.kind: "drivr" is not among driver, program, service; did you mean'),
        ('title = "acme"\n', "", "acme.title: missing"),
        ('title = "acme"\n', "title = 5\n", "acme.title: is a text"),
        ('title = "acme"\n', 'title = ""\n', "acme.title: is empty"),
        ('https://acme.example/"', 'measured"', "acme.source: is the address of a page"),
        ('["acme-orm"]', '"acme-orm"', "acme.aliases: is a list"),
        ('["acme-orm"]', "[7]", "acme.aliases: is a text"),
        ('["acme-orm"]', '["acme-pool"]', 'acme-pool.aliases: "acme-pool" is the name of acme already'),
        ('["acme-orm"]', '["Acme-ORM"]', '"Acme-ORM" is written in small letters'),
        ('aliases = ["acme-orm"]', 'versioned_apart = ["orm"]', '"orm" is not among the aliases'),
        ('driver = "acme"', 'driver = "acne"', 'acme-pool.driver: no client "acne"; did you mean "acme"?'),
        ('unknown = ["kind"]', 'unknown = ["kid"]', 'acme-pool.unknown: no habit "kid"; did you mean "kind"?'),
        ('unknown = ["kind"]', 'unknown = ["roots"]', "acme-pool.unknown: acme says nothing of roots"),
        ('below = "3"\n', "", "acme-pool.version[1].below: missing"),
        ('below = "3"', 'below = "three"', "acme-pool.version[1].below: is a version"),
        ("connect_timeout_s = 5", "connect_timeout_s = true", "acme-pool.version[1].connect_timeout_s: is a number"),
        ('["acme:"]', '["Acme:"]', 'signature[1].contains: "Acme:" is written in small letters'),
        ('client = "acme"', 'client = "acm"', 'signature[1].client: no client "acm"; did you mean "acme"?'),
        ('client = "acme"', "clients = []", 'signature[1].clients: unknown key; did you mean "client"?'),
        ("[acme]", "[acme", "not TOML"),
    ],
)
def test_a_typing_error_in_the_table_is_told_in_a_sentence(before: str, after: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(ENTRY)
    client_table.check(file)
    assert before in ENTRY
    file.write_text(ENTRY.replace(before, after, 1))
    with pytest.raises(RuleError) as told:
        client_table.check(file)
    assert said in str(told.value) and str(file) in str(told.value)


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
