"""The rungs of the ladder from the first byte on: encryption, the first answer, the login, the session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pgwhy.causes import Cause
from pgwhy.facts import Observations
from pgwhy.progress import Stage
from pgwhy.report.ladder.rung import ENDS, Mark, Rung, release, tidied
from pgwhy.target.obstacle import ClearText
from pgwhy.target.obstacle import reason as kept_back


def tls(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    answer = get("tls.ssl_answer")
    fails = stopped is Stage.TLS or cause in _SEEN_HERE
    bad = Mark.FAIL if fails else Mark.NOTE
    if answer is None and get("tls.handshake") is None:
        return
    if get("client.sni_blocked_by") == "no-tls":  # the handshake was looked at for the fixes; this client makes none
        text = f"not asked for (sslmode={get('target.sslmode')})"
        if cause is Cause.SSL_REQUIRED:
            yield Rung(Mark.FAIL, Stage.TLS, f"{text}; the server requires it")
        else:
            yield Rung(Mark.SKIP, Stage.TLS, text)
    elif answer == "not-asked" and get("tls.handshake") is None:
        over_a_socket = get("target.host_kind") == "socket"
        text = "not used on a Unix socket" if over_a_socket else f"not asked for (sslmode={get('target.sslmode')})"
        yield Rung(Mark.SKIP, Stage.TLS, text)
    elif get("tls.handshake") and get("authentication.outcome") == "ok" and get("authentication.encrypted") is False:
        text = f"{release(get('tls.version') or 'TLS')} works, but the login went without TLS"
        yield Rung(Mark.NOTE, Stage.TLS, f"{text} (sslmode={get('target.sslmode')})", get("tls.handshake_ms"))
    elif get("tls.handshake"):
        yield from _certificate(seen, fails, told_mode=stopped is not Stage.CONFIG)
    elif get("tls.handshake") is False:
        words = get("tls.alert") or tidied(get("tls.detail") or "") or ENDS.get(str(get("tls.failure")), "it failed")
        yield Rung(bad, Stage.TLS, f"the handshake ends: {words}", get("tls.handshake_ms"))
    else:
        yield Rung(bad, Stage.TLS, _no_tls(seen, str(answer)), of_server=answer in _OF_SERVER)


_SEEN_HERE = frozenset(
    (
        Cause.SELF_SIGNED_CERTIFICATE,
        Cause.UNKNOWN_CA,
        Cause.CERTIFICATE_HOSTNAME_MISMATCH,
        Cause.CERTIFICATE_EXPIRED,
        Cause.TLS_INTERCEPTION,
    )
)
"""Causes that a client reports and that show in the certificate, even where the client here does not look at it."""


def _no_tls(seen: Observations, answer: str) -> str:
    if answer == "error":
        return f"refused: {tidied(seen.get('tls.error_message') or '')}"
    if answer == "not-postgres":
        return f"{_SPEAKERS.get(str(seen.get('tls.speaks')), 'something else')} answers here, not Postgres"
    return {
        "N": "the server offers no TLS",
        "silent": "accepts, then stays silent",
        "closed": "closes the connection without sending anything",
        "reset": "the connection is reset",
    }.get(answer, answer)


_OF_SERVER = ("silent", "closed")
"""Answers whose words say what the server does."""
_SPEAKERS = {"http": "HTTP", "ssh": "SSH", "mysql": "MySQL", "redis": "Redis", "smtp": "SMTP", "tls": "bare TLS"}


def _certificate(seen: Observations, fails: bool, *, told_mode: bool) -> Iterator[Rung]:
    get = seen.get
    version, ms = release(get("tls.version") or "TLS"), get("tls.handshake_ms")
    fault = _fault(seen)
    checked = get("tls.verify_required")
    if fault and checked == "none" and not fails:
        mode = f" (sslmode={get('target.sslmode')})" if told_mode else ""  # a mode that does not exist means nothing
        yield Rung(Mark.OK, Stage.TLS, f"{version}, certificate not checked{mode}", ms)
    elif fault:
        yield Rung(Mark.FAIL if fails else Mark.NOTE, Stage.TLS, f"{version}, {fault}", ms)
    elif get("tls.chain") or get("tls.trust") is not None:
        text = f"{version}, certificate valid" + (" for this name" if get("tls.name_matches") else "")
        yield Rung(Mark.OK, Stage.TLS, text, ms)
    else:
        yield Rung(Mark.OK, Stage.TLS, version, ms)


def _fault(seen: Observations) -> str:
    """What is wrong with the certificate; empty where nothing is."""
    trust = str(seen.get("tls.trust") or "trusted")
    if trust in _FAULTS:
        return _FAULTS[trust].format(issuer=seen.get("tls.issuer") or "an unknown issuer")
    if seen.get("tls.name_matches") is False and seen.get("tls.verify_required") != "ca":
        chain = seen.get("tls.chain") or ()
        names = ", ".join(chain[0].names[:2]) if chain else "another name"
        return f"certificate issued for {names}"
    return ""


_FAULTS = {
    "expired": "certificate expired",
    "not-yet-valid": "certificate not valid yet",
    "self-signed": "self-signed certificate",
    "self-signed-root": "certificate from {issuer}, which this trust store does not contain",
    "unknown-issuer": "certificate from {issuer}, which this trust store does not contain",
    "missing-intermediate": "the server does not send its intermediate certificate",
    "invalid": "certificate rejected",
    "no-store": "no root certificates to check it against",
}


def startup(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    answer, ms = get("startup.answer"), get("startup.answer_ms")
    arms = get("startup.with_sni"), get("startup.without_sni")
    if stopped is Stage.TLS or answer in (None, "not-reached"):
        return  # the client does not get here, whatever the server would say
    lacks_sni = get("client.sends_sni") is False and get("client.sni_blocked_by") != "no-tls"
    odd = _went(answer) is Mark.NOTE
    # The login has what this probe lacks, such as the client's certificate. Where it went well, nothing is broken.
    passed = odd and get("authentication.outcome") == "ok" and get("error.origin") != "reported"
    refused = (stopped is Stage.STARTUP or odd) and not passed
    said = _says(answer, get("startup.message"), routed=not lacks_sni or get("target.provider") != "neon")
    compares = lacks_sni or cause in (Cause.SNI_MISSING, Cause.ENDPOINT_MISMATCH)
    if not compares or any(arm in (None, "not-reached") for arm in arms):
        mark = Mark.FAIL if refused else Mark.NOTE if passed else Mark.OK
        if passed:
            said = f"to pgwhy's own probe: {said}"
        yield Rung(mark, Stage.STARTUP, said, ms, of_server=answer in _OF_SERVER and not passed)
        return
    with_sni = _says(arms[0], get("startup.with_sni_message"), routed=True)
    if lacks_sni:
        how = "without SNI, endpoint in options" if get("target.option_endpoint") else "without SNI"
        yield Rung(_went(arms[0]), Stage.STARTUP, f"with SNI: {with_sni}")
        yield Rung(Mark.FAIL if refused or cause is Cause.SNI_MISSING else Mark.OK, Stage.STARTUP, f"{how}: {said}", ms)
        return
    without = _says(arms[1], get("startup.without_sni_message"), routed=get("target.provider") != "neon")
    yield Rung(Mark.FAIL if refused else Mark.OK, Stage.STARTUP, f"with SNI: {with_sni}", ms)
    # The client of whom only a text is known: it is the one without SNI.
    yield Rung(Mark.FAIL if cause is Cause.SNI_MISSING else _went(arms[1]), Stage.STARTUP, f"without SNI: {without}")


def _went(answer: Any) -> Mark:
    """How a first answer is to be seen that nobody is stopped by."""
    return Mark.NOTE if answer in ("error", "silent", "closed", "reset", "not-postgres") else Mark.OK


def _says(answer: Any, message: str | None, *, routed: bool) -> str:
    if answer == "error":
        return tidied(message or "") or "an error without a text"
    if answer == "clear-text" and not routed:
        return "no endpoint, asks for clear text"
    return _ANSWERS.get(str(answer), str(answer))


_ANSWERS = {
    "scram-plus": "SCRAM offered",
    "scram": "SCRAM offered",
    "sasl-other": "login with a token offered",
    "md5": "md5 password asked for",
    "clear-text": "clear-text password asked for",
    "gss": "Kerberos asked for",
    "ok": "no password asked for",
    "silent": "accepts, then stays silent",
    "closed": "closes the connection without sending anything",
    "reset": "the connection is reset",
    "not-postgres": "the answer is not Postgres",
    "http": "the provider's HTTP side answers",
}


def login(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    outcome, ms = get("authentication.outcome"), get("authentication.elapsed_ms")
    if outcome is None:
        return
    if outcome == "ok" and speaks_here(seen):
        return  # the rung of `here` shows it
    if outcome == "ok":
        how = [f"{get('target.user') or get('session.user') or 'the role'} is logged in"]
        how += ["channel binding used"] if get("authentication.channel_bound") else []
        how += [_BY_PGSSLMODE] if _by_pgsslmode(seen) else []
        yield Rung(Mark.OK, Stage.AUTH, ", ".join(how), ms)
    elif outcome == "not-tried":
        obstacle = get("authentication.not_tried_because")
        reason = _NOT_TRIED.get(str(obstacle))
        if why := kept_back(obstacle):
            yield Rung(Mark.NOTE, Stage.AUTH, f"no password was sent: {why}")
        elif reason and get("here.outcome") is None:
            yield Rung(Mark.SKIP, Stage.AUTH, reason)
    elif stopped in (Stage.AUTH, Stage.SESSION, None):  # before that, it only repeats what the rung above says
        said = (
            _kept_back_clear_text(seen)
            or _KEPT_BACK.get(str(get("authentication.stopped_by") or outcome))
            or tidied(get("authentication.message") or "")
            or "it failed"
        )
        # Where the pooled host is silent, what the direct one refuses is the answer.
        elsewhere = get("target.pooled") is True and get("authentication.host") == get("target.direct_host")
        yield Rung(Mark.FAIL, Stage.AUTH, f"direct host: {said}" if elsewhere else said, ms)


def here(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    """What this machine's own libpq does with the string, where another client failed."""
    get = seen.get
    if speaks_here(seen) and get("authentication.outcome") == "ok":
        version = get("environment.libpq_version")
        who = f"libpq {version // 10000}" if version else "libpq"
        server = f", PostgreSQL {get('session.server_version')}" if get("session.server_version") else ""
        yield Rung(Mark.OK, Stage.CLIENT, f"{who} logs in{server}", get("authentication.elapsed_ms"))
    elif get("here.outcome") == "ok":
        yield Rung(Mark.OK, Stage.CLIENT, f"{get('here.client')} logs in", get("here.elapsed_ms"))
    elif why := kept_back(get("here.not_tried_because")):
        yield Rung(Mark.SKIP, Stage.CLIENT, f"{get('here.client')} sent no password: {why}")
    elif get("here.outcome") not in (None, "not-tried"):
        said = tidied(get("here.message") or str(get("here.outcome")))
        yield Rung(Mark.FAIL, Stage.CLIENT, f"{get('here.client')}: {said}")


