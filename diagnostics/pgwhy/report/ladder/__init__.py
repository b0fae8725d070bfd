"""The ladder: one line for each stage, what was seen there in the user's terms, and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pgwhy.causes import Cause
from pgwhy.facts import Observations
from pgwhy.progress import Stage, row, stopped_at
from pgwhy.report.ladder import stages
from pgwhy.report.ladder.rung import ENDS, REPORTED, Mark, Rung, tidied

Maker = Callable[[Observations, Stage | None, Cause | None], Iterator[Rung]]
"""Of what was seen, the stage that stopped the run, and the cause: the rungs of one stage."""


def rungs(seen: Observations, cause: Cause | None = None) -> tuple[Rung, ...]:
    """The ladder of what was seen, as far as it goes; a stage that was not reached has no rung."""
    stopped = stopped_at(seen)
    found = tuple(
        rung for make in (*map(_maker, Stage), *_OTHER_WAYS, stages.here) for rung in make(seen, stopped, cause)
    )
    return (*found, *_told(seen, cause, found))


def _settings(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    if get("target.host") is None:
        return
    details = get("target.problem_details") or ()
    wrong = stopped is Stage.CONFIG or (details and cause is not None and cause.about.stage is Stage.CONFIG)
    if wrong:
        yield Rung(Mark.FAIL, Stage.CONFIG, _wrong_settings(seen))
        return
    parts = [str(get("target.origin") or "libpq's defaults"), _server(seen)]
    yield Rung(Mark.NOTE if details else Mark.OK, Stage.CONFIG, "; ".join(part for part in parts if part))
    for detail in details[:1]:
        yield Rung(Mark.NOTE, Stage.CONFIG, detail)


def _wrong_settings(seen: Observations) -> str:
    get = seen.get
    if details := get("target.problem_details"):
        return str(details[0])
    if invalid := get("settings.invalid_parameter"):
        return f"{invalid}={get('settings.invalid_value')}: no such value"
    if unknown := get("settings.unknown_parameters"):
        return f"{unknown[0]}: no such parameter"
    if refused := get("settings.refused_parameters"):
        return f"{refused[0]}: {get('client.title') or 'the client'} refuses it"
    return tidied(get("settings.client_refusal") or "") or "the client does not accept them"


def _server(seen: Observations) -> str:
    """Where the target points to, as its owner calls it."""
    get = seen.get
    if get("target.provider") == "neon":
        way = "pooled host" if get("target.pooled") else "direct host"
        return ", ".join(part for part in ("Neon", way, get("target.region")) if part)
    host, port = get("target.host") or get("target.hostaddr") or "default socket", get("target.port")
    more = (get("target.host_count") or 1) - 1
    also = f" and {more} more" if more else ""
    if get("target.host_kind") == "socket":
        return f"{host}{also}"
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{shown}:{port}{also}" if port else f"{shown}{also}"


def _dns(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    outcome, ms = get("dns.outcome"), get("dns.time_ms")
    if outcome is None or (outcome == "skipped" and get("target.host_kind") != "name"):
        return
    if outcome == "skipped":
        why = "the HTTP proxy looks the name up" if get("http_proxy.used") else "hostaddr is given"
        yield Rung(Mark.SKIP, Stage.DNS, f"not needed: {why}")
    elif outcome == "found":
        counts = [f"{get(f'dns.ipv{n}_count')} IPv{n}" for n in (4, 6) if get(f"dns.ipv{n}_count")]
        odd = [word for path, word in _ODD_NAMES if get(path)]
        yield Rung(Mark.NOTE if odd else Mark.OK, Stage.DNS, "; ".join([", ".join(counts), *odd]), ms)
    else:
        said = ", ".join(word for word in get("dns.rcodes") or () if word != "NOERROR")
        words = _NAMELESS.get(str(outcome), str(outcome))
        yield Rung(Mark.FAIL, Stage.DNS, f"{words} ({said})" if said else words, ms)


_ODD_NAMES = (
    ("dns.hosts_file_overrides", "the hosts file overrides the name"),
    ("dns.wildcard", "a name that cannot exist is found too"),
    ("dns.first_resolver_dead", "the first resolver does not answer"),
    ("dns.compared_differs", "another resolver gives a different answer"),
)
_NAMELESS = {
    "not-found": "the name does not exist",
    "temporary-failure": "the resolver could not answer",
    "timed-out": "no resolver answered in time",
    "invalid-name": "this cannot be a host name",
}


def _tcp(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    attempts, outcome = get("tcp.attempts"), get("tcp.outcome")
    if not attempts:
        return
    failed = [a for a in attempts if a.failure]
    words = "; ".join(dict.fromkeys(ENDS.get(str(a.failure), str(a.failure)) for a in failed))
    only, port = attempts[0], attempts[0].port
    socket = str(only.address).startswith(("/", "@"))
    where = "the socket" if socket else only.address if len(attempts) == 1 else f"{len(attempts)} addresses"
    on = "" if socket or any(each.port != port for each in attempts) else f" on {port}"
    if outcome == "all":
        text = f"{where} answers{on}" if len(attempts) == 1 else f"{len(attempts)} of {where} answer{on}"
        yield Rung(Mark.OK, Stage.TCP, text, get("tcp.connect_ms"))
    elif outcome == "none":
        text = f"{where}{on}: {words}" if len(attempts) == 1 else f"none of {where} answers{on}: {words}"
        yield Rung(Mark.FAIL, Stage.TCP, text, max(a.ms for a in failed))
    else:
        mark = Mark.FAIL if get("tcp.client_gives_up") else Mark.NOTE
        delay = get("tcp.client_delay_s")
        late = f"; costs this client {delay:.0f} s" if delay and delay >= 1 else ""
        text = f"{len(attempts) - len(failed)} of {where} answer{on}, {_families(failed)}: {words}{late}"
        yield Rung(mark, Stage.TCP, text, get("tcp.connect_ms"))


def _families(failed: list[Any]) -> str:
    families = {":" in a.address for a in failed}
    return "IPv6" if families == {True} else "IPv4" if families == {False} else "others"


def _web(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    if not get("web.asked"):
        return
    if get("web.reachable"):
        yield Rung(Mark.OK, Stage.TCP, f"port 443 of the provider answers (HTTP {get('web.status')})", label="web")
    else:
        words = ENDS.get(str(get("web.failure")), "no answer from the provider")
        yield Rung(Mark.NOTE, Stage.TCP, f"port 443 does not answer either: {words}", label="web")


def _database_port(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    if not get("database_port.asked"):
        return
    if get("database_port.reachable"):
        yield Rung(Mark.OK, Stage.TCP, f"port {get('target.port')} of the database answers", label="database")
    else:
        words = ENDS.get(str(get("database_port.failure")), "no answer from a Postgres server")
        yield Rung(Mark.NOTE, Stage.TCP, f"port {get('target.port')} does not answer either: {words}", label="database")


def _http_proxy(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    if not get("http_proxy.asked"):
        return
    asked = ((443, get("http_proxy.status_443")), (get("target.port"), get("http_proxy.status_database")))
    told = [f"port {port}: {_tunnel(status)}" for port, status in asked if status is not None]
    good = get("http_proxy.opens_443") or get("http_proxy.opens_database")
    text = f"{get('http_proxy.variable')}: {', '.join(told)}"
    # To a client that goes through the proxy, no tunnel is where it ends; to any other the proxy is one way more.
    ends = get("http_proxy.used") and get("http_proxy.opens_443") is False
    yield Rung(Mark.FAIL if ends else Mark.OK if good else Mark.NOTE, Stage.TCP, text, label="proxy")


def _tunnel(status: int) -> str:
    return "a tunnel" if 200 <= status < 300 else f"refused (HTTP {status})" if status else "no answer"


def _told(seen: Observations, cause: Cause | None, found: tuple[Rung, ...]) -> Iterator[Rung]:
    """The pasted text, where nothing that was looked at fails: it did so for another client."""
    if seen.get("error.origin") != "reported" or not seen.get("error.message"):
        return
    if all(rung.mark is not Mark.FAIL for rung in found):
        stage = cause.about.stage if cause and found else None
        # The rung of the client itself is that of this machine's libpq.
        label = REPORTED if stage is None else "client" if stage is Stage.CLIENT else ""
        said = tidied(seen.get("error.line") or seen.get("error.message"))
        mark = Mark.NOTE if cause is Cause.NOT_A_CONNECTION_PROBLEM else Mark.FAIL
        yield Rung(mark, stage, f"your client: {said}" if found else said, label=label)


def _maker(stage: Stage) -> Maker:
    """What makes a stage's rungs: its own function, or all that its row says."""
    return _OF_STAGE.get(stage) or (lambda seen, stopped, _: _by_its_row(stage, seen, stopped))


def _by_its_row(stage: Stage, seen: Observations, stopped: Stage | None) -> Iterator[Rung]:
    of = row(stage)
    if stopped is stage:
        said = tidied(str(seen.get(of.text) or "")) if of.text else ""
        yield Rung(Mark.FAIL, stage, said or of.still_stopped or of.sentence)
    elif any(shown.holds(seen) for shown in (*of.passed, *of.past)):
        yield Rung(Mark.OK, stage, "passed")


_OTHER_WAYS: tuple[Maker, ...] = (_web, _database_port, _http_proxy)
_OF_STAGE: dict[Stage, Maker] = {
    Stage.CONFIG: _settings,
    Stage.DNS: _dns,
    Stage.TCP: _tcp,
    Stage.TLS: stages.tls,
    Stage.STARTUP: stages.startup,
    Stage.AUTH: stages.login,
    Stage.SESSION: stages.session,
}
"""The stages of which there is more to tell than their row does."""
