"""What libpq is given to log in as another client would."""

from __future__ import annotations

import pytest

from pgwhy import target as targets
from pgwhy.client import LIBPQ_HERE, Client, resolve
from pgwhy.machine import Machine
from pgwhy.probes.authentication.mechanism import without_oauth
from pgwhy.probes.login_parameters import login_parameters
from pgwhy.target import facts_of
from pgwhy.target.obstacle import Obstacle


def parameters(machine: Machine, text: str, client: Client = LIBPQ_HERE) -> dict[str, str]:
    target = targets.read(text, machine)
    return login_parameters(target, client, facts_of(target))


def test_the_root_file_of_the_home_that_was_given_is_named(machine: Machine) -> None:
    assert machine.postgres_folder is not None
    own = machine.postgres_folder / "root.crt"
    text = "postgresql://h/d?sslmode=require"
    assert "sslrootcert" not in parameters(machine, text)
    own.parent.mkdir()
    own.write_text("")
    assert parameters(machine, text)["sslrootcert"] == str(own)
    assert parameters(machine, text + "&sslrootcert=other.crt")["sslrootcert"] == "other.crt"
    assert parameters(machine, text, resolve("node-postgres", None, None))["sslrootcert"] == "system"


def test_what_a_client_forwards_is_sent_once(machine: Machine) -> None:
    """libpq logs in a second time, without its application_name, when the server knows no such parameter."""
    text = "postgresql://h/d?sslmode=require&channel_binding=require"
    sent = parameters(machine, text, resolve("asyncpg", None, None))
    assert sent["options"] == "-c channel_binding=require"
    assert "fallback_application_name" not in sent


@pytest.mark.parametrize(("name", "kept"), [("libpq@18", True), ("node-postgres", False), ("pgjdbc", False)])
def test_a_client_without_oauth_gets_no_token(name: str, kept: bool, machine: Machine) -> None:
    text = "postgresql://h/d?oauth_issuer=https://id.example.com&oauth_client_id=me"
    assert ("oauth_issuer" in parameters(machine, text, resolve(name, None, None))) is kept


WHERE = 'connection to server at "127.0.0.1", port 5432 failed: '
UNSET = f"{WHERE}server requires OAuth authentication, but oauth_issuer and oauth_client_id are not both set"
FORBIDDEN = (
    f'{WHERE}authentication method requirement "scram-sha-256" failed: server requested OAUTHBEARER authentication'
)
NO_MECHANISM = f"{WHERE}none of the server's SASL authentication mechanisms are supported"
OTHER = f'{WHERE}authentication method requirement "!oauth" failed: server requested SCRAM-SHA-256 authentication'


@pytest.mark.parametrize(
    ("message", "offered", "met"),
    [
        (UNSET, ("OAUTHBEARER",), NO_MECHANISM),
        (FORBIDDEN, ("OAUTHBEARER",), NO_MECHANISM),
        (UNSET, ("OAUTHBEARER", "SCRAM-SHA-256"), Obstacle.OAUTH_TAKEN),
        (FORBIDDEN, ("OAUTHBEARER", "SCRAM-SHA-256"), Obstacle.OAUTH_TAKEN),
        (OTHER, ("SCRAM-SHA-256", "OAUTHBEARER"), OTHER),
        ("", ("SCRAM-SHA-256", "OAUTHBEARER"), ""),
    ],
)
def test_what_libpq_18_says_of_oauth_is_not_said_for_a_client_without_it(
    message: str, offered: tuple[str, ...], met: str | Obstacle
) -> None:
    assert without_oauth(message, offered) == met
