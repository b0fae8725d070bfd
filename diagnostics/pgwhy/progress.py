"""What a stage is: one row for each, and how far a run got by them.

Everything that differs from stage to stage is here, as data: the facts that show that a client passed it or was
stopped, and the words for both. What tells of stages elsewhere (verdict, ladder, comparison, fixes) reads these rows.
A fact is named by its path, `record.name`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pgwhy.facts import Observations
from pgwhy.scales import Stage as Stage
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Shown:
    """A fact has one of these values."""

    path: str
    values: tuple[Any, ...]

    def holds(self, seen: Observations) -> bool:
        return seen.get(self.path) in self.values


@dataclass(frozen=True)
class Look:
    """A command, and what it shows."""

    command: str
    """With the word TARGET where the command takes one: see `with_target`."""
    shows: str


def with_target(command: str, argument: str) -> str:
    """The command as this user types it; without an argument pgwhy finds the target as it did, or looks around."""
    return command.replace(" TARGET", f" {argument}" if argument else "")


@dataclass(frozen=True)
class Row:
    """What there is to know about one stage."""

    name: str
    """On its rung of the ladder."""
    place: str
    """Behind `FAILS` in a headline."""
    noun: str
    """Where two runs part."""
    stopped: Callable[[Observations], bool]
    """This run did not get past the stage; false where it never came to it."""
    look: Look
    """What settles an error text that speaks of this stage, while nothing was looked at."""
    sentence: str = ""
    """What is said of a run that stopped here; empty where no run can be seen to."""
    record: str = ""
    """The record whose probe decides how the stage went; empty: none does."""
    outcomes: tuple[str, ...] = ()
    """The facts that say how it went: where they differ, two runs part."""
    passed: tuple[Shown, ...] = ()
    """Each of them shows that the client got past it."""
    past: tuple[Shown, ...] = ()
    """Each of them shows that this run got past it, or past a part of it. A cause names the one that rules it out
    (`About.ruled_out_by`)."""
    text: str = ""
    """The fact with the text of the server, or of libpq, that ends it; empty: it has none."""
    again: Look | None = None
    """What may show more about a run that stopped here."""
    still_stopped: str = ""
    """What is said of a fix with which the client stops here; empty from the first answer on, which speaks itself."""
    got_past: str = ""
    """What is said of a fix with which the client gets past it; empty where no fix is tried for it."""
    obstacle: str = ""
    """What it is called where such a fix stops at it."""
    lacks: str = ""
    """What the server lacks for a machine that stops here, in a way that the network explains; else empty."""
    trips: int = 0
    """Round trips at least from the first packet to the end of the stage, of its own connection."""


def row(stage: Stage) -> Row:
    """What there is to know about it."""
    return _ROWS[stage]


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
    return next((stage for stage in Stage if row(stage).stopped(seen)), None)


def passed(seen: Observations) -> int:
    """How many stages, from the first on, this run shows to be passed."""
    shown = (n for n, stage in enumerate(Stage, start=1) if any(test.holds(seen) for test in row(stage).passed))
    return max(shown, default=0)


def last_text(seen: Observations) -> str:
    """The text that ended the run: of the settings, which end it before it begins, or of the last stage with one.

    Empty if there is none. What a stage said that the run got past, under another setting perhaps, ended nothing.
    """
    for path, past in _ENDINGS:
        if path and (text := seen.get(path)):
            return str(text)
        for shown in past:
            if shown.holds(seen):
                return ""
    return ""


def _tls_stops(seen: Observations) -> bool:
    if seen.get("tls.ssl_answer") in (None, "error"):
        return False
    if seen.get("tls.ssl_answer") == "not-asked" and seen.get("tls.handshake") is None:
        return False
    if seen.get("tls.ssl_answer") not in ("S", "not-asked") and seen.get("target.may_connect_unencrypted") is False:
        return True
    if seen.get("tls.ssl_answer") in ("silent", "closed", "reset", "not-postgres"):
        return True
    return seen.get("tls.handshake") is False or (
        seen.get("tls.verifies") is False and seen.get("authentication.outcome") != "ok"
    )


_WITH_TEXT = "pgwhy TARGET --error '<this text>'"
_WHOLE_RUN = Look(_WITH_TEXT, "checks your connection and tries the fixes")
_PATIENTLY = Look("pgwhy TARGET --timeout 60", "a busy or waking server answers late, a dead one never")
_ROWS = {
    Stage.CONFIG: Row(
        name="settings",
        place="at the settings",
        noun="the settings",
        record="settings",
        outcomes=("settings.readable",),
        stopped=lambda seen: seen.get("settings.readable") is False,
        text="settings.client_refusal",
        sentence="The client does not accept these settings.",
        still_stopped="the client still does not accept the settings",
        got_past="the client accepts the settings now",
        look=Look("pgwhy anatomy TARGET", "what each part of your string means, and which part is wrong"),
    ),
    Stage.DNS: Row(
        name="dns",
        place="at the name",
        noun="the name (DNS)",
        record="dns",
        outcomes=("dns.outcome",),
        stopped=lambda seen: seen.get("dns.outcome") not in (None, "found", "skipped"),
        passed=(Shown("dns.outcome", ("found",)),),
        past=(Shown("dns.outcome", ("found",)),),
        sentence="The name could not be looked up.",
        still_stopped="the name cannot be looked up",
        lacks="has no address",
        got_past="the name can be looked up now",
        obstacle="DNS",
        look=Look(f"{_WITH_TEXT} --compare-dns public", "what your resolver and others answer for the name"),
        again=Look("pgwhy TARGET --compare-dns public", "whether other resolvers know the name"),
    ),
    Stage.TCP: Row(
        name="tcp",
        place="at the port",
        noun="the port (TCP)",
        record="tcp",
        outcomes=("tcp.outcome", "tcp.client_gives_up"),
        stopped=lambda seen: seen.get("tcp.outcome") == "none" or seen.get("tcp.client_gives_up") is True,
        passed=(Shown("tcp.outcome", ("all",)),),
        past=(Shown("tcp.outcome", ("all",)),),
        sentence="No address of the server accepts a connection.",
        still_stopped="no address accepts a connection",
        lacks="accepts no connection",
        got_past="an address accepts the connection now",
        obstacle="TCP",
        look=Look(f"{_WITH_TEXT} --no-login", "which addresses accept a connection from this machine"),
        again=_PATIENTLY,
        trips=1,
    ),
    Stage.TLS: Row(
        name="tls",
        place="at TLS",
        noun="encryption (TLS)",
        record="tls",
        outcomes=("tls.ssl_answer", "tls.handshake", "tls.verifies"),
        stopped=_tls_stops,
        passed=(Shown("authentication.outcome", ("refused",)),),
        past=(
            Shown("tls.ssl_answer", ("S",)),
            Shown("tls.handshake", (True,)),
        ),
        text="tls.error_message",
        sentence="The connection ends during the TLS negotiation.",
        still_stopped="encryption cannot be negotiated",
        got_past="encryption is negotiated now",
        obstacle="TLS",
        look=Look(f"{_WITH_TEXT} --no-login", "what the server shows in TLS, and the fixes tried"),
        again=_PATIENTLY,
        trips=3,  # to connect 1, SSLRequest 1, TLS 1.3 1
    ),
    Stage.STARTUP: Row(
        name="startup",
        place="at start-up",
        noun="the start-up message",
        record="startup",
        outcomes=("startup.reached", "startup.answer"),
        stopped=lambda seen: seen.get("startup.reached") in ("none", "startup"),
        passed=(Shown("authentication.password_used", (True,)),),
        past=(Shown("startup.reached", ("auth", "session")),),
        text="startup.message",
        sentence="The server accepts the connection but does not get as far as asking for a password.",
        got_past="the server asks for the password now",
        obstacle="start-up",
        look=Look(f"{_WITH_TEXT} --no-login", "what the server answers, and the fixes tried"),
        again=_PATIENTLY,
        trips=4,  # and the first answer 1
    ),
    Stage.AUTH: Row(
        name="login",
        place="at the login",
        noun="the login",
        record="authentication",
        outcomes=("authentication.outcome",),
        stopped=lambda seen: seen.get("authentication.outcome") not in (None, "ok"),
        passed=(Shown("authentication.outcome", ("ok",)),),
        past=(Shown("authentication.outcome", ("ok",)),),
        text="authentication.message",
        sentence="The login fails.",
        got_past="the login succeeds now",
        obstacle="login",
        look=_WHOLE_RUN,
        again=_PATIENTLY,
        trips=6,  # and SCRAM 2 (RFC 5802; protocol 3.0)
    ),
    Stage.SESSION: Row(
        name="session",
        place="after the login",
        noun="the session",
        record="session",
        outcomes=("session.usable", "session.read_only"),
        stopped=lambda seen: seen.get("session.usable") is False,
        text="session.message",
        sentence="The login succeeds but the first query fails.",
        obstacle="the first query",
        look=_WHOLE_RUN,
        trips=1,  # on the connection of the login
    ),
    Stage.CLIENT: Row(
        name="this machine",
        place="in the client",
        noun="the client itself",
        stopped=lambda seen: False,  # no probe looks into another program
        look=Look("pgwhy run -- <your command>", "what happens to your program itself, and the string it uses"),
    ),
}
_ENDINGS = tuple(
    (each.text, each.past) for each in map(row, (Stage.CONFIG, *reversed(Stage))) if each.text or each.past
)
"""For `last_text`: of each stage the fact with the text that ends a run, and what shows that the run got past it."""
NETWORK = tuple(stage for stage in Stage if row(stage).lacks)
"""The stages on the way to the server: they go the same for every client of a machine."""
