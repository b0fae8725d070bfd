"""docs/clients.md: what each client of `clients.toml` sends, checks, refuses and waits for, as pgwhy takes it to be."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.authoring.pages.generated import mark
from pgwhy.authoring.pages.handbook import escaped
from pgwhy.client import Client, ClientKind, names, resolve

GENERATED = mark("diagnostics/pgwhy/client/clients.toml")
_ABOUT = {
    ClientKind.DRIVER: ("Drivers and commands", "They accept a connection string and can be upgraded."),
    ClientKind.PROGRAM: ("Programs with a form", "Installed where you are; each setting has a field of its own."),
    ClientKind.SERVICE: ("Services", "They run elsewhere; their form is all that you can change."),
}

_HEAD = (
    "| client | sends SNI | channel binding | sslmode, if none is given | `require` checks | unknown settings"
    " | time limit | without SNI |"
)


def page() -> str:
    """The page as Markdown: one table for each kind. An empty cell: not known, and no rule says it."""
    clients = [resolve(name, None, None) for name in names()]
    lines = [
        GENERATED,
        "# What each client does",
        "",
        f"{len(clients)} clients that `--client NAME[@VERSION]` knows: probes and fixes then speak for that one.",
        "Of their newest versions; of older ones pgwhy knows where they differ. An empty cell is not known.",
    ]
    for kind, (title, about) in _ABOUT.items():
        lines += [
            "",
            f"## {title}",
            "",
            about,
            "",
            "| client | sends SNI | channel binding | sslmode, if none is given |",
        ]
        lines[-1] += " `require` checks | unknown settings | time limit | without SNI |"
        lines += ["|---|---|---|---|---|---|---|---|"]
        lines += [f"| {' | '.join(_cells(client))} |" for client in clients if client.kind is kind]
    return "\n".join(lines) + "\n"


def _cells(client: Client) -> Iterator[str]:
    yield f"[{escaped(client.title)}]({client.source})<br>`--client {client.id}`"
    since = f"since {escaped(client.sni_since)}" if client.sni_since else ""
    yield since or _yes(client.sends_sni)
    yield (
        f"since {escaped(client.channel_binding_since)}"
        if client.channel_binding_since
        else client.channel_binding or ""
    )
    yield client.default_sslmode or ""
    yield _yes(client.require_verifies)
    yield client.unknown_parameters or ""
    yield _limit(client)
    yield ", ".join(client.ways)


def _limit(client: Client) -> str:
    told = []
    if client.connect_timeout_s is not None:
        told.append(f"{client.connect_timeout_s:.0f} s" if client.connect_timeout_s else "none")
    if client.per_address_ms:
        told.append(f"{client.per_address_ms:.0f} ms an address")
    if client.timeout_setting:
        told.append(f"`{client.timeout_setting}`")
    return "; ".join(told)


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
