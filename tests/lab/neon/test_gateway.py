"""The gateway, byte for byte, against docs/neon.md, 3."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from pgwhy.lab.authority import CertificateFault
from pgwhy.lab.neon import messages
from pgwhy.lab.neon.gateway import Gateway
from pgwhy.lab.neon.messages import ON_DEMAND, Place
from pgwhy.lab.sockets.door import Address
from pgwhy.lab.world import DOMAIN, ENDPOINT, ROLE, World
from pgwhy.network import wire
from tests.lab.neon.raw_client import RawClient, error, scram_final, scram_first
from tests.limits import HANGS_S

BINDING = "p=tls-server-end-point,,"
MECHANISMS = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")


@pytest.fixture
def client(world: World) -> Iterator[RawClient]:
    with RawClient(world.gateway.port) as connected:
        yield connected


# The first packets (3.1)


def test_plaintext_is_refused_in_the_proxys_words(client: RawClient) -> None:
    client.start(user=ROLE)
    assert client.rest() == error("connection is insecure (try using `sslmode=require`)")


def test_a_second_ssl_request_inside_tls_ends_the_connection_without_a_word(client: RawClient, world: World) -> None:
    assert client.request_tls(world.host).send(wire.SSL_REQUEST).rest() == b""


def test_gss_encryption_is_declined_once_and_the_connection_goes_on(client: RawClient, world: World) -> None:
    assert client.send(wire.GSSENC_REQUEST).exactly(1) == b"N"
    assert client.request_tls(world.host).start(user=ROLE).offered() == MECHANISMS


def test_a_second_request_for_gss_encryption_ends_the_connection(client: RawClient) -> None:
    assert client.send(wire.GSSENC_REQUEST).exactly(1) == b"N"
    assert client.send(wire.GSSENC_REQUEST).rest() == b""


def test_direct_tls_is_taken_with_and_without_alpn(world: World) -> None:
    for alpn in ((), ("postgresql",)):
        with RawClient(world.gateway.port) as client:
            assert client.tls(world.host, alpn).start(user=ROLE).offered() == MECHANISMS


def test_direct_tls_agrees_on_the_protocol_by_alpn(client: RawClient, world: World) -> None:
    client.tls(world.host, ("postgresql",))
    assert client.socket.selected_alpn_protocol() == "postgresql"  # type: ignore[attr-defined]  # it is TLS by now


def test_alpn_for_another_protocol_alone_fails_in_the_handshake(client: RawClient, world: World) -> None:
    with pytest.raises(OSError, match=r"(?i)no.application.protocol"):
        client.tls(world.host, ("h2", "http/1.1"))


def test_a_newer_minor_version_is_talked_down_to_3_0(client: RawClient, world: World) -> None:
    extensions = {"_pq_.one": "1", "_pq_.two": "2"}
    client.request_tls(world.host).start(wire.PROTOCOL_3_0 | 2, user=ROLE, **extensions)
    assert client.message() == (b"v", struct.pack("!ii", 3 << 16, 2) + b"_pq_.one\0_pq_.two\0")
    assert client.offered() == MECHANISMS


def test_a_newer_minor_version_in_plaintext_gets_by_without_tls(client: RawClient) -> None:
    client.start(wire.PROTOCOL_3_0 | 2, user=ROLE, options=f"endpoint={ENDPOINT}")
    assert client.message()[0] == b"v"
    assert client.offered() == ("SCRAM-SHA-256",)


@pytest.mark.parametrize(
    "packet",
    [
        struct.pack("!ii", 9, 2 << 16) + b"\0",
        struct.pack("!ii", 10_009, 3 << 16),
        struct.pack("!ii", 7, 3 << 16),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["another major version", "too long", "too short", "another protocol"],
)
def test_what_is_no_start_up_message_ends_the_connection_without_a_word(client: RawClient, packet: bytes) -> None:
    # It closes before it has read all that we sent, and the kernel may then tell us by a reset.
    with suppress(OSError):
        client.send(packet).socket.shutdown(socket.SHUT_WR)
    try:
        said = client.rest()
    except ConnectionResetError:
        said = b""
    assert said == b""


def test_bytes_sent_before_tls_are_never_taken_as_encrypted(client: RawClient, world: World) -> None:
    client.send(wire.SSL_REQUEST + wire.startup_message({"user": ROLE}))
    assert client.exactly(1) == b"S"
    with pytest.raises(OSError):
        client.tls(world.host)


def test_a_silent_client_is_hung_up_on(world: World) -> None:
    async def scenario() -> bytes:
        async with Gateway(world.authority, (DOMAIN,), handshake_limit_s=0.05) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            try:
                return await asyncio.wait_for(reader.read(), 5)
            finally:
                writer.close()

    assert asyncio.run(scenario()) == b""


# Certificates


def test_without_sni_and_for_unknown_names_the_default_certificate_is_shown() -> None:
    with World.running(default_name="*.default.example") as world:
        shown = {}
        for sni in (world.host, None, "db.acme.example", f"a.b.c.{DOMAIN}"):
            with RawClient(world.gateway.port) as client:
                shown[sni] = client.request_tls(sni).certificate
        assert shown[None] == shown["db.acme.example"] != shown[world.host]
        assert shown[f"a.b.c.{DOMAIN}"] == shown[world.host]


# Which endpoint (3.2)


def test_without_sni_the_password_must_name_the_endpoint(client: RawClient) -> None:
    client.request_tls(None).start(user=ROLE)
    assert client.message() == (b"R", struct.pack("!i", 3))
    client.send(wire.password_message(b"npg_without_endpoint"))
    assert client.rest() == error(
        "Endpoint ID is not specified. Either please upgrade the postgres client library (libpq) for SNI support or "
        "pass the endpoint ID (first part of the domain name) as a parameter: '?options=endpoint%3D<endpoint-id>'. See "
        "more at https://neon.tech/sni"
    )


@pytest.mark.parametrize("separator", [";", "$"])
@pytest.mark.parametrize("key", ["endpoint", "project"])
def test_the_password_form_logs_in(client: RawClient, world: World, key: str, separator: str) -> None:
    client.request_tls(None).start(user=ROLE, database="neondb")
    client.message()
    client.send(wire.password_message(f"{key}={ENDPOINT}{separator}{world.password.reveal()}".encode()))
    assert client.message() == (b"R", struct.pack("!i", 0))
    assert client.message()[0] == b"S"


def test_the_password_form_with_a_wrong_password_fails(client: RawClient) -> None:
    client.request_tls(None).start(user=ROLE)
    client.message()
    client.send(wire.password_message(f"endpoint={ENDPOINT};wrong".encode()))
    assert client.rest() == error("password authentication failed for user 'alex'")


def test_an_option_beside_sni_must_be_the_same_string(client: RawClient, world: World) -> None:
    client.request_tls(world.host).start(user=ROLE, options=f"project={ENDPOINT}-pooler")
    assert client.rest() == error(
        f"Inconsistent project name inferred from SNI ('{ENDPOINT}') and project option ('{ENDPOINT}-pooler')."
    )


def test_a_name_with_other_characters_is_refused(client: RawClient) -> None:
    client.request_tls(None).start(user=ROLE, options="endpoint=ep_cool")
    assert client.rest() == error("Project name ('ep_cool') must contain only alphanumeric characters and hyphen.")


def test_two_endpoint_options_are_both_ignored(client: RawClient) -> None:
    client.request_tls(None).start(user=ROLE, options=f"endpoint={ENDPOINT} project={ENDPOINT}")
    assert client.message() == (b"R", struct.pack("!i", 3))


@pytest.mark.parametrize("sni", ["api." + DOMAIN, "db.acme.example", DOMAIN])
def test_a_name_that_is_no_endpoints_counts_as_none(client: RawClient, sni: str) -> None:
    client.request_tls(sni).start(user=ROLE)
    assert client.message() == (b"R", struct.pack("!i", 3))


def test_a_missing_user_is_named(client: RawClient, world: World) -> None:
    client.request_tls(world.host).start(database="neondb")
    assert client.rest() == error("Parameter 'user' is missing in startup packet.")


# Passwords (3.3)


def log_in(client: RawClient, password: str, header: str = "n,,", bound: bytes = b"") -> bytes:
    """An exchange; returns the kind and body of what follows the proof."""
    assert client.offered() == MECHANISMS
    client.send(scram_first(header))
    kind, body = client.message()
    assert (kind, body[:4]) == (b"R", struct.pack("!i", wire.Auth.SASL_CONTINUE)), body
    client.send(scram_final(body[4:], password, header, bound))
    kind, body = client.message()
    return kind + body


def test_scram_without_channel_binding_logs_in(client: RawClient, world: World) -> None:
    client.request_tls(world.host).start(user=ROLE, database="neondb")
    assert log_in(client, world.password.reveal()).startswith(b"R" + struct.pack("!i", wire.Auth.SASL_FINAL) + b"v=")


def test_scram_plus_binds_to_the_certificate(client: RawClient, world: World) -> None:
    client.request_tls(world.host).start(user=ROLE, database="neondb")
    bound = hashlib.sha256(client.certificate).digest()
    answer = log_in(client, world.password.reveal(), BINDING, bound)
    assert answer.startswith(b"R" + struct.pack("!i", wire.Auth.SASL_FINAL))


def refused(text: str) -> bytes:
    whole = error(text)
    return whole[:1] + whole[5:]


def test_another_certificates_hash_is_refused(client: RawClient, world: World) -> None:
    client.request_tls(world.host).start(user=ROLE)
    answer = log_in(client, world.password.reveal(), BINDING, b"\0" * 32)
    assert answer == refused("insecure connection: secure channel data mismatch")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("y,,", "SCRAM-PLUS not used"),
        ("p=tls-exporter,,", "unsupported channel binding method tls-exporter"),
        ("q,,", "authentication protocol violation"),
    ],
)
def test_other_channel_bindings_are_refused(client: RawClient, world: World, header: str, said: str) -> None:
    client.request_tls(world.host).start(user=ROLE).offered()
    assert client.send(scram_first(header)).rest() == error(said)


@pytest.mark.parametrize("host", [f"{ENDPOINT}.{DOMAIN}", f"ep-no-such-123456.{DOMAIN}"])
@pytest.mark.parametrize("role", [ROLE, "no_such_role"])
def test_a_wrong_password_an_unknown_role_and_an_unknown_endpoint_look_alike(
    client: RawClient, host: str, role: str
) -> None:
    client.request_tls(host).start(user=role)
    assert log_in(client, "npg_wrong") == refused(f"password authentication failed for user '{role}'")


def test_a_password_message_without_its_end_is_named(client: RawClient) -> None:
    client.request_tls(None).start(user=ROLE).message()
    assert client.send(wire.message(b"p", b"endless")).rest() == error(messages.UNTERMINATED_PASSWORD)


def test_another_message_in_place_of_the_password_is_a_violation(client: RawClient, world: World) -> None:
    client.request_tls(world.host).start(user=ROLE).message()
    assert client.send(wire.message(b"Q", b"select 1\0")).rest() == error("authentication protocol violation")


def test_a_huge_password_is_an_internal_error(client: RawClient) -> None:
    client.request_tls(None).start(user=ROLE).message()
    assert client.send(wire.password_message(b"x" * 512)).rest() == error("Internal error")


def test_who_takes_too_long_over_the_password_is_told_so(world: World) -> None:
    async def scenario() -> bytes:
        async with Gateway(world.authority, (DOMAIN,), world.gateway.endpoints, password_limit_s=0.05) as gateway:
            reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            try:
                # Without TLS by way of the newer minor version, to keep this short.
                writer.write(wire.startup_message({"user": ROLE, "options": f"endpoint={ENDPOINT}"}, 3 << 16 | 2))
                return await asyncio.wait_for(reader.read(), 5)
            finally:
                writer.close()

    assert asyncio.run(scenario()).endswith(error("Authentication timed out"))


# Refusals on demand (3.4, 3.5)


@pytest.mark.parametrize("name", ON_DEMAND)
def test_a_refusal_comes_at_its_place(world: World, name: str) -> None:
    refusal = ON_DEMAND[name]
    with RawClient(world.gateway.port) as client:
        client.request_tls(world.add_endpoint(refuse_with=refusal)).start(user=ROLE)
        text = refusal.text.replace("{address}", "127.0.0.1")
        if refusal.place is Place.BEFORE_PASSWORD:
            assert client.rest() == error(text)
        else:
            assert log_in(client, "npg_wrong") == refused("password authentication failed for user 'alex'")
    if refusal.place is Place.AFTER_PASSWORD:
        with RawClient(world.gateway.port) as client:
            client.request_tls(world.add_endpoint(refuse_with=refusal)).start(user=ROLE)
            assert log_in(client, world.password.reveal())[:1] == b"R"
            assert client.message() == (b"R", struct.pack("!i", 0))
            assert client.rest() == error(text)


# Behind the gateway


@contextmanager
def logged_in(world: World, host: str, **parameters: str) -> Iterator[RawClient]:
    with RawClient(world.gateway.port) as client:
        client.request_tls(host).start(**{"user": ROLE, "database": "neondb"} | parameters)
        log_in(client, world.password.reveal())
        client.message()
        yield client


def test_an_error_of_postgres_keeps_its_text_and_loses_the_rest(world: World) -> None:
    with logged_in(world, world.host, database="no_such_db") as client:
        assert client.rest() == error('database "no_such_db" does not exist')


def test_a_compute_that_is_not_there_is_named(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = Address("127.0.0.1", taken.getsockname()[1])
    with logged_in(world, world.add_endpoint(backend=closed)) as client:
        assert client.rest() == error("Couldn't connect to compute node")


def test_a_sleeping_compute_is_waited_for_once(world: World) -> None:
    host = world.add_endpoint(wake_s=1.5)
    for least, most in ((1.5, HANGS_S), (0, 1.5)):
        begin = time.monotonic()
        with logged_in(world, host) as client:
            assert client.message()[0] == b"S"
        assert least <= time.monotonic() - begin < most


def test_the_key_for_cancelling_is_the_proxys_own_and_leads_to_the_session(world: World) -> None:
    with logged_in(world, world.host) as client:
        keys = []
        while (came := client.message())[0] != b"Z":
            keys += [came[1]] if came[0] == b"K" else []
        client.send(wire.message(b"Q", b"select pg_sleep(60)\0"))
        with RawClient(world.gateway.port) as other:
            other.send(wire.cancel_request(b"\0" * 8)).rest()
        (key,) = keys
        # Until the query runs there is nothing to cancel.
        said: dict[str, str] = {}
        client.socket.settimeout(0.2)
        for _ in range(50):
            with RawClient(world.gateway.port) as other:
                other.send(wire.cancel_request(key)).rest()
            with suppress(TimeoutError):
                while came[0] != b"E":
                    came = client.message()
                said = wire.error_fields(came[1])
                break
        assert said["C"] == "57014"


def test_a_certificate_signed_with_sha_384_is_not_bound_to(world: World) -> None:
    host = world.add_endpoint(certificate=CertificateFault.SHA_384)
    with RawClient(world.gateway.port) as client:
        assert client.request_tls(host).start(user=ROLE).offered() == ("SCRAM-SHA-256",)


def test_access_control_may_take_its_time_before_it_asks_for_the_password(world: World) -> None:
    host = world.add_endpoint(access_s=HANGS_S)
    with RawClient(world.gateway.port) as client:
        client.request_tls(host).start(user=ROLE)
        client.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.message()
