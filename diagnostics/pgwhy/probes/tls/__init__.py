"""Encryption: what SSLRequest is answered with, and the handshake with SNI and again without, side by side.

The chain is kept as it was presented and judged afterwards, so that a saved run can be judged again. Opens: two
connections to the first address that answers, each with SSLRequest (or direct TLS where that is asked for), one
handshake with SNI, one without; the `startup` probe goes on with them, and nothing else is sent after the handshake.
Where SSLRequest got no answer at all, one more with the first line of an HTTP request, to see whether something else
listens there; where it was reset, one more that says nothing; where it was hung up on, one more with a handshake right
away. Where both stall, one more in small packets. Where none got as far as the server's first message, one more whose
ClientHello is small. None for a Unix socket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from pgwhy.client import ClientFacts
from pgwhy.facts import Record, derived, fact
from pgwhy.failure import Failure
from pgwhy.machine import Machine
from pgwhy.network import Network, background, chain, trust_store
from pgwhy.network.certificate import Certificate, describe, name_matches
from pgwhy.network.chain import Trust
from pgwhy.network.shared import result_of
from pgwhy.network.tls import Hello
from pgwhy.network.trust_store import TrustStore
from pgwhy.probes import opening
from pgwhy.probes.probe import Options, Probe, Run
from pgwhy.probes.tcp import Attempt, Tcp
from pgwhy.probes.tls import connection, small_packets, trust
from pgwhy.probes.tls.banner import Speaks, printable, recognise
from pgwhy.probes.tls.connection import Look, SslAnswer, begun, hear_out, look, nudge, takes_direct
from pgwhy.progress import Stage
from pgwhy.target import provider
from pgwhy.target.facts import TargetFacts
from pgwhy.target.model import Target
from pgwhy.target.provider import Provider
from pgwhy.values import dataclass, replace

__all__ = ["PROBE", "Certificate", "Speaks", "SslAnswer", "Tls", "Trust", "observe"]


@dataclass(frozen=True)
class Tls(Record):
    """The TLS stage, with SNI and without."""

    name: ClassVar[str] = "tls"

    ssl_answer: SslAnswer | None = fact("what SSLRequest was answered with")
    speaks: Speaks | None = fact("what answered instead of a Postgres; unknown where it cannot be told")
    banner: str | None = fact("the first bytes of what is not Postgres, made printable")
    error_message: str | None = fact("the server's error in answer to SSLRequest; empty if there was none")
    direct: bool | None = fact("TLS was begun without SSLRequest (sslnegotiation=direct)")
    takes_direct: bool | None = fact(
        "where SSLRequest was hung up on: a handshake without it succeeded and agreed on postgresql"
    )
    hello_answered: bool | None = fact("the server chose a TLS version and a cipher of those offered")
    handshake: bool | None = fact("the handshake with SNI succeeded")
    failure: Failure | None = fact("how the handshake with SNI failed")
    alert: str | None = fact("the TLS alert that the server ended the handshake with; empty if none")
    detail: str | None = fact("OpenSSL's own words for the failure; empty if none")
    sni_sent: bool | None = fact("the handshake above carried a server name (an IP address is never one)")
    version: str | None = fact("TLSv1.3, TLSv1.2 ...")
    cipher: str | None = fact("the cipher suite agreed on")
    alpn: str | None = fact("the application protocol agreed on; empty if none")
    chain: tuple[Certificate, ...] | None = fact(
        "the whole chain presented to the client spoken for (with SNI if it sends that), the server's own first"
    )
    client_certificate_requested: bool | None = fact("the server asked for a client certificate")
    handshake_ms: float | None = fact("the handshake with SNI, in milliseconds")
    handshake_without_sni: bool | None = fact("the handshake without SNI succeeded")
    handshake_in_small_packets: bool | None = fact(
        "a handshake succeeds where TCP is made to use small packets; asked only where the others stall"
    )
    handshake_with_small_hello: bool | None = fact(
        "a handshake succeeds whose ClientHello fits in one TCP segment, without a post-quantum key share; asked only "
        "where no other ClientHello is answered"
    )
    alert_without_sni: str | None = fact("the alert that ended the handshake without SNI; empty if none")
    same_certificate_without_sni: bool | None = fact("without SNI the server presents the same certificate")
    verify_required: str | None = fact(
        "what the client spoken for checks: none, ca (the chain) or full (the name as well)"
    )
    trust: Trust | None = fact("what the chain is worth to the trust store that the client spoken for would use")
    trust_store: str | None = fact("the trust store it was judged against, in words")
    system_trust: Trust | None = fact("what the chain is worth to this machine's own trust store")
    verify_detail: str | None = fact("OpenSSL's words for what is wrong with the chain; empty if nothing is")
    strict_refusal: str | None = fact(
        "OpenSSL's words for what strict checks (VERIFY_X509_STRICT) refuse in a chain that is trusted without them; "
        "empty if nothing; asked only where the client spoken for checks the chain"
    )
    name_matches: bool | None = fact("the certificate is made out to the host name that the client would check")
    issuer: str | None = fact("the organisation (or name) of the issuer of the server's certificate")
    issuer_expected: bool | None = fact(
        "the issuer is one that this provider is known to use; unknown for other servers"
    )
    expires_in_days: float | None = fact("days until the first certificate of the chain expires; negative if it has")

    @derived
    def verifies(self) -> bool | None:
        """the certificate passes what the client spoken for checks; unknown without a chain"""
        if self.verify_required == "none":
            return True
        if self.trust is None or self.verify_required is None:
            return None
        if self.trust != Trust.TRUSTED:  # a saved report holds the word
            return False
        return True if self.verify_required == "ca" else self.name_matches

    @derived
    def certificate_provider(self) -> Provider | None:
        """the service whose domain the server's certificate is made out to; none for an ordinary server"""
        if not self.chain:
            return Provider.NONE if self.ssl_answer == SslAnswer.NO else None
        found = (provider.recognise(name.replace("*", "any", 1)).provider for name in self.chain[0].names)
        return next((each for each in found if each is not Provider.NONE), Provider.NONE)


