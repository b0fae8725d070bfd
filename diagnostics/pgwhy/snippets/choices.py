"""What a snippet says of a target: which host, how much TLS, which time limit, and what has to stay behind.

Pure but for one look: whether this machine has a file of root certificates.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pgwhy import client as clients
from pgwhy.client import Client
from pgwhy.client.habits import Roots
from pgwhy.snippets.pooling import Host, host_for
from pgwhy.snippets.stacks import Stack
from pgwhy.target.forms import FORMS, CannotCarry, lacking
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider, recognise
from pgwhy.values import dataclass

BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, Gentoo
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # Fedora, Red Hat
    Path("/etc/ssl/ca-bundle.pem"),  # SUSE
    Path("/etc/ssl/cert.pem"),  # Alpine, macOS
)
"""Where systems keep their root certificates in one file (docs/neon.md, 2.4)."""
COLD_START_S = 15
"""A time limit that a compute which has to wake up first survives (neon.com/docs/connect/connection-latency)."""


@dataclass(frozen=True, repr=False)
class Choice:
    """The values that a snippet writes, and a sentence for each thing that is not as the target had it."""

    values: dict[str, str]
    """libpq's names; the password is not among them."""
    client: Client
    host: Host
    notes: tuple[str, ...]
    has_password: bool


def bundle(files: Iterable[Path] = BUNDLES) -> str:
    """The file of this machine's root certificates; empty if it has none in any of the usual places."""
    return next((str(file) for file in files if file.is_file()), "")


def choose(target: Target, stack: Stack, wanted: str, roots: str) -> Choice:
    """`wanted` is `pooled`, `direct` or empty: then the stack decides. `roots` is what `bundle` found."""
    client = _client(stack.client)
    values = {name: s.value for name, s in target.settings.items() if name not in ("service", "passfile")}
    notes: list[str] = []
    has_password = target.password is not None or bool(target.problems)  # then only a variable is missing here
    host = host_for(stack, values.get("host", ""), wanted)
    if host.name != values.get("host", ""):
        values["host"] = host.name
        if options := _with_endpoint(values.get("options", ""), recognise(host.name).endpoint):
            values["options"] = options
    if stack.form == "pgpass":
        return Choice(_plain(values), client, host, (), has_password)
    notes += [f"{name} left out: it is no parameter of Postgres" for name in target.foreign]
    notes += [f"{name} left out: it is a secret, and goes where {stack.title} keeps secrets" for name in target.private]
    neon = recognise(host.name).provider is Provider.NEON
    if client.id == "neon-serverless":
        values = _plain(values)
        notes.append("always over TLS (HTTPS and WSS), with the certificate checked: nothing of it is set")
    elif neon or values.get("sslmode") in ("require", "verify-ca", "verify-full"):
        notes += _tls(values, stack, client, roots if neon and not stack.elsewhere else "", neon)
    if neon and client.id != "neon-serverless":
        notes += _patience(values, stack, client)
    notes += _left_out(values, stack, client)
    return Choice(values, client, host, tuple(notes), has_password)


@cache
def _client(name: str) -> Client:
    return clients.resolve(name, None, None)


def _tls(values: dict[str, str], stack: Stack, client: Client, roots: str, neon: bool) -> list[str]:
    """Raise sslmode to what checks the certificate, wherever this client has roots to check it with; never lower it."""
    given = values.get("sslmode", "")
    if values.get("sslrootcert") == "system" and client.system_roots is False and roots:
        values["sslrootcert"] = roots
    node = client.family == "node" and stack.client != "prisma"
    if node and given != "disable":
        if given == "verify-full":
            return []
        values["sslmode"] = "verify-full"
        return [f"{client.title} checks the certificate wherever TLS is on, as sslmode=verify-full does"]
    if stack.form == "prisma-config" or client.id == "tokio-postgres":
        values["sslmode"] = "require"  # the certificate is checked by what the snippet says beside it
        return []
    if given == "verify-full" and (values.get("sslrootcert") or not roots):
        return []
    if not neon:
        return []
    if roots and not values.get("sslrootcert") and client.roots is not Roots.BUNDLED:
        values["sslrootcert"] = roots
    if values.get("sslrootcert") or client.roots in (Roots.BUNDLED, Roots.SYSTEM):
        values["sslmode"] = "verify-full"
        asked = f"{given} does not" if given else "without it no one does"
        return [] if given == "verify-full" else [f"verify-full checks that the server is the right one; {asked}"]
    if given not in ("require", "verify-ca"):
        values["sslmode"] = "require"
        return ["sslmode=require: Neon refuses connections without TLS"]
    return ["sslmode=verify-full would check the certificate, with a file of root certificates where it runs"]


def _patience(values: dict[str, str], stack: Stack, client: Client) -> list[str]:
    asked = values.get("connect_timeout", "")
    if asked.isdecimal() and len(asked) < 10 and int(asked) >= COLD_START_S:
        return []
    if not asked and (client.connect_timeout_s or 0) >= COLD_START_S:
        return []
    if "connect_timeout" in lacking(FORMS[stack.form], {"connect_timeout": "15", **_plain(values)}):
        return []
    values["connect_timeout"] = str(COLD_START_S)
    return [f"a time limit of {COLD_START_S} s, because a suspended compute has to wake first"]


def _left_out(values: dict[str, str], stack: Stack, client: Client) -> list[str]:
    """Drop what this client does not understand, and say why. Raises `CannotCarry` where it is the server itself."""
    form, notes = FORMS[stack.form], []
    lost = lacking(form, values)
    if essential := tuple(name for name in lost if name in ("host", "port", "user", "dbname")):
        raise CannotCarry(form, essential)
    otherwise = _SAID_OTHERWISE.get(stack.name, _SAID_OTHERWISE.get(stack.client, ()))
    for name in tuple(values):
        reason = ""
        if name in otherwise:
            continue
        if name in client.refused_parameters:
            reason = f"{client.title} refuses it"
        elif name in client.forwarded_parameters:
            reason = f"{client.title} does not know it and would send it to the server"
        elif stack.client == "prisma" and name in ("channel_binding", "application_name"):
            reason = "Prisma's engine is not known to read it"
        elif name in lost:
            reason = f"{stack.title} has no place for it"
        if reason:
            value = values.pop(name)
            lost = lacking(form, values)  # a certificate goes with the sslmode that asked for it
            notes.append(f"{name}={value} left out: {reason}")
    return notes


def _plain(values: dict[str, str]) -> dict[str, str]:
    return {name: values[name] for name in ("host", "port", "user", "dbname") if name in values}


_SAID_OTHERWISE = {
    "asyncpg": ("sslmode", "sslrootcert", "connect_timeout", "options", "application_name"),
    "pg8000": ("sslmode", "sslrootcert", "options", "application_name"),
    "node-postgres": ("channel_binding",),
    "sequelize": (),
    "tokio-postgres": ("sslrootcert",),
}
"""What the form of these has no place for, and the code of the snippet says in another way."""


def _with_endpoint(options: str, endpoint: str) -> str:
    """The endpoint in the options has to be that of the host name, to the letter (docs/neon.md, G-4)."""
    tokens = [f"endpoint={endpoint}" if token.startswith("endpoint=") else token for token in options.split(" ")]
    return " ".join(tokens)
