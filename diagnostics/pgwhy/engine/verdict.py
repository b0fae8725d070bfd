"""The one answer of a run: status, cause, a summary for a person, what else fits, what is ruled out, what is next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pgwhy.causes import Cause
from pgwhy.engine.disagreement import other_target, reported_elsewhere
from pgwhy.engine.explanation import origin
from pgwhy.error_text import Origin
from pgwhy.facts import Observations
from pgwhy.finding import Doubt, Finding, Next, Severity, Status, Verdict, quotation
from pgwhy.progress import NETWORK, Stage, connects, here_connects, row, stopped_at, with_target
from pgwhy.rulebook.match import Match
from pgwhy.rulebook.rule import Rule
from pgwhy.target.obstacle import Obstacle, reason
from pgwhy.values import dataclass


@dataclass(frozen=True)
class Decision:
    """The verdict without its words."""

    status: Status
    stage: Stage | None
    cause: Cause | None
    rule: str | None
    also: tuple[tuple[Cause, str], ...]
    """Other causes at the same stage, with their rules: from here they look the same."""


def counts(match: Match, seen: Observations) -> bool:
    """It is no error, or none that the run itself disproves.

    A run that connects has no error. A pasted error text is about somebody else's run, so what rests on it stays.
    """
    if match.rule.severity is not Severity.ERROR or seen.get("authentication.outcome") != "ok":
        return True
    if origin(match) is Origin.REPORTED:
        return True
    # The login got through, so only what comes after it, or what keeps the client from getting there, can be wrong.
    return not connects(seen) and match.rule.stage in (Stage.SESSION, *NETWORK)


def decide(rules: Iterable[Rule], seen: Observations, *, login: bool, interrupted: bool) -> Decision:
    """What the rules that hold and count come to, the first error being the cause. `login` is false with
    `--no-login`."""
    errors = [rule for rule in rules if rule.severity is Severity.ERROR and rule.cause is not None]
    first = errors[0] if errors else None
    stage = None
    status = _status_without_cause(seen, login=login) if first is None else Status.FAILS
    if first is not None and first.cause is Cause.NOT_A_CONNECTION_PROBLEM:
        status = Status.CONNECTS
    if interrupted and first is None and status is Status.FAILS and stopped_at(seen) is None:
        status = Status.UNKNOWN  # nothing has failed so far
    if status is Status.UNKNOWN and _kept_back(seen):
        stage = Stage.AUTH
    if status is Status.FAILS:
        stage = _stage_of(first, seen) if first is not None else stopped_at(seen)
    if first is None:
        return Decision(status, stage, None, None, ())
    return Decision(status, stage, first.cause, first.id, tuple(_others(errors)))


def _stage_of(rule: Rule, seen: Observations) -> Stage | None:
    """The stage of its cause; what the rule says instead, where this run got past that one."""
    stage = rule.cause.about.stage if rule.cause is not None else None
    past = stage is not None and any(shown.holds(seen) for shown in row(stage).past)
    return rule.stage if past else stage


def worded(
    decision: Decision, first: Finding | None, doubts: tuple[Doubt, ...], seen: Observations, *, interrupted: bool
) -> Verdict:
    """The decision for a person. `first` is the finding of its cause; `None` without one."""
    is_open = decision.status in (Status.FAILS, Status.UNKNOWN)
    return Verdict(
        status=decision.status,
        summary=_summary(decision.status, first, seen, interrupted=interrupted),
        stage=decision.stage,
        cause=decision.cause,
        rule=decision.rule,
        owner=first.owner if first else None,
        retry=first.retry if first else None,
        here=_here(seen),
        also=decision.also,
        ruled_out=_ruled_out(seen) if is_open else (),
        next=_next(first, doubts, seen) if is_open and not interrupted else (),
    )


def _status_without_cause(seen: Observations, *, login: bool) -> Status:
    if seen.get("error.origin") == Origin.REPORTED:
        return Status.FAILS if _ran(seen) else Status.UNKNOWN
    if connects(seen):
        return Status.CONNECTS
    if not login and seen.get("startup.reached") in ("auth", "session"):
        return Status.REACHABLE
    if _kept_back(seen) and stopped_at(seen) is Stage.AUTH:
        return Status.UNKNOWN
    return Status.FAILS


def _kept_back(seen: Observations) -> str:
    """Why pgwhy made no login of its own accord, in words; empty if it made one, or the user wanted none."""
    return reason(seen.get("authentication.not_tried_because"))


def _ran(seen: Observations) -> bool:
    return any(name in seen.records for name in ("settings", "dns", "tcp"))


def _summary(status: Status, first: Finding | None, seen: Observations, *, interrupted: bool) -> str:
    sentences = [_disagreement(status, first, seen)]
    if interrupted and not connects(seen):
        sentences.insert(0, "The run was interrupted: this is what is known so far.")
    if first is not None:
        sentences.append(first.because.strip())
    elif status is Status.CONNECTS:
        sentences.append(
            f"The string is right: {seen.get('client.title') or 'libpq'} connects with it from this machine."
        )
    elif status is Status.REACHABLE:
        sentences.append("The server asks for the password, but this run does not send it.")
    elif status is Status.UNKNOWN and _kept_back(seen):
        sentences.append(_how_to_log_in(seen))
    elif status is Status.UNKNOWN and interrupted:
        sentences.append("Nothing has failed so far.")
    elif status is Status.UNKNOWN:
        sentences.append(
            "The text is about another service, not about Postgres."
            if seen.get("error.about_another_service")
            else "No known cause fits this text."
        )
    else:
        sentences.append(_stopped_words(seen))
    return " ".join(sentence for sentence in sentences if sentence)


def _disagreement(status: Status, first: Finding | None, seen: Observations) -> str:
    """The most useful sentence of a ticket: what failed elsewhere works here, or was never about this string."""
    if status is not Status.FAILS or not _ran(seen):
        return ""
    reported = seen.get("error.origin") == Origin.REPORTED
    got_through = here_connects(seen) and not seen.get("session.message")
    if reported:
        told = first.cause if first is not None and first.origin is Origin.REPORTED else None
        stopped = None if got_through else stopped_at(seen)
        if said := other_target(seen) or reported_elsewhere(seen, told, stopped, connects=got_through):
            return said
    if got_through and (reported or not connects(seen)) and seen.get("tcp.client_gives_up") is not True:
        title = seen.get("client.title") or "libpq"
        if not seen.get("here.client") and seen.get("client.named") and seen.get("client.id") != "libpq":
            return f"The string is right: pgwhy connects with it from this machine, as {title} would."
        own = seen.get("here.client") or title
        return f"The string is right: pgwhy's client ({own}) connects with it from this machine."
    return ""


def _stopped_words(seen: Observations) -> str:
    stage = stopped_at(seen)
    if stage is Stage.AUTH and seen.get("authentication.outcome") == "stopped":
        return "A limit of pgwhy ended the login. The server did not refuse it."
    words = row(stage).sentence if stage else "The client's failure could not be reproduced from this machine."
    return words + quotation(seen) if stage is not None else words


def _how_to_log_in(seen: Observations) -> str:
    """What the user can do so that the login is made after all."""
    asked = "The server answers, and no password was sent, so it is not known whether it accepts yours."
    if seen.get("authentication.not_tried_because") == Obstacle.OLD_LIBPQ:
        version = seen.get("environment.libpq_version")
        libpq = f"libpq {version // 10000}" if version else "an older libpq"
        return f"{asked} pgwhy uses {libpq} here. Install a newer one: pip install --upgrade 'psycopg[binary]'."
    why = _kept_back(seen)
    return f"{asked} {why[:1].upper()}{why[1:]}."


def _server_refused(seen: Observations) -> bool:
    """It answered, and what it said ended the login: waiting longer changes nothing."""
    return bool(seen.get("startup.answer") == "error" or seen.get("authentication.outcome") in ("refused", "stopped"))


def _here(seen: Observations) -> str | None:
    connected = here_connects(seen)
    if seen.get("here.outcome") is None and seen.get("error.origin") != Origin.REPORTED:
        return None
    libpq = seen.get("here.client") or "libpq"
    if connected is None:
        return f"{libpq} on this machine was not tried" if _ran(seen) else None
    if connected:
        return f"{libpq} on this machine connects"
    said = str(seen.get("here.message") or seen.get("authentication.message") or "").strip().splitlines()
    return f"{libpq} on this machine fails too" + (f": {said[-1]}" if said else "")


def _others(errors: list[Rule]) -> Iterator[tuple[Cause, str]]:
    first, *rest = errors
    named = {first.cause}
    for rule in rest:
        if rule.cause is not None and rule.cause not in named and rule.stage is first.stage:
            named.add(rule.cause)
            yield rule.cause, rule.id


def _ruled_out(seen: Observations) -> tuple[tuple[Cause, str], ...]:
    """What this machine's run excludes; a pasted error came from another place, so nothing is excluded for it."""
    if seen.get("error.origin") == Origin.REPORTED:
        return ()
    return tuple(
        (cause, shown.path)
        for stage in Stage
        for shown in row(stage).past
        if shown.holds(seen)
        for cause in Cause
        if cause.about.ruled_out_by == shown.path
    )