STALLS_S = 2.0
"""Where no handshake has come to its end by then, perhaps only large packets get lost."""


async def observe(seen: Run, network: Network) -> Tls:
    place = opening.place(seen)
    if place is None:
        return Tls()
    if opening.is_socket(place):
        return Tls(ssl_answer=SslAnswer.NOT_ASKED, direct=False, verify_required="none")
    name = opening.server_name(place)
    first, bare, in_small_packets, with_small_hello = await _look_each_way(place, name, seen, network)
    if seen.client.way.over_443:
        seen.end_begun()  # no start-up message follows
    if first.answer is SslAnswer.SILENT and bare.answer in (SslAnswer.SILENT, None):
        first = await nudge(place, first, network)
    elif first.answer is SslAnswer.RESET:
        first = await hear_out(place, first, network)
    record = _record(first, bare, seen, bool(name), in_small_packets, with_small_hello)
    if first.answer in _HUNG_UP or record.speaks is Speaks.TLS:
        record = replace(record, takes_direct=await takes_direct(place, opening.hello(seen, name), network))
    theirs = bare if seen[ClientFacts].sends_sni is False and bare.session.chain else first
    if not theirs.session.chain:
        return record
    store = trust.store(seen, record.verify_required or trust.NONE)
    judge = partial(_judged, record, theirs.session.chain, place, seen, store)
    if store.is_at_hand(seen.machine.now):
        return judge()  # a thread would cost as much again
    return await background.start(judge)


async def _look_each_way(
    place: Attempt, name: str, seen: Run, network: Network
) -> tuple[Look, Look, bool | None, bool | None]:
    """With SNI; without; where both stall, in small packets as well; where no ClientHello is answered, with a small
    one."""
    hello, limit_s = opening.hello(seen, name), max(connection.SILENT_S - STALLS_S, 0)
    hellos = (hello, replace(hello, server_name="")) if name else (hello,)
    looks = [begun(place, one, seen, network) for one in hellos]
    done, _ = await asyncio.wait(looks, timeout=min(STALLS_S, connection.SILENT_S))
    in_small_packets = with_small_hello = None
    stalled = not done and bool(limit_s)
    if stalled:
        direct = opening.begins_with_tls(seen)
        in_small_packets, with_small_hello = await asyncio.gather(
            small_packets.get_through(place, hello, direct, network, limit_s),
            _takes(place, hello, seen, network, limit_s),
        )
    first, bare = [(await result_of(one)).look for one in (looks[0], looks[-1])]
    if stalled:
        # Of both the same is to be said then, and the one that the client makes says it.
        return first, bare if bare.handshake or not name else Look(None), in_small_packets, with_small_hello
    if _unanswered(first) and _unanswered(bare):
        with_small_hello = await _takes(place, hello, seen, network, STALLS_S)
    return first, bare, None, with_small_hello


