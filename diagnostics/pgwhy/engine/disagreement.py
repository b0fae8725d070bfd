"""Where the text that was pasted and this machine's own run part: the most useful sentence that a ticket can hold.

Either the client never used this string (its error is about another server, role or database), or it did, and what
differs is the place it was run in: one of the two gets further than the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from pgwhy.causes import Cause
from pgwhy.facts import Observations
from pgwhy.progress import NETWORK, Stage, row


def other_target(seen: Observations) -> str:
    """What the text names and the target does not, in a sentence; empty if they agree as far as can be told."""
    return next(_other_string(seen), "")


def reported_elsewhere(
    seen: Observations, reported: Cause | None, stopped: Stage | None, *, connects: bool | None
) -> str:
    """Who gets further, the client that printed the text or this machine; empty if it is about the same.

    `reported` is what the text says, `stopped` where this machine's run stopped (`None`: nowhere).
    """
    stage = reported.about.stage if reported is not None else None
    if stage is None:
        return ""
    host = seen.get("target.host") or "the server"
    unreachable = stage in NETWORK and reported not in _NOT_OF_THE_NETWORK
    if connects and unreachable:
        return (
            f"The string is right: this machine reaches {host} with it and connects, but the client does not reach it. "
            "What differs is the network in which the client runs."
        )
    if stopped in NETWORK and stage.order > stopped.order:
        return (
            f"The client got further than this machine, from where {host} {row(stopped).lacks}: "
            "run pgwhy where the client runs."
        )
    if unreachable and stopped is not None and stopped not in (Stage.CONFIG, *NETWORK):
        return f"The client does not reach {host}; this machine does, and then fails at a later stage."
    return ""


def _other_string(seen: Observations) -> Iterator[str]:
    if seen.get("target.problems"):  # clients read a broken string in different ways
        return
    unused = "the client did not use this string."
    if server := _other_server(seen):
        words, surely = server
        yield f"The error is about {words}: {unused}" if surely else f"The error is about {words}."
    port, ports = seen.get("error.port"), _ports(seen)
    if port and ports and port not in ports:
        yield f"The error is about port {port}, and this string says {' and '.join(ports)}: {unused}"
    for what, told, wanted in (
        ("role", seen.get("error.role"), seen.get("target.user")),
        ("database", seen.get("error.database"), seen.get("target.dbname")),
    ):
        if told and wanted and not _same_name(told, wanted) and not _blotted_out(told):
            yield (
                f'The error is about the {what} "{told}", and this string names "{wanted}": '
                "the client used another string, or a pooler on the way renames it."
            )


def _other_server(seen: Observations) -> tuple[str, bool] | None:
    """The server that the text names and the target does not, with the target's; `None` if it is the same one.

    Beside the words: whether it is surely another one, so that the client did not use this string.
    """
    tried, wanted = seen.get("error.host") or seen.get("error.address"), seen.get("target.host")
    hosts = {host.strip("[]").rstrip(".").casefold() for host in _hosts(seen)}
    if not tried or not hosts or _blotted_out(tried):
        return None
    named = tried.strip("[]").rstrip(".").casefold()
    if named in hosts or (_is_local(named) and any(_is_local(host) for host in hosts)):
        return None
    if named.startswith(("/", "@")):
        same = any(host.startswith(("/", "@")) and named.startswith(host) for host in hosts)
        return None if same else (f"the local socket {tried}, and this string names {wanted}", True)
    another = f"{tried}, and this string names {wanted}", True
    if not _is_address(named):
        return another
    known = _addresses(seen)
    if named in known:
        return None
    if _is_local(named) or all(_is_address(host) for host in hosts):
        return another
    # A name may have other addresses elsewhere: a private zone, or one of many.
    return (f"{tried}, and from here {wanted} is {', '.join(sorted(known)[:3])}", False) if known else None


def _hosts(seen: Observations) -> list[str]:
    places = [place.host for path in ("dns.hosts", "tcp.attempts") for place in seen.get(path) or ()]
    given = [seen.get("target.host"), seen.get("target.hostaddr")]
    return [host for host in (*given, *places) if host]


def _addresses(seen: Observations) -> set[str]:
    """Every address of the target that this machine knows."""
    looked_up = (address for host in seen.get("dns.hosts") or () for address in host.addresses)
    found = [*looked_up, *(place.address for place in seen.get("tcp.attempts") or ())]
    return {address.casefold() for address in found if _is_address(address)}


def _ports(seen: Observations) -> list[str]:
    ports = [place.port for place in seen.get("tcp.attempts") or ()] or [seen.get("target.port")]
    return list(dict.fromkeys(str(port) for port in ports if port))


def _same_name(told: str, wanted: str) -> bool:
    """A service may know a role as a part of its name: `alex@server` (Azure), `postgres.project` (Supabase)."""
    told, wanted = told.casefold(), wanted.casefold()
    return told == wanted or wanted.startswith((f"{told}@", f"{told}."))


def _blotted_out(told: str) -> bool:
    """Somebody wrote over it before the text was posted: `<host>`, `ep-xxxx`, `****`, `your-host`, `[redacted]`."""
    return bool(re.search(r"[<>*\[\]{}#]|x{3,}|redacted|masked|hidden|\byour\b|^host(?:name)?$", told, re.IGNORECASE))


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host.partition("%")[0]).is_loopback)


_NOT_OF_THE_NETWORK = (Cause.COLD_START_TIMEOUT, Cause.CONNECTION_RESET, Cause.ADDRESS_UNHEALTHY)
"""At the port, and not for the place that the client runs in."""