def _next(first: Finding | None, doubts: tuple[Doubt, ...], seen: Observations) -> tuple[Next, ...]:
    """Commands that would settle what is open, cheapest first."""
    steps: list[Next] = []

    def say(command: str, settles: str) -> None:
        steps.append(Next(with_target(command, str(seen.get("target.argument") or "")), settles))

    if first is not None and not _ran(seen):
        look = row(first.stage).look  # none costs a login without need
        say(look.command, look.shows)
    if first is None and not _ran(seen) and seen.get("error.about_another_service"):
        say("pgwhy TARGET", "whether the database can be reached")
    elif first is None and not _ran(seen):
        say("pgwhy TARGET --error '<the text>'", "checks the server itself too")
    missing = {path.partition(".")[0] for doubt in doubts for path in doubt.missing}
    if "client" in missing and not seen.get("client.named"):
        say("pgwhy TARGET --client NAME@VERSION", "which client fails, and what it can do")
    if first is None and seen.get("error.origin") is None and _ran(seen) and stopped_at(seen) in (None, Stage.SESSION):
        say("pgwhy TARGET --error '<what it printed>'", "what the failing client says")
    if first is None and seen.get("error.origin") == Origin.REPORTED and here_connects(seen):
        say("pgwhy, where it fails", "the same machine, container and environment as the program")
        if not seen.get("client.named"):
            say("pgwhy TARGET --client NAME", "the program's driver, so that pgwhy behaves like it")
    if first is None and _kept_back(seen):
        say("your own client, with the same string", "whether the server accepts the password")
    elif first is None and _server_refused(seen):
        say("ask the server's administrator", "its log says more about this message")
    elif first is None and (stage := stopped_at(seen)) and (again := row(stage).again):
        say(again.command, again.shows)
    return tuple(steps)