def _unanswered(one: Look) -> bool:
    """The connection ended or fell silent after the ClientHello."""
    ended = one.failure in (Failure.TIMED_OUT, Failure.RESET, Failure.CLOSED)
    return one.handshake is False and ended and not one.session.hello_answered


async def _takes(place: Attempt, hello: Hello, seen: Run, network: Network, limit_s: float) -> bool | None:
    """Whether the handshake succeeds with a small ClientHello; `None` where it does not come to one."""
    return (await look(place, replace(hello, one_group=True), seen, network, limit_s)).handshake


def _record(
    first: Look,
    bare: Look,
    seen: Run,
    sni_sent: bool,
    in_small_packets: bool | None,
    with_small_hello: bool | None,
) -> Tls:
    not_postgres = first.answer is SslAnswer.NOT_POSTGRES
    session = first.session
    both = bool(session.chain and bare.session.chain)
    return Tls(
        ssl_answer=first.answer,
        speaks=recognise(first.bytes_seen) if not_postgres else None,
        banner=printable(first.bytes_seen) if not_postgres else None,
        error_message=first.error_message,
        direct=opening.is_direct(seen),
        handshake=first.handshake,
        failure=first.failure,
        alert=first.alert if first.handshake is not None else None,
        detail=first.detail if first.handshake is not None else None,
        sni_sent=sni_sent if first.handshake is not None else None,
        hello_answered=session.hello_answered if first.handshake is not None else None,
        version=session.version or None,
        cipher=session.cipher or None,
        alpn=session.alpn if first.handshake else None,
        client_certificate_requested=session.client_certificate_requested if session.chain else None,
        handshake_ms=first.ms if first.handshake else None,
        handshake_without_sni=bare.handshake,
        handshake_in_small_packets=in_small_packets,
        handshake_with_small_hello=with_small_hello,
        alert_without_sni=bare.alert if bare.handshake is not None else None,
        same_certificate_without_sni=session.chain[0] == bare.session.chain[0] if both else None,
        verify_required=trust.required(seen),
    )


def _judged(record: Tls, presented: tuple[bytes, ...], place: Attempt, seen: Run, store: TrustStore) -> Tls:
    now, system = seen.machine.now, trust_store.system(seen.machine)
    verdict = chain.judge(presented, store, now)
    by_system = verdict if store == system else chain.judge(presented, system, now)
    issuer = chain.issuer(presented[0])
    days = chain.expires_in_days(presented, now)
    return replace(
        record,
        chain=tuple(describe(der) for der in presented),
        trust=verdict.trust,
        trust_store=store.words,
        system_trust=by_system.trust,
        verify_detail=verdict.detail,
        strict_refusal=chain.strict_refusal(presented, store, now) if record.verify_required != trust.NONE else None,
        name_matches=name_matches(presented[0], place.host or place.address),
        issuer=issuer,
        issuer_expected=issuer in _NEON_ISSUERS if seen[TargetFacts].provider is Provider.NEON else None,
        expires_in_days=None if days is None else round(days, 2),
    )


_HUNG_UP = (SslAnswer.CLOSED, SslAnswer.RESET)
_NEON_ISSUERS = ("Let's Encrypt", "Internet Security Research Group", "ISRG")
"""neon.com/docs/connect/connect-securely: a chain of Let's Encrypt under ISRG Root X1. Its roots of 2025, Root YE and
Root YR, have the short name of the organisation (letsencrypt.org/certificates)."""


def opens(target: Target, machine: Machine, options: Options) -> Iterator[str]:
    """What this probe would do, in words."""
    yield "negotiate TLS with SNI and without, on the first address that answers: 2 connections, 5 at most"


PROBE = Probe(Tls, observe, Stage.TLS, opens, needs=(Tcp,))