def _kept_back_clear_text(seen: Observations) -> str:
    """Why a clear-text password is kept back although a variable says sslmode=disable; empty in every other case."""
    held = seen.get("authentication.outcome") == "clear-text-held-back"
    return _PGSSLMODE_ALONE if held and seen.get("authentication.clear_text") == ClearText.PGSSLMODE_ALONE else ""


def _by_pgsslmode(seen: Observations) -> bool:
    asked = seen.get("startup.answer") == "clear-text"
    return bool(asked and seen.get("authentication.clear_text") == ClearText.PGSSLMODE)


def speaks_here(seen: Observations) -> bool:
    """The login is that of this machine's libpq, and not that of the client whose error was pasted."""
    return seen.get("error.origin") == "reported" and seen.get("here.outcome") in (None, "not-tried")


_NOT_TRIED = {
    "no-login": "not tried: this run makes no login",
    "exchanges-spent": "not tried: at most three password exchanges a run",
    "no-process": "not tried: pgwhy cannot start the process that libpq runs in",
}
_BY_PGSSLMODE = "the password was sent in clear text, as PGSSLMODE=disable asks for"
_PGSSLMODE_ALONE = (
    "the server asks for a clear-text password; pgwhy did not send it, because only PGSSLMODE says disable, and your "
    "connection string does not"
)
_KEPT_BACK = {
    "clear-text-held-back": "the server asks for a clear-text password; pgwhy did not send it",
    "password-missing": "the server asks for a password, and there is none",
    "timed-out": "no answer in time",
    "exchanges-spent": "the server asks for the password again and again; pgwhy stopped",
    "scram-iterations": "the server asks for too many SCRAM iterations; pgwhy stopped",
    "memory": "the server sends more than pgwhy reads",
    "unguarded": "this libpq is older than 16 and cannot hold back a clear-text password",
    "process-gone": "the process that libpq runs in ended unexpectedly",
}


def session(seen: Observations, stopped: Stage | None, cause: Cause | None) -> Iterator[Rung]:
    get = seen.get
    if get("session.usable") is None:
        return
    if speaks_here(seen) and get("session.usable"):
        return  # the rung of `here` shows it
    if get("session.usable") is False:
        yield Rung(Mark.FAIL, Stage.SESSION, tidied(get("session.message") or "") or "no query can be run")
        return
    parts = [f"PostgreSQL {get('session.server_version')}" if get("session.server_version") else "a query runs"]
    odd = ["read-only"] if get("session.read_only") else []
    odd += [f"ignored: {', '.join(get('session.ignored_parameters'))}"] if get("session.ignored_parameters") else []
    odd += ["far away"] if get("session.far_away") else []
    yield Rung(Mark.NOTE if odd else Mark.OK, Stage.SESSION, "; ".join(parts + odd), get("session.round_trip_ms"))
