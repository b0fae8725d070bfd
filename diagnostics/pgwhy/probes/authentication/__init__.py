"""The login, by libpq itself, so that its text is what the user's tool would print.

Opens: one connection, and one password exchange at most (libpq's own second attempt under sslmode=prefer counts); the
same once more where the server was full while our own connections were open. Whether a login is made, and what may be
sent with it, is the permit's to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pgwhy.client import Client, ClientFacts
from pgwhy.machine import Machine
from pgwhy.network.login import Stop
from pgwhy.probes import permit
from pgwhy.probes.authentication import full_server, mechanism, over_443, places
from pgwhy.probes.authentication.record import Authentication, AuthOutcome, Here, not_tried
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.settings import SettingsFacts
from pgwhy.probes.startup import Startup
from pgwhy.probes.tcp import Reach, Tcp
from pgwhy.probes.tls import Tls
from pgwhy.progress import Stage
from pgwhy.shipped.regex import lazy
from pgwhy.target import protection
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.target.obstacle import Obstacle
from pgwhy.values import replace

__all__ = ["HERE", "PROBE", "AuthOutcome", "Authentication", "Here"]

if TYPE_CHECKING:
    from pgwhy.network import Network
    from pgwhy.network.login import Login


def at_once(seen: Run) -> Authentication | None:
    """The record of no login, where it is known before that none is tried."""
    if not seen.options.login:
        return not_tried(Obstacle.NO_LOGIN)
    return None if seen[SettingsFacts].readable else not_tried(Obstacle.EARLIER_STAGE)


async def observe(seen: Run, network: Network) -> Authentication:
    """Log in as the client spoken for would."""
    if seen.client.way.over_443:
        return await over_443.observe(seen, network)
    record, seen.connection = await _log_in(seen, network, seen.client)
    return record


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    from pgwhy.network import Network

    if options.login:
        most = f"at most {Network.MAX_EXCHANGES} password exchanges"
        yield f"log in as the client spoken for, and once for each fix tried: {most}"
    else:
        yield "no login (--no-login)"


PROBE = Probe(
    record=Authentication,
    observe=observe,
    stage=Stage.AUTH,
    opens=opens,
    needs=(TargetFacts, ClientFacts, SettingsFacts),
    later=(Tcp, Tls, Startup),
    at_once=at_once,
    needs_readable_settings=False,
)


THE_SAME = Here()


def here_at_once(seen: Run) -> Here | None:
    """Nothing at all where the client spoken for does the same as libpq here."""
    if (
        seen.client.is_libpq_here
        or seen.client.way.over_443
        or (seen.target.problems and not seen[SettingsFacts].readable)
    ):
        return THE_SAME
    same = permit.parameters(seen.target, None) == permit.parameters(seen.target, seen.client)
    return THE_SAME if same and seen[SettingsFacts].readable else None


async def observe_here(seen: Run, network: Network) -> Here:
    """Log in as libpq here, with the untouched string.

    No password goes out where the client spoken for ends before it sends one.
    """
    from pgwhy.network.login import libpq_version

    version = await libpq_version(network)
    title = f"libpq {version // 10000}" if version else "libpq"
    refused = seen[SettingsFacts].client_refusal
    if refused:
        return Here(outcome=AuthOutcome.FAILED, message=refused, client=title)
    if not seen.options.login or seen[Tcp].outcome is Reach.NONE:
        return Here(outcome=AuthOutcome.NOT_TRIED, client=title)
    if await _client_stops(seen):
        return Here(outcome=AuthOutcome.NOT_TRIED, client=title, not_tried_because=Obstacle.CLIENT_STOPS)
    record, connection = await _log_in(seen, network, None)
    if connection is not None:
        connection.finish()
    return Here(
        outcome=record.outcome,
        message=record.message,
        client=title,
        elapsed_ms=record.elapsed_ms,
        not_tried_because=record.not_tried_because,
    )


HERE = Probe(
    record=Here,
    observe=observe_here,
    stage=Stage.AUTH,
    needs=(TargetFacts, ClientFacts, SettingsFacts, Tcp, Authentication),
    later=(Tls, Startup),
    at_once=here_at_once,
)


async def _client_stops(seen: Run) -> bool:
    """The client spoken for ends before it sends a password, or that cannot be ruled out: then this machine's libpq,
    which may ask for less, sends none either. What a *server* refuses before a password does not count.
    """
    tls = await seen.later(Tls)
    if not seen[SettingsFacts].readable or tls.verifies is False:
        return True
    theirs, ours = permit.parameters(seen.target, seen.client), permit.parameters(seen.target, None)
    binding = theirs.get("channel_binding") == "require" != ours.get("channel_binding")
    if protection.rank(theirs) <= protection.rank(ours) and not binding:
        return False
    login = seen[Authentication]
    got_to_it = login.outcome is AuthOutcome.OK or login.password_used
    return not (got_to_it or (tls.handshake and tls.verifies and not binding))


async def _log_in(seen: Run, network: Network, client: Client | None) -> tuple[Authentication, Any]:
    """One login as this client (`None`: libpq here), and the open connection if it succeeded."""
    async with network.login_turn:
        wanted = permit.parameters(seen.target, client)
        most = _most_exchanges(wanted)
        if network.exchanges + most > network.MAX_EXCHANGES:
            return not_tried(Obstacle.EXCHANGES_SPENT), None
        with network.timeline.span("authentication", wanted["sslmode"]) as span:
            went = await _go_through(seen, network, client)
            if not isinstance(went, Obstacle) and await full_server.may_have_room_now(went[0], most, seen, network):
                went = await _go_through(seen, network, client)
            if isinstance(went, Obstacle):
                span.outcome = "called off" if went is Obstacle.EARLIER_STAGE else "kept back"
                return not_tried(went), None
            ended, grant, place = went
            address = place["hostaddr"] or place["host"]
            if ended.stopped is Stop.NO_PROCESS:
                span.outcome = Obstacle.NO_PROCESS
                return not_tried(Obstacle.NO_PROCESS), None
            if client is not None and client.knows_oauth is False:
                met = mechanism.without_oauth(ended.message, (await seen.later(Startup)).mechanisms or ())
                if isinstance(met, Obstacle):
                    span.outcome = "kept back"
                    return not_tried(met), None
                ended = replace(ended, message=met)
            # A refusal that an option of ours caused is not the server's, and never an error text.
            objects = grant.guarded and 'requirement "' in ended.message
            held_back = objects and "server requested a cleartext password" in ended.message
            message = await _without_guard(ended.message, grant, seen) if objects else ended.message
            outcome = span.outcome = _outcome(ended, held_back)
    record = Authentication(
        outcome=outcome,
        stopped_by=ended.stopped,
        message="" if held_back else _as_the_users_tool(message, seen, address),
        clear_text_asked=held_back or "channel binding required but not supported by server" in ended.message or None,
        password_used=ended.password_used,
        channel_bound=grant.parameters.get("channel_binding") == "require" if ended.connection else None,
        exchanges=ended.exchanges,
        scram_iterations=ended.scram_iterations,
        host=place["host"],
        port=int(place["port"]),
        address=address,
        local=ended.local,
        elapsed_ms=round(ended.elapsed_ms, 2),
        waiting_ms=round(ended.waiting_ms, 2),
        encrypted=ended.encrypted,
        clear_text=grant.clear_text,
    )
    return record, ended.connection


async def _without_guard(message: str, grant: permit.Grant, seen: Run) -> str:
    """What libpq would say to the user's own require_auth, where it objects to more than a request for clear text."""
    if grant.requirement is not None:
        return _REQUIREMENT.sub(lambda _: f'requirement "{grant.requirement}"', message)
    code = (await seen.later(Startup)).method_code
    front = message.partition("authentication method requirement")[0]
    return f"{front}authentication method {code} not supported" if code is not None else ""


