"""Which endpoint, by docs/neon.md, 3.2; and what PgBouncer refuses."""

from __future__ import annotations

import pytest

from pgwhy.lab.neon import pooler, routing
from pgwhy.lab.neon.messages import Refusal
from pgwhy.lab.sockets import client_hello
from pgwhy.lab.sockets.client_hello import offered_protocols
from pgwhy.secret import Secret

DOMAINS = ("us-east-2.aws.neon.tech", "c-2.us-east-2.aws.neon.tech")


@pytest.mark.parametrize(
    ("sni", "options", "endpoint"),
    [
        ("ep-a.us-east-2.aws.neon.tech", "", "ep-a"),
        ("ep-a.c-2.us-east-2.aws.neon.tech", "", "ep-a"),
        ("ep-a-pooler.us-east-2.aws.neon.tech", "", "ep-a-pooler"),
        ("ep-a.us-east-2.aws.neon.tech", "endpoint=ep-a", "ep-a"),
        ("db.acme.example", "endpoint=ep-a", "ep-a"),
        (None, "-c work_mem=1MB project=ep-a", "ep-a"),
        (None, r"-c search_path=a\ endpoint=ep-b", None),
        (None, "endpoint=ep-a endpoint=ep-a", None),
        ("ep-a.us-east-2.aws.neon.tech", "endpoint=ep-b project=ep-c", "ep-a"),
        ("apiauth.us-east-2.aws.neon.tech", "", None),
        (None, "", None),
    ],
)
def test_an_endpoint_is_named_by_sni_or_by_one_option(sni: str | None, options: str, endpoint: str | None) -> None:
    assert routing.named_endpoint(sni, options, DOMAINS) == endpoint


@pytest.mark.parametrize(
    ("text", "endpoint", "password"),
    [
        ("endpoint=ep-a;pw", "ep-a", "pw"),
        ("project=ep-a$pw", "ep-a", "pw"),
        ("endpoint=ep-a;p$w", "ep-a", "p$w"),
        ("endpoint=ep-a;", "ep-a", ""),
    ],
)
def test_a_password_can_name_the_endpoint(text: str, endpoint: str, password: str) -> None:
    assert routing.endpoint_and_password(text) == (endpoint, Secret(password))


def test_with_a_dollar_a_semicolon_of_the_password_ends_the_name() -> None:
    assert routing.endpoint_and_password("endpoint=ep-a$p;w") == ("ep-a$p", Secret("w"))


@pytest.mark.parametrize("text", ["npg_secret", "endpoint=ep-a", "Endpoint=ep-a;pw", ""])
def test_other_passwords_name_none_and_are_not_repeated(text: str) -> None:
    with pytest.raises(Refusal, match="Endpoint ID is not specified"):
        routing.endpoint_and_password(text)


def test_only_the_gateways_own_tokens_are_kept_back() -> None:
    options = r"-c a=b\ c endpoint=ep-a neon_lsn:0/1 --d=e neonish project=x"
    assert routing.forwarded_options(options) == r"-c a=b\ c --d=e neonish"


def test_all_parameters_are_forwarded_on_request() -> None:
    assert routing.wants_every_parameter("endpoint=ep-a neon_proxy_params_compat:true")
    assert not routing.wants_every_parameter("neon_proxy_params_compat:false")


@pytest.mark.parametrize("options", ["", "-c TimeZone=UTC", "-cdatestyle=ISO", "--client_encoding=UTF8"])
def test_the_pooler_takes_what_it_keeps_track_of(options: str) -> None:
    pooler.check_options(options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("-c search_path=app", "unsupported startup parameter in options: search_path. Please use unpooled"),
        ("--statement_timeout=1", "unsupported startup parameter in options: statement_timeout. Please"),
        ("-d 5", "unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed"),
        ("-c search_path", "unsupported options startup parameter: only"),
    ],
)
def test_the_pooler_refuses_the_rest(options: str, said: str) -> None:
    with pytest.raises(Refusal) as raised:
        pooler.check_options(options)
    assert str(raised.value).startswith(said)


def test_a_poolers_own_refusal_gets_the_proxys_advice() -> None:
    advised = pooler.enriched("unsupported startup parameter: search_path")
    assert advised.startswith("unsupported startup parameter: search_path. Please use unpooled connection")
    assert pooler.enriched("no such database: x") == "no such database: x"


@pytest.mark.parametrize(
    ("hello", "alert"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", client_hello.DECODE_ERROR),
        (b"\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x02" + bytes(40), client_hello.HANDSHAKE_FAILURE),
        (b"\x16\x03\x01\x00\x31\x01\x00\x00\x2d\x03\x03" + bytes(40), b""),
        (b"\x16\x03\x01", b""),
    ],
    ids=["no TLS", "TLS 1.1", "TLS 1.2", "cut off"],
)
def test_a_bad_hello_gets_the_alert_of_neons_tls(hello: bytes, alert: bytes) -> None:
    assert client_hello.alert(hello, (b"postgresql",)) == alert


@pytest.mark.parametrize("data", [b"", b"\x16", b"\x16\x03\x01" + b"\xff" * 200, bytes(300)])
def test_broken_hellos_offer_no_protocol(data: bytes) -> None:
    assert offered_protocols(data) == ()
