"""The page of a run that connects: how fast, to what, how safely, as whom, and who else would fail."""

from __future__ import annotations

from collections.abc import Iterator

from pgwhy.facts import Observations
from pgwhy.finding import Report, Status
from pgwhy.progress import with_target
from pgwhy.report.ladder.rung import milliseconds, release
from pgwhy.target.obstacle import ClearText
from pgwhy.terminal.style import Line, Style, begins, line
from pgwhy.terminal.width import columns, wrap
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Success:
    """What the page of a run that connects says, before anything is laid out."""

    word: str
    rest: str
    """How the headline goes on: ` in 31 ms: alex@neondb, ...`."""
    times: tuple[str, ...]
    """Of each stage: `tcp 12`; the last with the unit and what there is to say of them."""
    server: str
    """Its version, the encryption, what is special about the session."""
    paragraphs: tuple[str, ...]
    command: str
    """What to run if the application still fails."""


def success(report: Report) -> Success:
    """The content of the page without its notes and footer."""
    seen = report.observations
    return Success(
        word=report.verdict.status.upper(),
        rest=f" in {milliseconds(_total_ms(seen, report))}: {_who(seen)}",
        times=_times(seen),
        server=_server(report),
        paragraphs=tuple(text for text in (_origin(seen), *_others(seen)) if text),
        command=with_target("pgwhy TARGET --error '<what it printed>'", str(seen.get("target.argument") or "")),
    )


def success_lines(report: Report, width: int) -> Iterator[Line]:
    """The page without its notes and footer, its times in columns."""
    told = success(report)
    head = wrap(told.word + told.rest, width, "", "  ")
    yield begins(told.word, Style.GOOD, head[0][len(told.word) :])
    yield from map(line, head[1:])
    if told.times:
        times = "  " + "  ".join(told.times)
        yield from map(line, [times] if columns(times) <= width else wrap(times, width, "  "))
    yield from map(line, wrap(told.server, width, "  "))
    for text in told.paragraphs:
        yield from map(line, wrap(text, width))
    yield line(f"  {told.command}")


def _who(seen: Observations) -> str:
    get = seen.get
    user = get("session.user") or get("target.user") or ""
    database = get("session.database") or get("target.dbname") or user
    parts = [f"{user}@{database}" if user else "the server"]
    host, port = _place(seen)
    if get("target.provider") == "neon" and host == get("target.host"):
        parts += [f"Neon {get('target.endpoint')}", get("target.region") or ""]
    elif get("target.host_kind") == "socket":
        parts.append(f"socket {get('target.host')}")
    else:
        host = host or "the default socket"
        parts.append(f"{host}:{port}" if port and ":" not in host else f"{host} port {port}" if port else host)
    return ", ".join(part for part in parts if part)


def _place(seen: Observations) -> tuple[str, int | None]:
    """Host and port that the login went to: of several hosts it is the one that answered."""
    get = seen.get
    if get("authentication.host"):
        return get("authentication.host"), get("authentication.port")
    return get("target.host") or get("target.hostaddr") or "", get("target.port")


def _total_ms(seen: Observations, report: Report) -> float:
    """What one ordinary connect costs here: the lookup, the login, one query."""
    parts = [seen.get(path) for path in ("dns.time_ms", "authentication.elapsed_ms", "session.round_trip_ms")]
    return sum(part for part in parts if part) if parts[1] else report.duration_ms


def _times(seen: Observations) -> tuple[str, ...]:
    get = seen.get
    tcp, tls, login = get("tcp.connect_ms"), get("tls.handshake_ms"), get("authentication.elapsed_ms")
    encrypted = get("authentication.encrypted") is not False
    rest = login - (tcp or 0) - ((tls or 0) if encrypted else 0) if login else None
    spans = (
        ("dns", get("dns.time_ms") if get("dns.outcome") == "found" else None),
        ("tcp", tcp),
        ("tls", tls if encrypted else None),
        ("login", max(rest, 0) if rest is not None else None),
        ("query", get("session.round_trip_ms")),
    )
    known = [f"{name} {milliseconds(ms).removesuffix(' ms')}" for name, ms in spans if ms is not None]
    if not known:
        return ()
    woke = get("session.cold_start")
    note = "" if woke is None or get("target.provider") != "neon" else "; compute was awake"
    if woke:
        note = f"; waking up took {milliseconds(get('authentication.waiting_ms') or 0)}"
    unit = "" if known[-1].endswith(" s") else " ms"
    return (*known[:-1], known[-1] + unit + note)


def _server(report: Report) -> str:
    get = report.observations.get
    parts = []
    if get("session.server_version"):
        parts.append(f"PostgreSQL {get('session.server_version')}")
    parts.append(_encryption(report))
    if get("target.pooled"):
        parts.append("through a transaction pooler")
    elif get("session.pooled"):
        parts.append("through a pooler")
    if get("session.read_only"):
        parts.append("READ-ONLY")
    if report.verdict.status is Status.REACHABLE:
        parts.append("no login was made")
    return ", ".join(part for part in parts if part)


def _encryption(report: Report) -> str:
    get = report.observations.get
    if get("target.host_kind") == "socket":
        return "a local socket"
    if get("authentication.encrypted") is False or (
        get("authentication.encrypted") is None and not get("tls.handshake")
    ):
        by = " from PGSSLMODE" if get("authentication.clear_text") == ClearText.PGSSLMODE else ""
        return f"NOT encrypted (sslmode={get('target.sslmode')}{by})"
    version = f"TLS {release(get('tls.version') or get('session.tls_version') or '')}".strip()
    checked = get("tls.verify_required")
    if checked == "none":
        return f"{version}; certificate NOT checked (sslmode={get('target.sslmode')})"
    if checked == "ca":
        return f"{version}; certificate checked, its name NOT (sslmode={get('target.sslmode')})"
    return f"{version}; certificate checked" if checked == "full" else version


def _origin(seen: Observations) -> str:
    get = seen.get
    given = get("target.origin") in (None, "the connection string")
    sentences = [] if given else [f"Used {get('target.origin')}."]
    if others := get("target.other_candidates"):
        sentences.append(f"Also set, other host: {', '.join(others)}.")
    return " ".join(sentences)


def _others(seen: Observations) -> Iterator[str]:
    """Whose run this was, and who else would fare differently."""
    get = seen.get
    title = get("client.title") or "libpq"
    if get("startup.needs_sni") and get("client.sends_sni"):
        yield "A client without SNI (libpq before 14) is refused here: pgwhy --client NAME"
    yield f"Tested as {title} on this machine. Does your application still fail?"
