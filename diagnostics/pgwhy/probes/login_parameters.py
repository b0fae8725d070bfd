"""The habits of the client that a run speaks for, as parameters of the libpq that logs in for it."""

from __future__ import annotations

from pgwhy import target as targets
from pgwhy.client import ChannelBinding, Client, Roots
from pgwhy.target.dialects import secret_parts
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider


def login_parameters(target: Target, client: Client | None, facts: TargetFacts) -> dict[str, str]:
    """What libpq must be given to behave like this client with this target; `None` is libpq itself.

    It holds the secrets of further parameters (`sslpassword`). Neither the password nor `hostaddr` is in it: those are
    chosen at the moment of the login.
    """
    hidden = {name: secret.reveal() for name, secret in target.private.items()}
    parameters = {**targets.libpq_parameters(target), **hidden, "fallback_application_name": "pgwhy"}
    if target.withheld and "options" in parameters:
        parameters["options"] = secret_parts.with_values(parameters["options"], target.withheld)
    parameters.setdefault("sslmode", "prefer")
    if (root := _own_root_file(target, client)) and not parameters.get("sslrootcert"):
        parameters["sslrootcert"] = root
    if client is None or client.is_libpq_here:
        return parameters
    if facts.sslmode:
        # The facts were made with this client's own default.
        parameters["sslmode"] = facts.sslmode
    if client.sends_sni is False and parameters["sslmode"] not in client.sni_modes:
        parameters["sslsni"] = "0"
    if client.channel_binding is ChannelBinding.NONE:
        parameters["channel_binding"] = "disable"
    elif client.channel_binding is ChannelBinding.AUTOMATIC:
        parameters["channel_binding"] = "prefer"
    if client.require_verifies and parameters["sslmode"] in ("require", "verify-ca"):
        parameters |= {"sslmode": "verify-full", "sslrootcert": parameters.get("sslrootcert") or "system"}
    if client.roots is Roots.SYSTEM and parameters["sslmode"] == "verify-full":
        parameters.setdefault("sslrootcert", "system")
    if client.knows_oauth is False:
        parameters = {name: value for name, value in parameters.items() if not name.startswith("oauth_")}
    if client.family not in ("libpq", None):
        parameters["gssencmode"] = "disable"
    forwarded = [name for name in client.forwarded_parameters if name in target.settings]
    if forwarded and facts.provider is Provider.NEON:
        # Neon's proxy drops start-up parameters that it does not know, so they do no harm there (docs/neon.md, 2.2).
        parameters = {name: value for name, value in parameters.items() if name not in forwarded or name == "options"}
    elif forwarded:
        # The client sends them as start-up parameters of their own. libpq can only send them inside `options`, which
        # the server reads at the same point and refuses with the same words.
        tokens = [f"-c {name}={_escaped(target.value(name) or '')}" for name in forwarded]
        parameters["options"] = " ".join([parameters.get("options", ""), *tokens]).strip()
        # libpq takes that refusal for one of its application_name, and goes through the whole login again without it.
        parameters.pop("fallback_application_name")
        for name in forwarded:
            if name not in ("channel_binding", "options"):
                parameters.pop(name, None)
    return parameters


def _own_root_file(target: Target, client: Client | None) -> str:
    """`~/.postgresql/root.crt`, said aloud: the home is the one that the run was given, not this process's."""
    root = target.machine.postgres_file("root.crt") if target.machine else None
    reads_it = client is None or client.family in (None, "libpq", "java", "python")
    return str(root) if root and reads_it and root.exists() else ""


def _escaped(value: str) -> str:
    # In `options` a backslash protects a blank (PostgreSQL, "libpq: Parameter Key Words", options).
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
