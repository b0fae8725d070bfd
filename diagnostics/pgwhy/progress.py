"""How far a run got: whether it connects, and the stage that stopped it."""

from __future__ import annotations

from pgwhy.causes import Stage
from pgwhy.facts import Observations


def connects(seen: Observations) -> bool:
    """The client spoken for gets a usable session, and soon enough."""
    return (
        seen.get("authentication.outcome") == "ok"
        and seen.get("session.usable") is not False
        and seen.get("tcp.client_gives_up") is not True
    )


def here_connects(seen: Observations) -> bool | None:
    """This machine's own libpq gets in with the untouched string; `None` where that was not tried."""
    outcome = seen.get("here.outcome")
    if outcome is None:
        outcome = seen.get("authentication.outcome")
    return None if outcome in (None, "not-tried") else outcome == "ok"


def stopped_at(seen: Observations) -> Stage | None:
    """The first stage at which this run did not get on; `None` if it got through or did not run."""
    checks: tuple[tuple[Stage, bool], ...] = (
        (Stage.CONFIG, seen.get("settings.readable") is False),
        (Stage.DNS, seen.get("dns.outcome") not in (None, "found", "skipped")),
        (Stage.TCP, seen.get("tcp.outcome") == "none" or seen.get("tcp.client_gives_up") is True),
        (Stage.TLS, _tls_stops(seen)),
        (Stage.STARTUP, seen.get("startup.reached") in ("none", "startup")),
        (Stage.AUTH, seen.get("authentication.outcome") not in (None, "ok")),
        (Stage.SESSION, seen.get("session.usable") is False),
    )
    return next((stage for stage, stops in checks if stops), None)


def _tls_stops(seen: Observations) -> bool:
    if seen.get("tls.ssl_answer") in (None, "not-asked", "error"):
        return False
    if seen.get("tls.ssl_answer") != "S" and seen.get("target.may_connect_unencrypted") is False:
        return True
    if seen.get("tls.ssl_answer") in ("silent", "closed", "reset", "not-postgres"):
        return True
    return seen.get("tls.handshake") is False or (
        seen.get("tls.verifies") is False and seen.get("authentication.outcome") != "ok"
    )