_REQUIREMENT = lazy(r'requirement "[^"]*"')


def _most_exchanges(parameters: dict[str, str]) -> int:
    """libpq tries a refused password again: under prefer without TLS, under allow with it ("SSL Support")."""
    return 2 if parameters["sslmode"] in ("prefer", "allow") else 1


async def _go_through(
    seen: Run, network: Network, client: Client | None
) -> tuple[Login, permit.Grant, places.Place] | Obstacle:
    """Log in at the first address, or at the one that libpq would go on to: how it ended, with what, and where.

    The permit is asked at each of them. `Obstacle.EARLIER_STAGE` if one has decided.
    """
    from pgwhy.network import login as libpq

    password = seen.target.password.reveal() if seen.target.password is not None else None
    limit = _limit(seen, network)
    place, tried = await places.first(seen, network), []
    while place is not None:
        tried.append(place)
        grant = await permit.ask(seen, network, client, place)
        if isinstance(grant, Obstacle):
            return grant
        most = _most_exchanges(grant.parameters)
        login = libpq.login(network, {**grant.parameters, **place}, password, limit, exchanges=most)
        attempt = asyncio.ensure_future(login)
        objection = asyncio.ensure_future(places.objection(seen, tried))
        try:
            await asyncio.wait({attempt, objection}, return_when=asyncio.FIRST_COMPLETED)
            better = None if attempt.done() else objection.result()
        finally:
            attempt.cancel()
            objection.cancel()
            await asyncio.wait({attempt, objection})
        if not attempt.cancelled():
            ended = attempt.result()
            spent = network.exchanges + most > network.MAX_EXCHANGES
            better = None if ended.connection or spent else await places.following(seen, tried, ended.message)
            if better is None:
                return ended, grant, place
        place = better
    return Obstacle.EARLIER_STAGE


def _limit(seen: Run, network: Network) -> float | None:
    """The client's own limit in seconds. Behind a pooler that hides why it is silent, the login at the direct host
    needs some of the run's time too, so this one ends before the run does. `None`: the run's deadline."""
    own = seen[ClientFacts].connect_timeout_s or None
    if not seen[TargetFacts].pooled:
        return own
    most = network.remaining() - DIRECT_HOST_S
    return own if most <= 0 or (own and own < most) else most


DIRECT_HOST_S = 2.5
"""What a login at the direct host takes at most, where it is refused: name, TCP, TLS and SCRAM."""


def _as_the_users_tool(message: str, seen: Run, address: str) -> str:
    """libpq names only the address where it was given one; the user's tool looked the name up and names both."""
    host = seen[TargetFacts].host
    if not host or not address or host == address or seen[TargetFacts].hostaddr:
        return message
    return message.replace(f'connection to server at "{address}"', f'connection to server at "{host}" ({address})')


def _outcome(ended: Login, held_back: bool) -> AuthOutcome:
    if ended.connection is not None:
        return AuthOutcome.OK
    if ended.stopped is not None:
        return AuthOutcome.STOPPED
    if held_back:
        return AuthOutcome.CLEAR_TEXT_HELD_BACK
    if ended.timed_out:
        return AuthOutcome.TIMED_OUT
    if ended.password_needed:
        return AuthOutcome.PASSWORD_MISSING
    spoke = ("FATAL:", "ERROR:", "PANIC:")
    return AuthOutcome.REFUSED if any(word in ended.message for word in spoke) else AuthOutcome.FAILED
