"""What libpq is given to log in as another client would."""

from __future__ import annotations

from pgwhy import target as targets
from pgwhy.client import LIBPQ_HERE, Client, resolve
from pgwhy.machine import Machine
from pgwhy.probes.login_parameters import login_parameters
from pgwhy.target import facts_of


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
